"""The door to the taxonomy: everybody reads it, platform admins write it."""

from typing import Annotated

from fastapi import Path, Query, Response

from app.academy.deps import CurrentAcademyActor
from app.academy.models import Skill
from app.academy.skills import queries, service
from app.academy.skills.deps import SkillPath
from app.academy.skills.errors import (
    CompetenciesOutsideRange,
    LevelRange,
    PrerequisiteArchived,
    SkillCycle,
    SkillStillRequired,
    SkillUnknown,
)
from app.academy.skills.schemas import (
    AcademySkill,
    AcademySkillCreate,
    AcademySkillFilter,
    AcademySkillSummary,
    AcademySkillUpdate,
)
from app.core.errors import Stale
from app.core.http.access import public
from app.core.http.etags import IfMatch, etag_of
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()

Slug = Annotated[str, Path(max_length=100, description="The skill's slug")]


async def _shown(session: Session, response: Response, skill: Skill) -> AcademySkill:
    """Adds the ETag, for `If-Match`. No 304 here: competencies and children come and go, the version stays."""
    response.headers["ETag"] = etag_of(skill)
    return await queries.describe(session, skill)


@router.get(
    "/skills",
    response_model=Page[AcademySkillSummary],
    responses=refusals(InvalidCursor),
    openapi_extra=public(),
)
async def list_skills(wanted: Annotated[AcademySkillFilter, Query()], session: Session) -> Rows[Skill]:
    """List the skills that can be learned here, or with `is_active=false` those that no longer can."""
    return await queries.list_skills(session, wanted)


@router.post(
    "/skills",
    status_code=201,
    response_model=AcademySkill,
    responses=refusals(LevelRange, SkillUnknown, PrerequisiteArchived, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_skill(
    body: AcademySkillCreate, actor: CurrentAcademyActor, key: Idempotent, session: Session, response: Response
) -> AcademySkill:
    """Add a skill to the taxonomy. Platform admins do."""
    return await _shown(session, response, await service.create_skill(session, actor, body))


@router.get("/skill-slugs/{slug}", response_model=AcademySkill, openapi_extra=public())
async def get_skill_by_slug(slug: Slug, session: Session, response: Response) -> AcademySkill:
    """Read a skill by its slug."""
    return await _shown(session, response, await queries.get_skill_by_slug(session, slug))


@router.get("/skills/{skill_id}", response_model=AcademySkill, openapi_extra=public())
async def get_skill(skill: SkillPath, session: Session, response: Response) -> AcademySkill:
    """Read a skill with its parent, its children, what it requires and its active competencies."""
    return await _shown(session, response, skill)


@router.patch(
    "/skills/{skill_id}",
    response_model=AcademySkill,
    responses=refusals(
        LevelRange,
        SkillUnknown,
        SkillCycle,
        PrerequisiteArchived,
        SkillStillRequired,
        CompetenciesOutsideRange,
        Stale,
    ),
)
async def update_skill(
    actor: CurrentAcademyActor,
    skill: SkillPath,
    body: AcademySkillUpdate,
    *,
    session: Session,
    response: Response,
    if_match: IfMatch = None,
) -> AcademySkill:
    """Change a skill; the slug stays. `prerequisite_ids` replaces the whole set. Platform admins do."""
    return await _shown(session, response, await service.update_skill(session, actor, skill, body, if_match))


@router.delete("/skills/{skill_id}", status_code=204, responses=refusals(SkillStillRequired, Stale))
async def delete_skill(
    actor: CurrentAcademyActor, skill: SkillPath, session: Session, if_match: IfMatch = None
) -> None:
    """Archive a skill: it is not learned any more, and what people have of it stays. Platform admins do."""
    await service.archive_skill(session, actor, skill, if_match)
