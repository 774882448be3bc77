"""Verbs of grading by a model: begin with a share of the day's budget, end with a grade or with a reason for none."""

import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.ai_grading import queries, rules
from app.academy.ai_grading.rules import PROMPT_VERSION, ModelGrade
from app.academy.grading import queries as grading_read
from app.academy.grading import service as grading
from app.academy.grading.rules import rounded, state_after_model
from app.academy.models import Grader, GradingBudget, QuestionVersion, ResponseGrade, ReviewState
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.ids import new_id
from app.gateways.llm.types import LlmAnswer, LlmQuestion

BUDGET_SPENT = "budget_spent"


@dataclass(frozen=True, slots=True)
class Task:
    """A response that a model is about to be asked of, and the tokens that were set aside for it."""

    response_id: UUID
    attempt_id: UUID
    version: QuestionVersion
    question: LlmQuestion
    day: date
    tokens: int


async def begin(session: AsyncSession, actor: AcademyActor, response_id: UUID, budget: int) -> Task | None:
    """Set tokens aside for asking; None when nobody has to be asked any more, or the day's budget is spent."""
    if not await queries.waits_for_model(session, response_id):
        return None
    case = await grading_read.get_case(session, actor, response_id)
    question = rules.ask(case.version, case.response.text_response or "", secrets.token_hex(16))
    tokens = rules.most_tokens(question)
    day = await _reserve(session, tokens, budget)
    if day is None:
        await _keep(session, response_id, ReviewState.required, None, failure=BUDGET_SPENT)
        return None
    return Task(response_id, case.attempt.id, case.version, question, day, tokens)


async def _reserve(session: AsyncSession, tokens: int, budget: int) -> date | None:
    """One conditional statement: of many who ask at once, no more get tokens than there are."""
    if tokens > budget:
        return None
    taken = insert(GradingBudget).values(day=queries.today(), tokens=tokens)
    reserved: date | None = await session.scalar(
        taken.on_conflict_do_update(
            index_elements=[GradingBudget.day],
            set_={"tokens": GradingBudget.tokens + tokens},
            where=GradingBudget.tokens + tokens <= budget,
        ).returning(GradingBudget.day)
    )
    return reserved


async def give_back(session: AsyncSession, actor: AcademyActor, task: Task, spent: int = 0) -> None:
    """Return the tokens that a call did not take."""
    left = func.greatest(GradingBudget.tokens - (task.tokens - spent), 0)
    await session.execute(update(GradingBudget).where(GradingBudget.day == task.day).values(tokens=left))


async def record_grade(
    session: AsyncSession, actor: AcademyActor, task: Task, graded: ModelGrade, answer: LlmAnswer
) -> None:
    """Let a model's grade count, be looked at, or only be known, as its confidence says (A-ASM-09).

    A person who was faster is right: then it is kept and changes nothing.
    """
    await _settle_budget(session, actor, task, answer)
    attempt = await grading_read.lock_attempt(session, task.attempt_id)
    case = await grading_read.get_case(session, actor, task.response_id)
    response = case.response
    points = rounded(task.version.points * graded.share)
    if response.review_state != ReviewState.required or response.graded_at is not None:
        state = ReviewState(response.review_state)
        await _keep(session, task.response_id, state, answer, graded=graded, points=points)
        return
    threshold = await queries.threshold_of(session, response.question_id)
    state = state_after_model(graded.confidence, threshold, case.assessment.type, wants_person=graded.wants_person)
    response.ai_score = rounded(graded.share * 100)
    response.ai_confidence = graded.confidence
    response.ai_explanation = graded.explanation
    if state is not ReviewState.required:
        response.review_state = state
        response.points_earned = points
        response.is_correct = points == task.version.points
        response.feedback = graded.feedback
    if state is ReviewState.none:
        response.graded_at = utc_now()
    await _keep(session, task.response_id, state, answer, graded=graded, points=points)
    await session.flush()  # settling reads what was graded
    if state is ReviewState.none:
        await grading.settle(session, actor, attempt)


async def record_failure(
    session: AsyncSession, actor: AcademyActor, task: Task, reason: str, answer: LlmAnswer | None = None
) -> None:
    """Write down why a model gave no grade; a person has to."""
    if answer is not None:
        await _settle_budget(session, actor, task, answer)
    await _keep(session, task.response_id, ReviewState.required, answer, failure=reason)


async def _settle_budget(session: AsyncSession, actor: AcademyActor, task: Task, answer: LlmAnswer) -> None:
    """Where the provider says what it took, that is what counts."""
    if answer.prompt_tokens is not None and answer.completion_tokens is not None:
        await give_back(session, actor, task, min(task.tokens, answer.prompt_tokens + answer.completion_tokens))


async def _keep(
    session: AsyncSession,
    response_id: UUID,
    state: ReviewState,
    answer: LlmAnswer | None,
    *,
    graded: ModelGrade | None = None,
    points: object = None,
    failure: str | None = None,
) -> None:
    """The first grade of a prompt's version stays; another one, of a run that came twice, is not kept."""
    said = (
        {}
        if graded is None
        else {
            "points": points,
            "score": rounded(graded.share * 100),
            "confidence": graded.confidence,
            "explanation": graded.explanation,
            "feedback": graded.feedback,
        }
    )
    cost = (
        {}
        if answer is None
        else {
            "model": answer.model,
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "latency_ms": answer.latency_ms,
            "raw_answer": rules.kept(answer.content, 200_000),
        }
    )
    row = {
        "id": new_id(),
        "response_id": response_id,
        "grader": Grader.model,
        "review_state": state,
        "prompt_version": PROMPT_VERSION,
        "failure": failure,
        "created_at": func.clock_timestamp(),
    }
    await session.execute(insert(ResponseGrade).values(**row, **said, **cost).on_conflict_do_nothing())
