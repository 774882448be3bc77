"""A small world in which everything that moves a seat can happen: three cohorts, a course's queue, thirty people."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.cohorts import queue, seats
from app.academy.enrollments import checkout
from app.academy.enrollments import service as enrollments
from app.academy.enrollments.schemas import AcademyCheckoutCreate
from app.academy.models import (
    Cohort,
    Enrollment,
    EnrollmentStatus,
    Organization,
    Payment,
    PaymentStatus,
    Role,
    WaitlistEntry,
    WaitlistStatus,
)
from app.academy.payments import service as payments
from app.academy.payments.rules import Fact, FactKind
from app.academy.permissions import AcademyActor
from app.academy.waitlist import service
from app.core.constraints import constraint_of
from app.core.errors import AppError
from tests.academy.conftest import enter, found
from tests.academy.waitlist.conftest import HOUSE, RETURN_TO, make_over, plan
from tests.factories import academy

BODY = AcademyCheckoutCreate.model_validate(RETURN_TO)
FACTS = (*[FactKind.paid] * 3, FactKind.processing, FactKind.failed, FactKind.expired, FactKind.refunded)


@dataclass(frozen=True)
class World:
    """Who and what there is."""

    course_id: UUID
    cohorts: tuple[UUID, ...]
    people: tuple[UUID, ...]
    organization_id: UUID
    members: tuple[UUID, ...]


async def create(session: AsyncSession, people: int = 30) -> World:
    """A course that costs something, so that seats are pending, paid, expired and refunded."""
    course = academy.course(price_b2c=100)
    session.add(course)
    await session.flush()
    cohorts = [await plan(session, course, seats=3) for _ in range(3)]
    customer = await found(session, seats_purchased=5)
    members = [await enter(session, Role.org_member, customer) for _ in range(8)]
    rest = [await enter(session) for _ in range(people - len(members))]
    return World(
        course.id,
        tuple(cohort.id for cohort in cohorts),
        tuple(person.id for person in [*members, *rest]),
        customer.id,
        tuple(person.id for person in members),
    )


def learner(account_id: UUID) -> AcademyActor:
    """Somebody as the academy knows them."""
    return AcademyActor(account_id, None)


async def _one_of(session: AsyncSession, chance: random.Random, *where: Any, of: Any) -> Any:
    """Some row, by the test's own chance; None when there is none."""
    rows = (await session.scalars(select(of).where(*where).order_by(of.id))).all()
    return chance.choice(rows) if rows else None


async def buy(session: AsyncSession, world: World, chance: random.Random) -> None:
    actor = learner(chance.choice(world.people))
    await checkout.begin_checkout(session, actor, chance.choice(world.cohorts), BODY)


async def grant(session: AsyncSession, world: World, chance: random.Random) -> None:
    await enrollments.enroll(session, HOUSE, chance.choice(world.cohorts), chance.choice(world.people))


async def use_organization_seat(session: AsyncSession, world: World, chance: random.Random) -> None:
    member = chance.choice(world.members)
    actor = AcademyActor(member, None, role=Role.org_member, organization_id=world.organization_id)
    await enrollments.enroll(session, actor, chance.choice(world.cohorts))


async def cancel(session: AsyncSession, _: World, chance: random.Random) -> None:
    active = Enrollment.enrollment_status == EnrollmentStatus.active
    enrollment = await _one_of(session, chance, Enrollment.has_seat, active, of=Enrollment)
    if enrollment is not None:
        await enrollments.cancel(session, HOUSE, enrollment.id)


async def transfer(session: AsyncSession, world: World, chance: random.Random) -> None:
    paid = Enrollment.payment_status == PaymentStatus.completed
    enrollment = await _one_of(session, chance, Enrollment.has_seat, paid, of=Enrollment)
    if enrollment is not None:
        await enrollments.transfer(session, HOUSE, enrollment.id, chance.choice(world.cohorts))


async def hear_of_money(session: AsyncSession, _: World, chance: random.Random) -> None:
    payment = await _one_of(session, chance, of=Payment)
    if payment is not None:
        fact = Fact(chance.choice(FACTS), payment_id=payment.id, is_whole=True)
        await payments.apply_fact(session, HOUSE, fact)


async def join(session: AsyncSession, world: World, chance: random.Random) -> None:
    await service.join_cohort(session, learner(chance.choice(world.people)), chance.choice(world.cohorts))


async def join_course(session: AsyncSession, world: World, chance: random.Random) -> None:
    await service.join_course(session, learner(chance.choice(world.people)), world.course_id)


async def accept(session: AsyncSession, _: World, chance: random.Random) -> None:
    offered = WaitlistEntry.status == WaitlistStatus.offered
    entry = await _one_of(session, chance, offered, of=WaitlistEntry)
    if entry is not None:
        await service.accept(session, learner(entry.user_id), entry.id, BODY)


