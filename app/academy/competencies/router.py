"""The door to competencies: everybody reads them, platform admins write them."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.academy.competencies import queries, service
from app.academy.competencies.deps import CompetencyPath
from app.academy.competencies.errors import LevelOutsideSkill
from app.academy.competencies.schemas import (
    AcademyCompetency,
    AcademyCompetencyCreate,
    AcademyCompetencyFilter,
    AcademyCompetencyUpdate,
)
from app.academy.deps import CurrentAcademyActor
from app.academy.models import Competency
from app.academy.skills.deps import SkillPath
from app.core.errors import Stale
from app.core.http.access import public
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.get(
    "/skills/{skill_id}/competencies",
    response_model=Page[AcademyCompetency],
    responses=refusals(InvalidCursor),
    openapi_extra=public(),
)
async def list_competencies(
    wanted: Annotated[AcademyCompetencyFilter, Query()], skill: SkillPath, session: Session
) -> Rows[Competency]:
    """List what can be measured of a skill, or with `is_active=false` what no longer is."""
    return await queries.list_competencies(session, skill, wanted)


@router.post(
    "/skills/{skill_id}/competencies",
    status_code=201,
    response_model=AcademyCompetency,
    responses=refusals(LevelOutsideSkill, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_competency(
    actor: CurrentAcademyActor,
    skill: SkillPath,
    body: AcademyCompetencyCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> Competency:
    """Add a competency to a skill. Platform admins do."""
    competency = await service.create_competency(session, actor, skill, body)
    tag(response, request, competency)
    return competency


@router.get("/competencies/{competency_id}", response_model=AcademyCompetency, openapi_extra=public())
async def get_competency(
    competency: CompetencyPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> Competency:
    """Read a competency."""
    tag(response, request, competency)
    return competency


@router.patch(
    "/competencies/{competency_id}", response_model=AcademyCompetency, responses=refusals(LevelOutsideSkill, Stale)
)
async def update_competency(
    actor: CurrentAcademyActor,
    competency: CompetencyPath,
    body: AcademyCompetencyUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Competency:
    """Change a competency, or archive it and bring it back. Platform admins do."""
    changed = await service.update_competency(session, actor, competency, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/competencies/{competency_id}", status_code=204, responses=refusals(Stale))
async def delete_competency(
    actor: CurrentAcademyActor, competency: CompetencyPath, session: Session, if_match: IfMatch = None
) -> None:
    """Take a competency away. One that somebody has shown evidence of is archived instead. Platform admins do."""
    await service.remove_competency(session, actor, competency, if_match)
