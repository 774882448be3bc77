"""What is measured of an enrollment: which attempts count, per skill, again after a regrade, and only once."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.gain import rules, service
from app.academy.gain.rules import Scope, ScopeKind
from app.academy.models import (
    AssessmentAttempt,
    AttemptStatus,
    LearningGain,
    QuestionResponse,
    QuestionSkill,
    QuestionType,
)
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import GainRecomputationRequested
from tests.academy.conftest import enter
from tests.academy.gain.conftest import HOUSE, Measure, graded, row_of, tell
from tests.academy.gain.world import World, ask, create, enroll, score, take
from tests.support.worker import WorkerOnDemand


@pytest.mark.req("A-GAN-02", "A-GAN-07")
@pytest.mark.parametrize(("pre", "post", "gain"), [(40, 85, "0.75"), (75, 90, "0.60")])
async def test_the_examples_of_the_seed_reach_the_row_through_the_job(
    session: AsyncSession, world: World, worker: WorkerOnDemand, pre: int, post: int, gain: str
) -> None:
    enrollment = await enroll(session, world)
    before = await score(session, world, enrollment, world.pre, pre)
    await tell(session, worker, before)
    assert await row_of(session, enrollment) is None
    after = await score(session, world, enrollment, world.post, post)
    await tell(session, worker, after)
    row = await row_of(session, enrollment)
    assert row is not None
    assert row.normalized_gain == Decimal(gain)
    assert row.score_improvement == post - pre
    assert (row.pre_attempt_id, row.post_attempt_id) == (before.id, after.id)
    assert (row.user_id, row.course_id) == (enrollment.user_id, world.course.id)
    (told,) = await worker.announced("academy.gain_measured")
    assert told.payload == {"enrollment_id": str(enrollment.id), "normalized_gain": float(gain)}


@pytest.mark.req("A-GAN-04", "Z-90", "Z-91")
@pytest.mark.parametrize(
    ("pre", "post", "percentage", "normalized"),
    [(100, 90, -10, None), (100, 100, 0, None), (0, 35, None, "0.35"), (0, 0, None, 0), (50, 25, -50, "-0.5")],
)
async def test_ceiling_and_floor_have_null_where_they_would_divide_by_zero(
    session: AsyncSession, world: World, measure: Measure, pre: int, post: int, percentage: Any, normalized: Any
) -> None:
    enrollment = await enroll(session, world)
    await score(session, world, enrollment, world.pre, pre)
    await score(session, world, enrollment, world.post, post)
    row = await measure(enrollment)
    assert row is not None
    assert row.percentage_gain == percentage
    assert row.normalized_gain == (None if normalized is None else Decimal(normalized))


@pytest.mark.req("A-GAN-06")
async def test_skills_are_scored_by_the_questions_that_ask_for_them_alone(
    session: AsyncSession, world: World, measure: Measure
) -> None:
    enrollment = await enroll(session, world)
    await take(session, world, enrollment, world.pre, [5, 0, 0, None])
    await take(session, world, enrollment, world.post, [5, "2.5", 5, 5])
    row = await measure(enrollment)
    assert row is not None
    found = {gain.skill_id: (gain.pre_score, gain.post_score, gain.improvement) for gain in row.skill_gains}
    assert found == {world.skills[0].id: (50, 75, 25), world.skills[1].id: (0, 100, 100)}


@pytest.mark.req("A-GAN-06")
async def test_a_question_of_two_skills_counts_for_both_and_one_of_none_for_none(session: AsyncSession) -> None:
    world = await create(session, points=(4, 6, 10), skill_of=(0, 1))
    for assessment in (world.pre, world.post):
        both = world.questions[assessment.id][0]
        session.add(QuestionSkill(question_id=both.id, skill_id=world.skills[1].id))
    enrollment = await enroll(session, world)
    await take(session, world, enrollment, world.pre, [4, 0, 10])
    await take(session, world, enrollment, world.post, [4, 6, 0])
    await service.measure(session, HOUSE, enrollment.id)
    row = await row_of(session, enrollment)
    assert row is not None
    found = {gain.skill_id: (gain.pre_score, gain.post_score) for gain in row.skill_gains}
    assert found == {world.skills[0].id: (100, 100), world.skills[1].id: (40, 100)}


@pytest.mark.req("Z-102")
async def test_what_is_not_graded_counts_for_no_skill(session: AsyncSession, world: World, measure: Measure) -> None:
    rated = {
        "question_type": QuestionType.rating_scale,
        "answers": None,
        "scale_min": 1,
        "scale_max": 5,
    }
    for assessment in (world.pre, world.post):
        await ask(session, world, assessment, 0, world.skills[0], **rated)
    enrollment = await enroll(session, world)
    await take(session, world, enrollment, world.pre, [5, 0, 0, 0, 0])
    await take(session, world, enrollment, world.post, [5, 5, 0, 0, 0])
    row = await measure(enrollment)
    assert row is not None
    assert {gain.skill_id: gain.post_score for gain in row.skill_gains}[world.skills[0].id] == 100


async def test_a_skill_that_only_one_of_the_two_asks_for_is_left_out(session: AsyncSession) -> None:
    world = await create(session, points=(5, 5), skill_of=(0,))
    other = await create(session)
    session.add(QuestionSkill(question_id=world.questions[world.post.id][1].id, skill_id=other.skills[0].id))
    enrollment = await enroll(session, world)
    await take(session, world, enrollment, world.pre, [0, 0])
    await take(session, world, enrollment, world.post, [5, 5])
    await service.measure(session, HOUSE, enrollment.id)
    row = await row_of(session, enrollment)
    assert row is not None
    assert [gain.skill_id for gain in row.skill_gains] == [world.skills[0].id]


@pytest.mark.req("Z-93")
@pytest.mark.parametrize(("counted", "score_that_counts"), [("first", 60), ("best", 90), ("last", 70)])
async def test_the_assessment_says_which_post_attempt_counts_and_the_best_is_kept_beside_it(
    session: AsyncSession, counted: str, score_that_counts: int
) -> None:
    world = await create(session, counted_attempt=counted)
    enrollment = await enroll(session, world)
    await score(session, world, enrollment, world.pre, 20)
    tries = [await score(session, world, enrollment, world.post, s, number=n) for n, s in enumerate((60, 90, 70), 1)]
    await service.measure(session, HOUSE, enrollment.id)
    row = await row_of(session, enrollment)
    assert row is not None
    assert row.post_score == score_that_counts
    assert (row.best_post_attempt_id, row.best_post_score) == (tries[1].id, Decimal(90))


@pytest.mark.parametrize(
    ("changes", "is_measured"),
    [
        ({"status": AttemptStatus.submitted, "graded_at": None}, False),
        ({"status": AttemptStatus.in_progress, "graded_at": None, "submitted_at": None}, False),
        ({"status": AttemptStatus.expired, "submitted_at": None}, True),
        ({"status": AttemptStatus.expired, "submitted_at": None, "graded_at": None}, False),
        ({"score": None, "points_earned": 0, "points_possible": 0}, False),
        ({"enrollment_id": None}, False),
    ],
)
@pytest.mark.parametrize("which", ["pre", "post"])
async def test_only_graded_attempts_of_the_enrollment_with_a_score_count(
    session: AsyncSession, world: World, measure: Measure, which: str, changes: dict[str, Any], *, is_measured: bool
) -> None:
    enrollment = await enroll(session, world)
    for name, assessment in (("pre", world.pre), ("post", world.post)):
        await score(session, world, enrollment, assessment, 50, **(changes if name == which else {}))
    assert (await measure(enrollment) is not None) == is_measured


async def test_what_was_known_before_was_known_before(session: AsyncSession, world: World, measure: Measure) -> None:
    enrollment = await enroll(session, world)
    await score(session, world, enrollment, world.post, 80, day=5)
    await score(session, world, enrollment, world.pre, 40, day=6)
    assert await measure(enrollment) is None
    again = await score(session, world, enrollment, world.post, 70, number=2, day=7)
    row = await measure(enrollment)
    assert row is not None
    assert row.post_attempt_id == again.id


async def test_attempts_of_another_enrollment_or_course_do_not_count(
    session: AsyncSession, world: World, measure: Measure
) -> None:
    person = await enter(session)
    first = await enroll(session, world, person, has_seat=False)
    second = await enroll(session, world, person)
    other = await create(session)
    await score(session, world, first, world.pre, 40)
    await score(session, world, second, world.post, 85)
    await score(session, other, second, other.pre, 40)
    assert await measure(first) is None
    assert await measure(second) is None


@pytest.mark.req("Z-107")
async def test_a_gain_is_compared_unrounded(session: AsyncSession) -> None:
    """1/3 before and 8/15 after is exactly 0.3; of the scores as they are kept, 33.33 and 53.33, it would be less."""
    world = await create(session, points=(5, 10), skill_of=())
    enrollment = await enroll(session, world)
    await take(session, world, enrollment, world.pre, [5, 0])
    await take(session, world, enrollment, world.post, [0, 8])
    await service.measure(session, HOUSE, enrollment.id)
    row = await row_of(session, enrollment)
    assert row is not None
    assert (row.pre_score, row.post_score) == (Decimal("33.33"), Decimal("53.33"))
    assert row.normalized_gain == Decimal("0.3")
    assert rules.band_of(float(row.normalized_gain or 0)) == "medium"
    assert rules.band_of(rules.normalized_gain(33.33, 53.33)) == "low"


@pytest.mark.parametrize("earned", [("9999.95", "0"), ("9999.94", "0"), ("0.05", "9999"), ("9999.99", "10000")])
async def test_scores_that_are_nearly_the_ends_are_no_error(
    session: AsyncSession, measure: Measure, earned: tuple[str, str]
) -> None:
    world = await create(session, points=(10_000,), skill_of=(0,))
    enrollment = await enroll(session, world)
    await take(session, world, enrollment, world.pre, [earned[0]])
    await take(session, world, enrollment, world.post, [earned[1]])
    row = await measure(enrollment)
    assert row is not None
    assert (row.normalized_gain is None) == (row.pre_score == 100)


# Again


@pytest.mark.req("A-GAN-07")
@pytest.mark.parametrize("which", ["pre", "post"])
async def test_a_regrade_of_either_attempt_is_measured_again(
    session: AsyncSession, world: World, worker: WorkerOnDemand, which: str
) -> None:
    enrollment = await enroll(session, world)
    attempts = {
        "pre": await take(session, world, enrollment, world.pre, [5, 0, 0, 0]),
        "post": await take(session, world, enrollment, world.post, [5, 5, 0, 0]),
    }
    await tell(session, worker, *attempts.values())
    first = await row_of(session, enrollment)
    assert first is not None
    assert [first.pre_score, first.post_score] == [25, 50]
    known = first.id, first.calculated_at
    changed = attempts[which]
    await session.execute(
        update(AssessmentAttempt).where(AssessmentAttempt.id == changed.id).values(score=75, points_earned=15)
    )
    await session.execute(
        update(QuestionResponse).where(QuestionResponse.attempt_id == changed.id).values(points_earned=5)
    )
    await tell(session, worker, changed, is_regrade=True)
    row = await row_of(session, enrollment)
    assert row is not None
    assert row.id == known[0]
    assert [row.pre_score, row.post_score] == ([75, 50] if which == "pre" else [25, 75])
    assert {getattr(gain, f"{which}_score") for gain in row.skill_gains} == {100}
    assert row.calculated_at > known[1]
    assert len(await worker.announced("academy.gain_measured")) == 2


async def test_a_gain_that_can_no_longer_be_measured_is_no_more(
    session: AsyncSession, world: World, worker: WorkerOnDemand
) -> None:
    enrollment = await enroll(session, world)
    await score(session, world, enrollment, world.pre, 40)
    after = await score(session, world, enrollment, world.post, 85)
    await tell(session, worker, after)
    await session.execute(
        update(AssessmentAttempt)
        .where(AssessmentAttempt.id == after.id)
        .values(status=AttemptStatus.submitted, score=None, graded_at=None)
    )
    await tell(session, worker, after, is_regrade=True)
    assert await row_of(session, enrollment) is None
    assert [told.payload["normalized_gain"] for told in await worker.announced("academy.gain_measured")] == [0.75, None]


@pytest.mark.req("A-GAN-07", "D-04")
async def test_a_job_that_runs_again_changes_and_says_nothing(
    session: AsyncSession, world: World, worker: WorkerOnDemand
) -> None:
    enrollment = await enroll(session, world)
    before = await score(session, world, enrollment, world.pre, 40)
    after = await score(session, world, enrollment, world.post, 85)
    await tell(session, worker, before, after)
    first = await row_of(session, enrollment)
    assert first is not None
    kept = first.id, first.calculated_at, first.updated_at
    await tell(session, worker, after, after, before)
    row = await row_of(session, enrollment)
    assert row is not None
    assert (row.id, row.calculated_at, row.updated_at) == kept
    assert len(await worker.announced("academy.gain_measured")) == 1


async def test_an_attempt_outside_of_any_enrollment_is_passed_over(
    session: AsyncSession, world: World, worker: WorkerOnDemand
) -> None:
    enrollment = await enroll(session, world)
    alone = await score(session, world, enrollment, world.pre, 40, enrollment_id=None)
    await tell(session, worker, alone)
    assert graded(alone).enrollment_id is None
    assert await session.scalar(select(func.count()).select_from(LearningGain)) == 0


# A whole scope


@pytest.mark.parametrize("kind", [ScopeKind.enrollment, ScopeKind.cohort, ScopeKind.course, ScopeKind.everybody])
async def test_a_recomputation_mends_its_scope_and_nothing_else(
    session: AsyncSession, world: World, worker: WorkerOnDemand, kind: ScopeKind
) -> None:
    other = await create(session)
    mine, theirs = await enroll(session, world), await enroll(session, other)
    for its, enrollment in ((world, mine), (other, theirs)):
        await score(session, its, enrollment, its.pre, 40)
        await score(session, its, enrollment, its.post, 85)
    ids = {"enrollment": mine.id, "cohort": world.cohort.id, "course": world.course.id, "everybody": None}
    asked = GainRecomputationRequested(recomputation_id=new_id(), scope=kind, scope_id=ids[kind])
    emit(session, asked)
    await session.commit()
    await worker.drain()
    assert await row_of(session, mine) is not None
    assert (await row_of(session, theirs) is not None) == (kind is ScopeKind.everybody)
    (told,) = await worker.announced("academy.gains_recomputed")
    assert told.payload["changed"] == (2 if kind is ScopeKind.everybody else 1)
    assert await service.recompute(session, HOUSE, new_id(), Scope(kind, ids[kind])) == 0


async def test_a_recomputation_mends_wrong_rows_and_takes_away_those_of_nothing(
    session: AsyncSession, world: World, measure: Measure
) -> None:
    right, wrong, gone = [await enroll(session, world) for _ in range(3)]
    for enrollment in (right, wrong, gone):
        await score(session, world, enrollment, world.pre, 40)
        await score(session, world, enrollment, world.post, 85)
        await measure(enrollment)
    await session.execute(
        update(LearningGain).where(LearningGain.enrollment_id == wrong.id).values(normalized_gain=Decimal("0.1"))
    )
    await session.execute(
        update(AssessmentAttempt)
        .where(AssessmentAttempt.enrollment_id == gone.id)
        .values(status=AttemptStatus.submitted, score=None, graded_at=None)
    )
    assert await service.recompute(session, HOUSE, new_id(), Scope(ScopeKind.course, world.course.id)) == 2
    found = [await row_of(session, enrollment) for enrollment in (right, wrong, gone)]
    assert [row and row.normalized_gain for row in found] == [Decimal("0.75"), Decimal("0.75"), None]
