"""The cohort that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.cohorts import queries
from app.academy.deps import OptionalAcademyActor
from app.academy.models import Cohort
from app.core.http.session import Session


async def cohort_from_path(cohort_id: UUID, actor: OptionalAcademyActor, session: Session) -> Cohort:
    """The cohort with its course, when the caller may know of it. Raises `NotFound`.

    An endpoint that needs a signed-in caller names its `CurrentAcademyActor` first, or strangers get 404 for 401.
    """
    return await queries.get_cohort(session, actor, cohort_id)


CohortPath = Annotated[Cohort, Depends(cohort_from_path)]
