"""Learning paths: prices that agree, steps that stay in their path, people who are in one once."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    LearningPath,
    LearningPathStep,
    PathEnrollment,
    PathOffer,
    PathSkill,
    PathStepCompletion,
    PathStepGroup,
)
from app.core.clock import utc_now
from tests.academy.models.learning.world import World
from tests.factories import learning
from tests.support.refusals import kept, refused

Build = Callable[[World], Any]


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda w: learning.path(slug=w.path.slug), "uq_learning_paths_slug"),
        (lambda _: learning.path(target_audience="cats"), "ck_learning_paths_target_audience"),
        (lambda _: learning.path(bundle_price=None), "ck_learning_paths_bundled_has_a_price"),
        (lambda _: learning.path(pricing_model="subscription"), "ck_learning_paths_bundled_has_a_price"),
        (lambda _: learning.path(bundle_price=-1), "ck_learning_paths_prices"),
        (lambda _: learning.path(total_hours=-1), "ck_learning_paths_totals"),
        (lambda _: learning.path(enrollment_count=-1), "ck_learning_paths_counts"),
        (lambda w: w.offer(kind="gift"), "ck_path_offers_kind"),
        (lambda w: w.offer(price_cents=-1), "ck_path_offers_price_cents"),
        (lambda w: w.offer(kind="subscription"), "ck_path_offers_has_an_interval"),
        (lambda w: w.offer(billing_interval="month"), "ck_path_offers_has_an_interval"),
        (lambda w: w.offer(kind="subscription", billing_interval="day"), "ck_path_offers_billing_interval"),
        (lambda w: w.group(choose_n=0), "ck_learning_path_step_groups_choose_n"),
        (lambda w: w.next_step(step_number=0), "ck_learning_path_steps_step_number"),
        (lambda w: w.next_step(step_number=1), "uq_learning_path_steps_path_id_step_number"),
        (lambda w: w.next_step(unlock_rule="on_full_moon"), "ck_learning_path_steps_unlock_rule"),
        (lambda w: w.next_step(unlock_rule="after_days"), "ck_learning_path_steps_after_days"),
        (lambda w: w.next_step(unlock_after_days=7), "ck_learning_path_steps_after_days"),
        (
            lambda w: w.next_step(unlock_rule="after_days", unlock_after_days=-1),
            "ck_learning_path_steps_unlock_after_days",
        ),
        (lambda w: w.next_step(unlock_rule="after_completion"), "ck_learning_path_steps_after_step"),
        (lambda w: w.next_step(unlock_after_step_id=w.step.id), "ck_learning_path_steps_after_step"),
    ],
)
async def test_a_row_that_makes_no_sense_is_refused(
    session: AsyncSession, world: World, build: Build, constraint: str
) -> None:
    assert await refused(session, build(world)) == constraint


@pytest.mark.parametrize(
    "build",
    [
        lambda _: learning.path(pricing_model="subscription", bundle_price=None),
        lambda _: learning.path(pricing_model="individual", bundle_price=None, list_price=None),
        lambda w: w.offer(),
        lambda w: w.offer(kind="subscription", billing_interval="month", for_organizations=True),
        lambda w: w.group(choose_n=2),
        lambda w: w.next_step(unlock_rule="after_days", unlock_after_days=0),
        lambda w: w.next_step(unlock_rule="after_completion", unlock_after_step_id=w.step.id),
        lambda w: w.next_step(is_required=False),
        lambda w: PathSkill(path_id=w.path.id, skill_id=w.skill.id),
        lambda w: w.completion(),
        lambda w: w.completion(enrollment_id=w.enrollment.id),
    ],
)
async def test_a_row_that_makes_sense_is_taken(session: AsyncSession, world: World, build: Build) -> None:
    assert await refused(session, build(world)) is None


@pytest.mark.req("Z-123")
@pytest.mark.parametrize(
    ("list_price", "bundle_price", "discount"),
    [
        (129_700, 99_700, 23),
        (187_125, 149_700, 20),
        (100, 100, None),
        (100, 200, None),
        (None, 99_700, None),
        (100, 0, 100),
    ],
)
async def test_the_discount_follows_from_the_prices(
    session: AsyncSession, list_price: int | None, bundle_price: int, discount: int | None
) -> None:
    session.add(made := learning.path(list_price=list_price, bundle_price=bundle_price))
    await session.flush()
    await session.refresh(made)
    assert made.bundle_discount == discount


async def test_a_choice_of_one_among_four_can_be_said(session: AsyncSession, world: World) -> None:
    session.add(choice := world.group())
    await session.flush()
    for number in range(2, 6):
        session.add(world.next_step(step_number=number, step_group_id=choice.id))
    await session.flush()
    assert (await session.get_one(PathStepGroup, choice.id)).choose_n == 1


async def test_a_path_is_reordered_in_one_statement(session: AsyncSession, world: World) -> None:
    session.add(second := world.next_step())
    await session.flush()
    swap = update(LearningPathStep).where(LearningPathStep.path_id == world.path.id)
    await session.execute(swap.values(step_number=3 - LearningPathStep.step_number))
    await session.refresh(second)
    assert second.step_number == 1


async def test_what_points_at_a_step_or_a_choice_points_into_the_same_path(session: AsyncSession, world: World) -> None:
    session.add(other := learning.path())
    await session.flush()
    session.add(foreign := learning.path_step(other, world.course))
    session.add(choice := PathStepGroup(path_id=other.id, title="Choose"))
    await session.flush()
    after = world.next_step(unlock_rule="after_completion", unlock_after_step_id=foreign.id)
    assert await refused(session, after) == "fk_learning_path_steps_unlock_after_step_id_path_id"
    member = world.next_step(step_group_id=choice.id)
    assert await refused(session, member) == "fk_learning_path_steps_step_group_id_path_id"
    assert await refused(session, world.completion(step_id=foreign.id)) == "fk_path_step_completions_step_id_path_id"
    strayed = world.completion(step_id=foreign.id, path_id=other.id)
    assert await refused(session, strayed) == "fk_path_step_completions_path_enrollment_id_path_id"


# People in paths


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"status": "bored"}, "ck_user_path_enrollments_status"),
        ({"payment_type": "barter"}, "ck_user_path_enrollments_payment_type"),
        ({"progress_percent": 101}, "ck_user_path_enrollments_progress_percent"),
        ({"status": "completed"}, "ck_user_path_enrollments_completed"),
        ({"payment_type": "organization"}, "ck_user_path_enrollments_organization_pays"),
        ({"payment_type": "subscription"}, "ck_user_path_enrollments_subscription_is_named"),
        ({"payment_type": "subscription", "stripe_subscription_id": "sub_1"}, None),
        ({"payment_type": "individual"}, None),
        ({"status": "completed", "completed_at": utc_now(), "progress_percent": 100}, None),
    ],
)
async def test_a_path_enrollment_is_paid_for_in_one_way(
    session: AsyncSession, world: World, more: dict[str, Any], constraint: str | None
) -> None:
    assert await refused(session, learning.path_enrollment(world.instructor, world.path, **more)) == constraint


async def test_a_person_is_in_a_path_once_and_a_checkout_pays_once(session: AsyncSession, world: World) -> None:
    again = learning.path_enrollment(world.learner, world.path, status="expired")
    assert await refused(session, again) == "uq_user_path_enrollments_user_id_path_id"
    session.add(other := learning.path())
    await session.flush()
    paid = {"stripe_checkout_session_id": "cs_1"}
    first = learning.path_enrollment(world.instructor, world.path, **paid)
    second = learning.path_enrollment(world.instructor, other, **paid)
    assert await refused(session, first, second) == "uq_user_path_enrollments_stripe_checkout_session_id"


async def test_a_step_is_completed_once(session: AsyncSession, world: World) -> None:
    session.add(world.completion())
    await session.flush()
    session.expunge_all()
    assert await refused(session, world.completion()) == "pk_path_step_completions"


async def test_a_step_entitles_to_one_seat_at_a_time(session: AsyncSession, world: World) -> None:
    by_path = {"path_enrollment_id": world.path_enrollment.id}
    gone = learning.enrollment(world.learner, world.cohort, has_seat=False, **by_path)
    held = learning.enrollment(world.instructor, world.cohort, **by_path)
    session.add_all([gone, held])
    await session.flush()
    second = learning.enrollment(world.instructor, world.cohort, **by_path)
    assert await refused(session, second) in {"uq_enrollments_path_seat", "uq_enrollments_seat"}
    assert await kept(session, world.path_enrollment) == "fk_enrollments_path_enrollment_id"


# Deleting


async def test_a_path_that_nobody_is_in_goes_with_its_parts(session: AsyncSession, world: World) -> None:
    session.add_all([choice := world.group(), world.offer(), PathSkill(path_id=world.path.id, skill_id=world.skill.id)])
    await session.flush()
    after = {"unlock_rule": "after_completion", "unlock_after_step_id": world.step.id}
    session.add(world.next_step(step_group_id=choice.id, **after))
    await session.flush()
    assert await kept(session, world.path_enrollment) is None
    assert await kept(session, world.path) is None
    for table in (LearningPathStep, PathStepGroup, PathOffer, PathSkill):
        assert (await session.scalars(select(table))).all() == []


async def test_a_path_enrollment_takes_its_completions_with_it_and_keeps_its_path(
    session: AsyncSession, world: World
) -> None:
    session.add(world.completion())
    await session.flush()
    assert await kept(session, world.path) in {
        "fk_user_path_enrollments_path_id",
        "fk_path_step_completions_step_id_path_id",
    }
    assert await kept(session, world.step) == "fk_path_step_completions_step_id_path_id"
    assert await kept(session, world.path_enrollment) is None
    assert (await session.scalars(select(PathStepCompletion))).all() == []


async def test_a_step_or_a_choice_that_others_need_stays(session: AsyncSession, world: World) -> None:
    session.add(choice := world.group())
    await session.flush()
    after = {"unlock_rule": "after_completion", "unlock_after_step_id": world.step.id}
    session.add(world.next_step(step_group_id=choice.id, **after))
    await session.flush()
    assert await kept(session, world.step) == "fk_learning_path_steps_unlock_after_step_id_path_id"
    assert await kept(session, choice) == "fk_learning_path_steps_step_group_id_path_id"


async def test_where_somebody_stands_is_only_a_pointer(session: AsyncSession, world: World) -> None:
    world.path_enrollment.current_step_id = world.step.id
    await session.flush()
    assert await kept(session, world.step) is None
    session.expunge_all()
    assert (await session.get_one(PathEnrollment, world.path_enrollment.id)).current_step_id is None


async def test_an_edit_is_timed_by_the_database(session: AsyncSession, world: World) -> None:
    await session.execute(text("UPDATE academy.learning_paths SET updated_at = '2000-01-01'"))
    await session.execute(text("UPDATE academy.learning_paths SET title = 'Another'"))
    session.expunge_all()
    assert (await session.get_one(LearningPath, world.path.id)).updated_at.year > 2000
