"""The verbs behind the door: one enrollment per checkout session, windows that follow the cohort, counters repaired."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.enrollments import service
from app.academy.enrollments.errors import CheckoutSessionTaken
from app.academy.models import Cohort, Enrollment
from app.academy.permissions import AcademyActor
from app.core.outbox.emit import emit
from app.domain_events.academy import CohortDatesChanged, EnrollmentRequested
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.enrollments.conftest import Buy, Plan
from tests.support.worker import WorkerOnDemand

HOUSE = AcademyActor.system()


@pytest.mark.req("A-ENR-02")
async def test_the_same_checkout_session_gives_the_same_enrollment_and_no_second_seat(
    session: AsyncSession, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=49_900)
    first = await service.create_enrollment(session, HOUSE, learner.id, cohort.id, "cs_test_1")
    again = await service.create_enrollment(session, HOUSE, learner.id, cohort.id, "cs_test_1")
    assert again.id == first.id
    await session.refresh(cohort)
    assert cohort.current_enrollment == 1


@pytest.mark.req("A-ENR-02")
async def test_a_checkout_session_is_not_handed_to_another_person(
    session: AsyncSession, plan: Plan, learner: Account
) -> None:
    cohort = await plan(price=49_900)
    other = await enter(session)
    await service.create_enrollment(session, HOUSE, learner.id, cohort.id, "cs_test_1")
    with pytest.raises(CheckoutSessionTaken):
        await service.create_enrollment(session, HOUSE, other.id, cohort.id, "cs_test_1")


@pytest.mark.req("A-ENR-02")
async def test_a_checkout_session_belongs_to_one_cohort(session: AsyncSession, plan: Plan, learner: Account) -> None:
    first, second = await plan(price=49_900), await plan(price=49_900)
    await service.create_enrollment(session, HOUSE, learner.id, first.id, "cs_test_1")
    with pytest.raises(CheckoutSessionTaken):
        await service.create_enrollment(session, HOUSE, learner.id, second.id, "cs_test_1")


async def _end_moves(session: AsyncSession, cohort: Cohort, days: int, *, may_shorten: bool = False) -> None:
    await session.execute(
        update(Cohort).where(Cohort.id == cohort.id).values(end_date=cohort.end_date + timedelta(days=days))
    )
    emit(session, CohortDatesChanged(cohort_id=cohort.id, may_shorten=may_shorten))
    await session.commit()


@pytest.mark.req("A-ENR-09")
@pytest.mark.parametrize(
    ("moved_by", "may_shorten", "windows_move_by"), [(10, False, 10), (-1, False, 0), (-1, True, -1)]
)
async def test_windows_follow_the_cohorts_end_but_are_only_shortened_on_an_admins_word(
    session: AsyncSession,
    plan: Plan,
    learner: Account,
    buy: Buy,
    worker: WorkerOnDemand,
    moved_by: int,
    may_shorten: bool,
    windows_move_by: int,
) -> None:
    cohort = await plan()
    enrollment = await buy(learner, cohort)
    before = await session.get_one(Enrollment, enrollment["id"])
    materials, chatbot = before.materials_access_until, before.chatbot_access_until
    await _end_moves(session, cohort, moved_by, may_shorten=may_shorten)
    await worker.drain()
    await session.refresh(before)
    assert before.materials_access_until == materials + timedelta(days=windows_move_by)
    assert before.chatbot_access_until == chatbot + timedelta(days=windows_move_by)


async def test_a_wished_for_enrollment_goes_through_the_same_verb(
    session: AsyncSession, plan: Plan, learner: Account, worker: WorkerOnDemand
) -> None:
    cohort = await plan(max_capacity=1)
    late = await enter(session)
    for account in (learner, late):
        emit(session, EnrollmentRequested(cohort_id=cohort.id, account_id=account.id, requested_by=account.id))
    await session.commit()
    await worker.drain()
    await session.refresh(cohort)
    assert cohort.current_enrollment == 1
    assert [found.payload["account_id"] for found in await worker.announced("academy.enrollment_created")] == [
        str(learner.id)
    ]
