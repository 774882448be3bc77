"""The door to leaderboards and suggestions."""

from typing import Annotated

from fastapi import Query

from app.academy.deps import CurrentAcademyActor
from app.academy.people.deps import LearnerPath
from app.academy.skill_standing import queries, service
from app.academy.skill_standing.schemas import AcademyLeaderboard, AcademyLeaderboardFilter, AcademySkillSuggestions
from app.academy.skills.deps import SkillPath
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get("/skills/{skill_id}/leaderboard", response_model=AcademyLeaderboard)
async def get_leaderboard(
    actor: CurrentAcademyActor,
    wanted: Annotated[AcademyLeaderboardFilter, Query()],
    skill: SkillPath,
    session: Session,
) -> AcademyLeaderboard:
    """Read who is furthest in a skill: by level, then by the way to the next one. Everybody who is signed in does.

    It names only those who let leaderboards name them; the others count in `total_learners` and in nothing else. Equal
    standing is an equal rank.
    """
    return await queries.get_leaderboard(session, skill, wanted.limit)


@router.get("/me/skill-suggestions", response_model=AcademySkillSuggestions)
async def get_my_skill_suggestions(actor: CurrentAcademyActor, session: Session) -> AcademySkillSuggestions:
    """Read what the caller could begin next: at most five skills that published courses teach.

    Skills that are not begun come first, of these the lower level first, then what more courses teach. Whoever has
    reached no level yet is given skills that begin at foundational.
    """
    return await service.suggest_to_self(session, actor)


@router.get("/learners/{account_id}/skill-suggestions", response_model=AcademySkillSuggestions)
async def get_skill_suggestions(
    actor: CurrentAcademyActor, learner: LearnerPath, session: Session
) -> AcademySkillSuggestions:
    """Read what somebody could begin next. Platform admins do, and everybody for themselves."""
    return await service.suggest_to(session, actor, learner)
