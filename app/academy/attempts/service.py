"""Verbs on attempts: begin, answer, hand in, close what is late, want no more; and what their learner is shown."""

from datetime import datetime, timedelta
from random import Random, SystemRandom
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.assessments.rules import most_attempts
from app.academy.attempts import queries, rules, show
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
    AcademyAttempt,
    AcademyAttemptResponse,
    AcademyResponsePut,
)
from app.academy.grading import service as grading
from app.academy.lessons.errors import NoCourseAccess
from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentType,
    AttemptQuestion,
    AttemptStatus,
    QuestionResponse,
    QuestionVersion,
)
from app.academy.people.service import ensure_learner
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.locks import wait_for_lock
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import AttemptsClosed, AttemptStarted, AttemptSubmitted

MOST_AT_ONCE = 100
# Pre and post are compared: whoever repeats one is asked the same again.
_COMPARED = (AssessmentType.pre_course, AssessmentType.post_course)


async def start(
    session: AsyncSession, actor: AcademyActor, assessment: Assessment, chance: Random | None = None
) -> AcademyAttempt:
    """Begin an attempt: its questions, their versions and all orders are frozen now.

    Raises `AssessmentNotOpen`, `NoCourseAccess`, `AttemptInProgress`, `NoAttemptsLeft`, `AttemptsAreClosed`. Of any
    number who begin at once, one does: they go one by one, and the unique index has the last word (A-ASM-03).
    """
    if not assessment.is_active:
        raise AssessmentNotOpen
    learner = await ensure_learner(session, actor)
    enrollment_id = await _place(session, learner.id, assessment)
    await wait_for_lock(session, f"academy.attempts:{learner.id}:{assessment.id}")
    most = most_attempts(allow_retake=assessment.allow_retake, max_attempts=assessment.max_attempts)
    tries = await queries.get_tries(session, learner.id, assessment.id, most)
    if tries.is_under_way:
        raise AttemptInProgress
    if tries.is_closed:
        raise AttemptsAreClosed
    if tries.are_used_up:
        raise NoAttemptsLeft
    limit = assessment.time_limit
    attempt = AssessmentAttempt(
        id=new_id(),
        user_id=learner.id,
        assessment_id=assessment.id,
        enrollment_id=enrollment_id,
        attempt_number=tries.used + 1,
        expires_at=None if limit is None else func.now() + timedelta(minutes=limit),
    )
    session.add(attempt)
    await session.flush()  # the draw points at it
    await _freeze(session, attempt, assessment, chance or SystemRandom())
    emit(
        session,
        AttemptStarted(
            attempt_id=attempt.id,
            assessment_id=assessment.id,
            account_id=learner.id,
            enrollment_id=enrollment_id,
        ),
    )
    return await show.read_attempt(session, actor, attempt.id)


async def _place(session: AsyncSession, account_id: UUID, assessment: Assessment) -> UUID | None:
    if assessment.course_id is None:
        return None
    found = await queries.find_enrollment(session, account_id, assessment.course_id)
    if found is None:
        raise NoCourseAccess
    return found


async def _freeze(session: AsyncSession, attempt: AssessmentAttempt, assessment: Assessment, chance: Random) -> None:
    only = await _same_again(session, attempt, assessment)
    pool = await queries.pool(session, assessment.id, only or None)
    if not pool:
        raise AssessmentNotOpen
    drawn = rules.draw(
        pool,
        None if only else assessment.questions_per_attempt,
        chance,
        shuffle_questions=assessment.randomize_questions,
        shuffle_answers=assessment.randomize_answers,
    )
    frozen = insert(QuestionVersion).from_select(
        queries.VERSION_COLUMNS, queries.versions_of([each.question_id for each in drawn]), include_defaults=False
    )
    await session.execute(
        frozen.on_conflict_do_nothing(index_elements=[QuestionVersion.question_id, QuestionVersion.version])
    )
    session.add_all(
        AttemptQuestion(
            attempt_id=attempt.id,
            question_id=each.question_id,
            question_version=each.version,
            position=each.position,
            answer_order=list(each.answer_order),
        )
        for each in drawn
    )


async def _same_again(session: AsyncSession, attempt: AssessmentAttempt, assessment: Assessment) -> list[UUID]:
    """The questions that this attempt has to ask again; empty where it draws its own."""
    if assessment.type not in _COMPARED:
        return []
    if attempt.attempt_number > 1:
        return await queries.drawn_before(session, attempt.user_id, assessment.id)
    if assessment.type == AssessmentType.post_course:
        return await queries.drawn_before_the_course(session, attempt.user_id, attempt.enrollment_id, assessment)
    return []


