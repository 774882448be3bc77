"""The door to questions: platform admins write them, teachers see them, learners only meet them in attempts."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.academy.assessments.deps import AssessmentPath
from app.academy.assessments.errors import AssessmentNotPublishable
from app.academy.deps import CurrentAcademyActor
from app.academy.models import AssessmentQuestion
from app.academy.questions import queries, service
from app.academy.questions.deps import QuestionPath
from app.academy.questions.errors import (
    ImageUnknown,
    PairRefused,
    QuestionPaired,
    QuestionUnfit,
    ThresholdNotRaised,
)
from app.academy.questions.schemas import (
    AcademyAssessmentPair,
    AcademyAssessmentPaired,
    AcademyQuestion,
    AcademyQuestionCreate,
    AcademyQuestionFilter,
    AcademyQuestionThreshold,
    AcademyQuestionUpdate,
)
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

UNFIT = (QuestionUnfit, SkillUnknown, ImageUnknown, AssessmentNotPublishable)


@router.get(
    "/assessments/{assessment_id}/questions", response_model=Page[AcademyQuestion], responses=refusals(InvalidCursor)
)
async def list_questions(
    actor: CurrentAcademyActor,
    wanted: Annotated[AcademyQuestionFilter, Query()],
    assessment: AssessmentPath,
    session: Session,
) -> Rows[AssessmentQuestion]:
    """The questions of an assessment with what is right, for those who write and teach."""
    await service.require_reader(session, actor, assessment)
    return await queries.list_questions(session, assessment, wanted)


@router.post(
    "/assessments/{assessment_id}/questions",
    status_code=201,
    response_model=AcademyQuestion,
    responses=refusals(*UNFIT, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_question(
    actor: CurrentAcademyActor,
    assessment: AssessmentPath,
    body: AcademyQuestionCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> AssessmentQuestion:
    """Add a question to an assessment."""
    question = await service.create_question(session, actor, assessment, body)
    tag(response, request, question)
    return question


@router.put(
    "/assessments/{assessment_id}/pair",
    response_model=AcademyAssessmentPaired,
    responses=refusals(PairRefused, AssessmentNotPublishable),
)
async def pair_assessment(
    actor: CurrentAcademyActor, assessment: AssessmentPath, body: AcademyAssessmentPair, session: Session
) -> AcademyAssessmentPaired:
    """Let a post-assessment repeat the questions of a pre-assessment. Again, it brings over what was edited since."""
    return await service.pair(session, actor, assessment, body.pre_assessment_id)


@router.get("/questions/{question_id}", response_model=AcademyQuestion)
async def get_question(
    actor: CurrentAcademyActor,
    question: QuestionPath,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> AssessmentQuestion:
    """Read a question with what is right."""
    found = await service.read_question(session, actor, question)
    tag(response, request, found)
    return found


@router.patch(
    "/questions/{question_id}", response_model=AcademyQuestion, responses=refusals(*UNFIT, QuestionPaired, Stale)
)
async def update_question(
    actor: CurrentAcademyActor,
    question: QuestionPath,
    body: AcademyQuestionUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> AssessmentQuestion:
    """Change a question. Attempts that drew it keep the version that they drew."""
    changed = await service.update_question(session, actor, question, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/questions/{question_id}", status_code=204, responses=refusals(AssessmentNotPublishable, Stale))
async def delete_question(
    actor: CurrentAcademyActor, question: QuestionPath, session: Session, if_match: IfMatch = None
) -> None:
    """Withdraw a question: no attempt draws it any more, and those that have it keep it."""
    await service.withdraw_question(session, actor, question, if_match)


@router.put(
    "/questions/{question_id}/threshold", response_model=AcademyQuestion, responses=refusals(ThresholdNotRaised)
)
async def raise_threshold(
    actor: CurrentAcademyActor,
    question: QuestionPath,
    body: AcademyQuestionThreshold,
    *,
    session: Session,
    request: Request,
    response: Response,
) -> AssessmentQuestion:
    """Ask more confidence of a model before its grades of this question need no person."""
    changed = await service.raise_threshold(session, actor, question, body.auto_grade_from)
    tag(response, request, changed)
    return changed
