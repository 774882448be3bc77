"""The door to evidence of competencies."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.academy.deps import CurrentAcademyActor
from app.academy.evidence import queries, service
from app.academy.evidence.errors import (
    AssessorNotAllowed,
    CompetencyRetired,
    CompetencyUnknown,
    EnrollmentOfAnother,
    EvidenceOfAttempt,
    EvidenceTypeNotAccepted,
    EvidenceWithdrawn,
)
from app.academy.evidence.schemas import (
    AcademyEvidence,
    AcademyEvidenceCorrectionCreate,
    AcademyEvidenceCreate,
    AcademyEvidenceFilter,
    AcademyEvidenceHistory,
    AcademyEvidenceWithdrawalCreate,
)
from app.academy.models import CompetencyEvidence
from app.academy.people.errors import AccountUnknown
from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.post(
    "/evidence",
    status_code=201,
    response_model=AcademyEvidence,
    responses=refusals(
        CompetencyUnknown,
        AccountUnknown,
        AssessorNotAllowed,
        EvidenceTypeNotAccepted,
        EnrollmentOfAnother,
        CompetencyRetired,
    ),
)
async def create_evidence(
    body: AcademyEvidenceCreate, actor: CurrentAcademyActor, session: Session, _: Idempotent
) -> CompetencyEvidence:
    """Record that somebody showed a competency, with a score; the caller is the assessor.

    A project and an instructor's assessment take an instructor of the learner; a review takes one, or somebody who
    learns in the same cohort; an assessment of oneself takes oneself. Quiz evidence comes from graded attempts alone.
    What follows for the learner's level is done at once: levels that need no signature are reached with their badge.
    """
    return await service.record_evidence(session, actor, body)


@router.get("/evidence", response_model=Page[AcademyEvidence], responses=refusals(InvalidCursor))
async def list_evidence(
    wanted: Annotated[AcademyEvidenceFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[CompetencyEvidence]:
    """List evidence: one's own, what one assessed, that of those whom one teaches; all of it for platform admins."""
    return await queries.list_evidence(session, actor, wanted)


@router.get("/evidence/{evidence_id}", response_model=AcademyEvidenceHistory)
async def get_evidence(
    evidence_id: UUID,
    actor: CurrentAcademyActor,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> CompetencyEvidence:
    """Get evidence with every correction of it."""
    shown = await service.read_evidence(session, actor, evidence_id)
    tag(response, request, shown)
    return shown


@router.post(
    "/evidence/{evidence_id}/corrections",
    status_code=201,
    response_model=AcademyEvidenceHistory,
    responses=refusals(EvidenceWithdrawn, EvidenceOfAttempt, Stale),
)
async def create_evidence_correction(
    evidence_id: UUID,
    body: AcademyEvidenceCorrectionCreate,
    actor: CurrentAcademyActor,
    *,
    session: Session,
    request: Request,
    response: Response,
    key: Idempotent,
    if_match: IfMatch = None,
) -> CompetencyEvidence:
    """Correct a score that was recorded wrongly: its assessor does, or an admin. What it was stays on record.

    Progress is computed anew. A level that was reached stays, also where it would not be reached today.
    """
    shown = await service.correct_evidence(session, actor, evidence_id, body, if_match)
    tag(response, request, shown)
    return shown


@router.post(
    "/evidence/{evidence_id}/withdrawal",
    status_code=201,
    response_model=AcademyEvidenceHistory,
    responses=refusals(EvidenceWithdrawn, Stale),
)
async def create_evidence_withdrawal(
    evidence_id: UUID,
    body: AcademyEvidenceWithdrawalCreate,
    actor: CurrentAcademyActor,
    *,
    session: Session,
    request: Request,
    response: Response,
    key: Idempotent,
    if_match: IfMatch = None,
) -> CompetencyEvidence:
    """Take back evidence that should not have been recorded: its assessor does, or an admin.

    It stays on record, counts for nothing from now on, and progress is computed anew. A level that was reached stays.
    """
    shown = await service.withdraw_evidence(session, actor, evidence_id, body, if_match)
    tag(response, request, shown)
    return shown