async def save_response(
    session: AsyncSession, actor: AcademyActor, attempt_id: UUID, question_id: UUID, data: AcademyResponsePut
) -> AcademyAttemptResponse:
    """Save an answer while the attempt runs. What this accepts is what will be graded.

    Raises `NotFound`, `Forbidden`, `AttemptEnded`, `AttemptExpired`, `ResponseUnfit`.
    """
    attempt, _, _ = await queries.get_attempt(session, actor, attempt_id)
    allow(actor, Permission.ATTEMPT_TAKE, _Own(attempt))
    attempt, clock = await queries.lock_to_answer(session, attempt_id)
    _require_running(attempt, clock)
    place, version = await queries.get_asked(session, attempt_id, question_id)
    said = rules.Saying(data.selected_answer_ids, data.text_response, data.rating_value)
    scale = (version.scale_min, version.scale_max)
    if found := tuple(rules.response_problems(version.question_type, place.answer_order, scale, said)):
        raise ResponseUnfit(errors=found)
    put = insert(QuestionResponse).values(
        id=new_id(),
        attempt_id=attempt_id,
        question_id=question_id,
        selected_answer_ids=data.selected_answer_ids,
        text_response=data.text_response,
        rating_value=data.rating_value,
        revision=data.revision or 0,
    )
    new = put.excluded
    fields = ("selected_answer_ids", "text_response", "rating_value", "revision")
    await session.execute(
        put.on_conflict_do_update(
            index_elements=[QuestionResponse.attempt_id, QuestionResponse.question_id],
            set_={name: getattr(new, name) for name in fields},
            # Without a number of its own, the later one counts.
            where=None if data.revision is None else QuestionResponse.revision <= new.revision,
        )
    )
    return show.response_of(await queries.get_response(session, attempt_id, question_id))


def _require_running(attempt: AssessmentAttempt, clock: queries.Clock) -> None:
    if attempt.status == AttemptStatus.expired or (attempt.status == AttemptStatus.in_progress and clock.is_late):
        raise AttemptExpired
    if attempt.status != AttemptStatus.in_progress:
        raise AttemptEnded


async def submit(session: AsyncSession, actor: AcademyActor, attempt_id: UUID) -> AcademyAttempt:
    """Hand an attempt in. A second time changes nothing. Raises `NotFound`, `Forbidden`, `AttemptExpired`."""
    attempt, _, _ = await queries.get_attempt(session, actor, attempt_id)
    allow(actor, Permission.ATTEMPT_TAKE, _Own(attempt))
    attempt, clock = await queries.lock_to_end(session, attempt_id)
    if attempt.status not in {AttemptStatus.submitted, AttemptStatus.graded}:
        _require_running(attempt, clock)
        attempt.status = AttemptStatus.submitted
        attempt.submitted_at = clock.now
        await _end(session, actor, attempt, clock.now)
    return await show.read_attempt(session, actor, attempt_id)


async def _end(session: AsyncSession, actor: AcademyActor, attempt: AssessmentAttempt, at: datetime) -> None:
    attempt.time_spent = max(0, round((at - attempt.started_at).total_seconds()))
    emit(
        session,
        AttemptSubmitted(
            attempt_id=attempt.id,
            assessment_id=attempt.assessment_id,
            account_id=attempt.user_id,
            enrollment_id=attempt.enrollment_id,
            has_expired=attempt.status == AttemptStatus.expired,
        ),
    )
    await grading.grade_by_rules(session, actor, attempt)


async def close_overdue(session: AsyncSession, actor: AcademyActor) -> int:
    """Close the attempts whose time is over and grade what was saved (A-ASM-02). Returns how many there were."""
    late = await queries.list_overdue(session, MOST_AT_ONCE)
    for attempt in late:
        attempt.status = AttemptStatus.expired
        await _end(session, actor, attempt, attempt.expires_at or attempt.started_at)
    return len(late)


async def close_further(session: AsyncSession, actor: AcademyActor, attempt_id: UUID) -> AcademyAttempt:
    """Want no further attempt, which may open the answers (Z-97). For good. Raises `AttemptInProgress`."""
    attempt, _, _ = await queries.get_attempt(session, actor, attempt_id)
    allow(actor, Permission.ATTEMPT_TAKE, _Own(attempt))
    await wait_for_lock(session, f"academy.attempts:{attempt.user_id}:{attempt.assessment_id}")
    tries = await queries.get_tries(session, attempt.user_id, attempt.assessment_id, None)
    if tries.is_under_way:
        raise AttemptInProgress
    if not tries.is_closed:
        attempt, _ = await queries.lock_to_end(session, attempt_id)
        attempt.is_final = True
        emit(
            session,
            AttemptsClosed(attempt_id=attempt.id, assessment_id=attempt.assessment_id, account_id=attempt.user_id),
        )
        await session.flush()  # what is shown depends on it
    return await show.read_attempt(session, actor, attempt_id)


class _Own:
    """An attempt as the table of rights looks at it."""

    def __init__(self, attempt: AssessmentAttempt) -> None:
        self.account_id = attempt.user_id
