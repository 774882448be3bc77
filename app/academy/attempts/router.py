"""The door to attempts: learners take them, those who teach look at them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.academy.assessments.deps import AssessmentPath
from app.academy.attempts import queries, service, show
from app.academy.attempts.errors import (
    AssessmentNotOpen,
    AttemptEnded,
    AttemptExpired,
    AttemptInProgress,
    AttemptsAreClosed,
    NoAttemptsLeft,
    ResponseUnfit,
)
from app.academy.attempts.schemas import (
    AcademyAssessmentAttemptFilter,
    AcademyAttempt,
    AcademyAttemptFilter,
    AcademyAttemptResponse,
    AcademyAttemptSummary,
    AcademyResponsePut,
)
from app.academy.deps import CurrentAcademyActor
from app.academy.lessons.errors import NoCourseAccess
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.post(
    "/assessments/{assessment_id}/attempts",
    status_code=201,
    response_model=AcademyAttempt,
    responses=refusals(
        AssessmentNotOpen,
        NoCourseAccess,
        AttemptInProgress,
        NoAttemptsLeft,
        AttemptsAreClosed,
        IdempotencyInFlight,
        IdempotencyKeyReused,
    ),
)
async def create_attempt(
    actor: CurrentAcademyActor, assessment: AssessmentPath, key: Idempotent, session: Session
) -> AcademyAttempt:
    """Begin an assessment. The questions are drawn now and stay; the clock is the server's."""
    return await service.start(session, actor, assessment)


@router.get(
    "/assessments/{assessment_id}/attempts",
    response_model=Page[AcademyAttemptSummary],
    responses=refusals(InvalidCursor),
)
async def list_assessment_attempts(
    actor: CurrentAcademyActor,
    wanted: Annotated[AcademyAssessmentAttemptFilter, Query()],
    assessment: AssessmentPath,
    session: Session,
) -> Rows[AcademyAttemptSummary]:
    """The attempts at an assessment: for those who teach their learners', for learners their own, newest first."""
    found = await queries.list_of_assessment(session, actor, assessment, wanted)
    return Rows([show.summary(each) for each in found.items], found.next_cursor)


@router.get("/me/attempts", response_model=Page[AcademyAttemptSummary], responses=refusals(InvalidCursor))
async def list_my_attempts(
    actor: CurrentAcademyActor, wanted: Annotated[AcademyAttemptFilter, Query()], session: Session
) -> Rows[AcademyAttemptSummary]:
    """One's own attempts, newest first; with `status=in_progress` those to go on with."""
    found = await queries.list_own(session, actor, wanted)
    return Rows([show.summary(each) for each in found.items], found.next_cursor)


@router.get("/attempts/{attempt_id}", response_model=AcademyAttempt)
async def get_attempt(actor: CurrentAcademyActor, attempt_id: UUID, session: Session) -> AcademyAttempt:
    """Read an attempt, to go on with it or to see its outcome. `solution` is null until the rules open it."""
    return await show.read_attempt(session, actor, attempt_id)


@router.put(
    "/attempts/{attempt_id}/responses/{question_id}",
    response_model=AcademyAttemptResponse,
    responses=refusals(AttemptEnded, AttemptExpired, ResponseUnfit),
)
async def save_response(
    actor: CurrentAcademyActor, attempt_id: UUID, question_id: UUID, body: AcademyResponsePut, session: Session
) -> AcademyAttemptResponse:
    """Save an answer. As often as one likes while the attempt runs; what is answered with 200 will be graded."""
    return await service.save_response(session, actor, attempt_id, question_id, body)


@router.put("/attempts/{attempt_id}/submission", response_model=AcademyAttempt, responses=refusals(AttemptExpired))
async def submit_attempt(actor: CurrentAcademyActor, attempt_id: UUID, session: Session) -> AcademyAttempt:
    """Hand an attempt in. A second time changes nothing; 30 seconds after the limit it is too late."""
    return await service.submit(session, actor, attempt_id)


@router.put("/attempts/{attempt_id}/finality", response_model=AcademyAttempt, responses=refusals(AttemptInProgress))
async def close_attempts(actor: CurrentAcademyActor, attempt_id: UUID, session: Session) -> AcademyAttempt:
    """Give up all further attempts at this assessment, to see the answers where its rules ask for that."""
    return await service.close_further(session, actor, attempt_id)
