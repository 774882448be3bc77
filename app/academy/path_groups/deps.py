"""The group that a request names: seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import CurrentAcademyActor
from app.academy.models import PathStepGroup
from app.academy.path_groups import queries
from app.core.http.session import Session


async def group_from_path(group_id: UUID, actor: CurrentAcademyActor, session: Session) -> PathStepGroup:
    """The group, when the caller may know of its path. Raises `NotFound`."""
    return await queries.get_group(session, actor, group_id)


PathGroupPath = Annotated[PathStepGroup, Depends(group_from_path)]
