"""The learner and the organization that a path names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import CurrentAcademyActor
from app.academy.models import Learner, Organization
from app.academy.people import queries
from app.core.http.session import Session


async def learner_from_path(account_id: UUID, actor: CurrentAcademyActor, session: Session) -> Learner:
    """The profile, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_learner(session, actor, account_id)


async def organization_from_path(organization_id: UUID, actor: CurrentAcademyActor, session: Session) -> Organization:
    """The billing side, when the caller may know of it. Raises `NotFound`."""
    return await queries.get_organization(session, actor, organization_id)


LearnerPath = Annotated[Learner, Depends(learner_from_path)]
OrganizationPath = Annotated[Organization, Depends(organization_from_path)]
