"""The door to assessments: platform admins write them, teachers and learners see theirs."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.academy.assessments import queries, service
from app.academy.assessments.deps import AssessmentPath
from app.academy.assessments.errors import AssessmentNotPublishable, AssessmentScope
from app.academy.assessments.rules import Report
from app.academy.assessments.schemas import (
    AcademyAssessment,
    AcademyAssessmentCreate,
    AcademyAssessmentFilter,
    AcademyAssessmentReport,
    AcademyAssessmentUpdate,
)
from app.academy.deps import CurrentAcademyActor
from app.academy.models import Assessment
from app.academy.skills.errors import SkillUnknown
from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.get("/assessments", response_model=Page[AcademyAssessment], responses=refusals(InvalidCursor))
async def list_assessments(
    actor: CurrentAcademyActor, wanted: Annotated[AcademyAssessmentFilter, Query()], session: Session
) -> Rows[Assessment]:
    """The assessments that the caller could take or has taken; for those who write and teach, all of theirs."""
    return await queries.list_assessments(session, actor, wanted)


@router.post(
    "/assessments",
    status_code=201,
    response_model=AcademyAssessment,
    responses=refusals(AssessmentScope, SkillUnknown, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_assessment(
    actor: CurrentAcademyActor,
    body: AcademyAssessmentCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> Assessment:
    """Make an assessment. It has to be published before anybody can take it."""
    assessment = await service.create_assessment(session, actor, body)
    tag(response, request, assessment)
    return assessment


@router.get("/assessments/{assessment_id}", response_model=AcademyAssessment)
async def get_assessment(
    assessment: AssessmentPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> Assessment:
    """Read an assessment: its rules, not its questions."""
    tag(response, request, assessment)
    return assessment


@router.patch(
    "/assessments/{assessment_id}",
    response_model=AcademyAssessment,
    responses=refusals(AssessmentNotPublishable, AssessmentScope, SkillUnknown, Stale),
)
async def update_assessment(
    actor: CurrentAcademyActor,
    assessment: AssessmentPath,
    body: AcademyAssessmentUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Assessment:
    """Change an assessment. Attempts that have begun keep their questions and their end."""
    changed = await service.update_assessment(session, actor, assessment, body, if_match)
    tag(response, request, changed)
    return changed


@router.get("/assessments/{assessment_id}/publication", response_model=AcademyAssessmentReport)
async def check_assessment(actor: CurrentAcademyActor, assessment: AssessmentPath, session: Session) -> Report:
    """Look whether an assessment could be published, and what should be looked at before."""
    return await service.check_assessment(session, actor, assessment)


@router.put(
    "/assessments/{assessment_id}/publication",
    response_model=AcademyAssessment,
    responses=refusals(AssessmentNotPublishable),
)
async def publish_assessment(
    actor: CurrentAcademyActor, assessment: AssessmentPath, session: Session, request: Request, response: Response
) -> Assessment:
    """Let an assessment be taken."""
    published = await service.publish_assessment(session, actor, assessment)
    tag(response, request, published)
    return published


@router.delete("/assessments/{assessment_id}/publication", response_model=AcademyAssessment)
async def unpublish_assessment(
    actor: CurrentAcademyActor, assessment: AssessmentPath, session: Session, request: Request, response: Response
) -> Assessment:
    """Take an assessment back. Who has begun it may finish."""
    withdrawn = await service.unpublish_assessment(session, actor, assessment)
    tag(response, request, withdrawn)
    return withdrawn
