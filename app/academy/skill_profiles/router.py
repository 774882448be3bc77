"""The door to skill profiles."""

from uuid import UUID

from app.academy.deps import CurrentAcademyActor
from app.academy.skill_profiles import service
from app.academy.skill_profiles.errors import ProfileNotShared
from app.academy.skill_profiles.schemas import AcademySkillProfile
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get("/me/skill-profile", response_model=AcademySkillProfile)
async def get_my_skill_profile(actor: CurrentAcademyActor, session: Session) -> AcademySkillProfile:
    """Get one's own skills: levels, progress, badges, and what shows each competency."""
    return await service.read_own(session, actor)


@router.get(
    "/learners/{account_id}/skill-profile", response_model=AcademySkillProfile, responses=refusals(ProfileNotShared)
)
async def get_skill_profile(account_id: UUID, actor: CurrentAcademyActor, session: Session) -> AcademySkillProfile:
    """Get the skills of a learner: all of it for themselves, who teaches them, and platform admins.

    Managers of the learner's organization see levels and evidence where the learner shares scores, badges where they
    share certificates. Everybody else sees the badges of a learner who shows them to everybody.
    """
    return await service.read_profile(session, actor, account_id)