async def leave(session: AsyncSession, _: World, chance: random.Random) -> None:
    live = WaitlistEntry.status.in_(queue.LIVE)
    entry = await _one_of(session, chance, live, of=WaitlistEntry)
    if entry is not None:
        await service.leave(session, learner(entry.user_id), entry.id)


async def let_pass(session: AsyncSession, _: World, chance: random.Random) -> None:
    """Only the clock moves: the sweep comes later."""
    offered = WaitlistEntry.status == WaitlistStatus.offered
    entry = await _one_of(session, chance, offered, of=WaitlistEntry)
    if entry is not None:
        await make_over(session, entry)


async def expire(session: AsyncSession, _: World, chance: random.Random) -> None:
    over = WaitlistEntry.offer_expires_at <= func.now()
    entry = await _one_of(session, chance, WaitlistEntry.status == WaitlistStatus.offered, over, of=WaitlistEntry)
    if entry is not None:
        await service.expire(session, HOUSE, entry.id)


async def process(session: AsyncSession, world: World, chance: random.Random) -> None:
    await service.process(session, HOUSE, chance.choice(world.cohorts))


async def resize(session: AsyncSession, world: World, chance: random.Random) -> None:
    await seats.set_capacity(session, chance.choice(world.cohorts), chance.randint(2, 5))


async def recount(session: AsyncSession, world: World, chance: random.Random) -> None:
    assert not await enrollments.repair_counters(session, HOUSE, chance.choice(world.cohorts))


Act = Callable[[AsyncSession, World, random.Random], Awaitable[None]]
ACTS: tuple[tuple[Act, int], ...] = (
    (buy, 14),
    (grant, 1),
    (use_organization_seat, 3),
    (cancel, 3),
    (transfer, 2),
    (hear_of_money, 6),
    (join, 7),
    (join_course, 4),
    (accept, 5),
    (leave, 2),
    (let_pass, 2),
    (expire, 2),
    (process, 1),
    (resize, 2),
    (recount, 1),
)
WANTED = {"buy", "hear_of_money", "cancel", "join", "accept", "leave", "expire", "recount"}
"""What has to have been done, and not only refused, for a history to say something."""

# What two who do the same at once may find out from an index instead of from a look before.
KNOWN_CONSTRAINTS = {"uq_enrollments_seat", "uq_waitlist_live_cohort", "uq_waitlist_live_course"}


def any_act(chance: random.Random) -> Act:
    """Something that happens."""
    return chance.choices([act for act, _ in ACTS], [weight for _, weight in ACTS])[0]


async def happens(act: Act, session: AsyncSession, world: World, chance: random.Random, seen: Counter[str]) -> None:
    """One act in one savepoint; a refusal is an answer, anything else a failure."""
    try:
        async with session.begin_nested():
            await act(session, world, chance)
    except AppError as refused:
        seen[f"{act.__name__}: {refused.code}"] += 1
    except IntegrityError as error:
        if constraint_of(error) not in KNOWN_CONSTRAINTS:
            raise AssertionError(f"{act.__name__} broke {constraint_of(error)}") from error
        seen[f"{act.__name__}: {constraint_of(error)}"] += 1
    else:
        seen[act.__name__] += 1


async def judge(session: AsyncSession, world: World) -> None:
    """Counters equal rows, nobody has two seats in a cohort, the organization has used what it uses."""
    assert await seats.drifted_cohorts(session) == []
    for cohort in await session.scalars(select(Cohort).execution_options(populate_existing=True)):
        assert 0 <= cohort.current_enrollment + cohort.held <= cohort.max_capacity
    has_seat = select(Enrollment.user_id, Enrollment.cohort_id).where(Enrollment.has_seat)
    is_offered = select(WaitlistEntry.user_id, WaitlistEntry.offered_cohort_id).where(
        WaitlistEntry.status == WaitlistStatus.offered
    )
    places = Counter([*(await session.execute(has_seat)).all(), *(await session.execute(is_offered)).all()])
    assert set(places.values()) <= {1}
    for entry in await session.scalars(select(WaitlistEntry).execution_options(populate_existing=True)):
        assert (entry.status == WaitlistStatus.enrolled) == (entry.enrollment_id is not None)
    used = await session.scalar(
        select(func.count()).where(Enrollment.organization_id == world.organization_id, Enrollment.has_seat)
    )
    customer = await session.get_one(Organization, world.organization_id, populate_existing=True)
    assert customer.seats_used == used


async def settle(session: AsyncSession, world: World) -> None:
    """After one more round of the sweep no seat is free while somebody waits for it."""
    for cohort_id in world.cohorts:
        await queue.fill_seats(session, cohort_id)
        cohort = await session.get_one(Cohort, cohort_id, populate_existing=True)
        if cohort.seats_available:
            assert cohort.waiting == 0
            waits = queue.waits_for_course(world.course_id, cohort_id)
            assert (await session.scalars(select(WaitlistEntry.id).where(waits))).all() == []
