"""The skill that a path names, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.models import Skill
from app.academy.skills import queries
from app.core.http.session import Session


async def skill_from_path(skill_id: UUID, session: Session) -> Skill:
    """The skill. Raises `NotFound`.

    An endpoint that needs a signed-in caller names its `CurrentAcademyActor` first, or strangers get 404 for 401.
    """
    return await queries.get_skill(session, skill_id)


SkillPath = Annotated[Skill, Depends(skill_from_path)]
