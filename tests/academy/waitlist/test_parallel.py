"""The queue under a crowd, on real connections: nobody overtaken, no seat lost, none given twice, no deadlock."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.cohorts import counters, queue, seats
from app.academy.enrollments.schemas import AcademyCheckoutCreate
from app.academy.models import Cohort, Enrollment, Role, WaitlistEntry, WaitlistStatus
from app.academy.permissions import AcademyActor
from app.academy.waitlist import service
from app.core.errors import AppError
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.waitlist.conftest import (
    HOUSE,
    LIVE,
    RETURN_TO,
    counted,
    full,
    leave_seat,
    plan,
    states,
    wait,
    wait_for_course,
)
from tests.support.client import ApiClient, patiently
from tests.support.worker import WorkerOnDemand

pytestmark = pytest.mark.parallel

Sessions = async_sessionmaker[AsyncSession]
Act = Callable[[AsyncSession], Awaitable[object]]
BODY = AcademyCheckoutCreate.model_validate(RETURN_TO)


def learner(account_id: UUID) -> AcademyActor:
    return AcademyActor(account_id, None)


async def attempt(parallel: Sessions, act: Act) -> str:
    """One transaction on a connection of its own: "done", or the code of the refusal."""
    try:
        async with parallel.begin() as session:
            await act(session)
    except AppError as refused:
        return refused.code
    return "done"


@pytest.mark.req("A-WTL-01")
async def test_sixty_who_join_at_once_get_sixty_places_without_a_gap(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        cohort, _ = await full(session)
        people = [await enter(session) for _ in range(60)]
    clients = [await crowd.as_(person) for person in people]
    answers = await asyncio.gather(
        *(
            patiently(partial(each.post, f"/academy/cohorts/{cohort.id}/waitlist", key=str(new_id())))
            for each in clients
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 60}
    assert sorted(answer.json()["position"] for answer in answers) == list(range(1, 61))
    async with parallel() as session:
        assert await counted(session, cohort) == (1, 0, 60)


@pytest.mark.req("A-WTL-01")
async def test_one_person_twenty_times_waits_once(crowd: ApiClient, parallel: Sessions) -> None:
    async with parallel.begin() as session:
        cohort, _ = await full(session)
        person = await enter(session)
    client = await crowd.as_(person)
    for path in (f"/academy/cohorts/{cohort.id}/waitlist", f"/academy/courses/{cohort.course_id}/waitlist"):
        answers = await asyncio.gather(*(client.post(path, key=str(new_id())) for _ in range(20)))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"academy.already_waiting"}


@pytest.mark.req("A-WTL-05")
async def test_seats_that_fall_free_on_many_connections_are_offered_strictly_in_order(
    parallel: Sessions, chance: random.Random
) -> None:
    async with parallel.begin() as session:
        cohort, taken = await full(session, seats=25)
        line = [await wait(session, cohort) for _ in range(60)]
    leaving = chance.sample(line, 10)

    def quits(entry: WaitlistEntry) -> Act:
        return lambda session: service.leave(session, learner(entry.user_id), entry.id)

    acts: list[Act] = [lambda session, each=each: leave_seat(session, each) for each in taken]  # type: ignore[misc]  # a default binds the loop's value
    acts += [quits(entry) for entry in leaving]
    chance.shuffle(acts)
    assert set(await asyncio.gather(*(attempt(parallel, act) for act in acts))) == {"done"}
    async with parallel() as session:
        assert (await counted(session, cohort))[:2] == (0, 25)
        rows = await session.scalars(select(WaitlistEntry).where(WaitlistEntry.cohort_id == cohort.id))
        by_status: dict[str, list[int]] = {"offered": [], "waiting": [], "cancelled": []}
        for entry in rows:
            by_status[entry.status].append(entry.position)
        assert len(by_status["cancelled"]) == 10
        assert max(by_status["offered"]) < min(by_status["waiting"])
        position = {str(entry.id): entry.position for entry in line}
    offered = await WorkerOnDemand(parallel, {}).announced("academy.waitlist_offered")
    told = [position[each.payload["entry_id"]] for each in offered]
    assert told == sorted(told)


@pytest.mark.req("A-WTL-11")
@pytest.mark.parametrize("freed", ["by leaving", "by hand"])
async def test_one_freed_seat_with_five_workers_and_fifty_buyers_is_one_offer_and_no_sale(
    crowd: ApiClient, parallel: Sessions, freed: str
) -> None:
    async with parallel.begin() as session:
        cohort, taken = await full(session, seats=3)
        line = [await wait(session, cohort) for _ in range(3)]
        workers = [await enter(session, Role.platform_admin) for _ in range(5)]
        strangers = [await enter(session) for _ in range(50)]
        if freed == "by hand":  # free, with nobody told of it: only processing brings it to the queue
            await session.execute(update(Cohort).where(Cohort.id == cohort.id).values(max_capacity=4))
    buyers = [await crowd.as_(stranger) for stranger in strangers]
    operators = [await crowd.as_(worker) for worker in workers]
    sold = [buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key=str(new_id())) for buyer in buyers]
    made = [operator.post(f"/academy/cohorts/{cohort.id}/waitlist/offers") for operator in operators]
    leaving = [attempt(parallel, lambda session: leave_seat(session, taken[0]))] if freed == "by leaving" else []
    sales, offers, _ = await asyncio.gather(asyncio.gather(*sold), asyncio.gather(*made), asyncio.gather(*leaving))
    assert Counter(answer.status_code for answer in sales) == {409: 50}
    assert Counter(answer.status_code for answer in offers) == {200: 5}
    async with parallel() as session:
        assert await states(session, *line) == ["offered", "waiting", "waiting"]
        assert await counted(session, cohort) == (2 if freed == "by leaving" else 3, 1, 2)


# Races of one offer


class Race:
    """One offered seat, two who wait behind it, and a handful of acts that all happen at once."""

    def __init__(self, cohort: Cohort, line: Sequence[WaitlistEntry], stranger: Account, is_over: bool) -> None:
        self.cohort = cohort
        self.line = line
        self.stranger = stranger
        self.is_over = is_over

    def accepts(self, entry: WaitlistEntry) -> Act:
        async def act(session: AsyncSession) -> None:
            await service.accept(session, learner(entry.user_id), entry.id, BODY)

        return act

    def buys(self, account_id: UUID) -> Act:
        return lambda session: seats.take(session, seats.SeatOrder(self.cohort.id, account_id))

    def leaves(self, entry: WaitlistEntry) -> Act:
        return lambda session: service.leave(session, learner(entry.user_id), entry.id)

    def expires(self, entry: WaitlistEntry) -> Act:
        return lambda session: service.expire(session, HOUSE, entry.id)

    def processes(self) -> Act:
        return lambda session: service.process(session, HOUSE, self.cohort.id)

    def joins(self) -> Act:
        return lambda session: service.join_cohort(session, learner(self.stranger.id), self.cohort.id)

    def acts(self, chance: random.Random) -> list[Act]:
        first, second, third = self.line
        possible: list[Act] = [
            self.accepts(first),
            self.accepts(first),
            self.buys(first.user_id),
            self.leaves(first),
            self.expires(first),
            self.expires(first),
            self.leaves(second),
            self.accepts(second),
            self.leaves(third),
            self.processes(),
            self.buys(self.stranger.id),
            self.joins(),
        ]
        return chance.sample(possible, chance.randint(2, 7))


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.req("A-WTL-07", "A-WTL-08")
async def test_in_240_races_of_accepting_expiring_and_leaving_no_seat_is_lost_or_given_twice(
    parallel: Sessions, chance: random.Random
) -> None:
    async with parallel.begin() as session:
        people = [[await enter(session) for _ in range(4)] for _ in range(12)]

    outcomes: Counter[str] = Counter()
    for _ in range(20):
        async with parallel.begin() as session:
            races = [await race_of(session, crew, is_over=chance.random() < 0.5) for crew in people]
        acts = [act for race in races for act in race.acts(chance)]
        chance.shuffle(acts)
        outcomes.update(await asyncio.gather(*(attempt(parallel, act) for act in acts)))
        async with parallel() as session:
            assert await seats.drifted_cohorts(session) == []
            for race in races:
                await judge(session, race)
    assert {"done", "academy.offer_expired", "academy.entry_ended"} <= set(outcomes), outcomes
    assert set(outcomes) <= {
        "done",
        "academy.offer_expired",
        "academy.entry_ended",
        "academy.not_offered",
        "academy.already_enrolled",
        "academy.already_waiting",
        "academy.cohort_full",
        "academy.reserved_for_waitlist",
        "academy.seats_available",
    }, outcomes


async def race_of(session: AsyncSession, crew: Sequence[Account], *, is_over: bool) -> Race:
    """A race at its start: one seat, offered to the first of the crew; the last of them is a stranger."""
    now = (await session.scalars(select(func.now()))).one()
    cohort = await plan(session, held=1, waiting=2, waitlist_last_position=3)
    line = [
        WaitlistEntry(
            user_id=person.id,
            course_id=cohort.course_id,
            cohort_id=cohort.id,
            position=position,
            status=WaitlistStatus.waiting if position > 1 else WaitlistStatus.offered,
            offered_cohort_id=None if position > 1 else cohort.id,
            offered_at=None if position > 1 else now,
            offer_expires_at=None if position > 1 else now + timedelta(seconds=-1 if is_over else 3600),
        )
        for position, person in enumerate(crew[:3], start=1)
    ]
    session.add_all(line)
    return Race(cohort, line, crew[3], is_over)


async def judge(session: AsyncSession, race: Race) -> None:
    """The one seat is taken, held or, with nobody in line, free; each entry is in one state that fits the rest."""
    cohort = await session.get_one(Cohort, race.cohort.id)
    taken, held, waiting = cohort.current_enrollment, cohort.held, cohort.waiting
    entries = (
        await session.scalars(
            select(WaitlistEntry).where(WaitlistEntry.cohort_id == race.cohort.id).order_by(WaitlistEntry.position)
        )
    ).all()
    assert taken + held <= 1
    assert taken + held == 1 or waiting == 0, "a seat was lost"
    seated = (
        await session.scalars(select(Enrollment).where(Enrollment.cohort_id == race.cohort.id, Enrollment.has_seat))
    ).all()
    for entry in entries:
        assert (entry.status == "enrolled") == (entry.enrollment_id is not None)
        if entry.status == "enrolled":
            assert [each.id for each in seated] == [entry.enrollment_id]
    if race.is_over:
        assert entries[0].status in {"offered", "expired", "cancelled"}, "an offer was accepted after its time"
    else:
        assert entries[0].status in {"offered", "enrolled", "cancelled"}, "an offer ended before its time"
    live = [entry for entry in entries if entry.status in LIVE]
    assert [entry.status for entry in live] == (["offered"] * held + ["waiting"] * waiting), "somebody was overtaken"


# Entries of a course's queue live in no cohort until they are offered a seat in one


@pytest.mark.req("A-WTL-09")
async def test_seats_of_several_cohorts_serve_the_courses_queue_in_order_and_nobody_twice(
    parallel: Sessions, chance: random.Random
) -> None:
    async with parallel.begin() as session:
        first, taken = await full(session, seats=6)
        course_id = first.course_id
        course = (await counters.lock_cohort(session, first.id)).course
        second, more = await full(session, course, seats=6)
        line = [await wait_for_course(session, course_id) for _ in range(16)]
    leaving = chance.sample(line, 4)
    acts: list[Act] = [lambda session, each=each: leave_seat(session, each) for each in taken + more]  # type: ignore[misc]  # a default binds the loop's value
    acts += [lambda s, e=e: service.leave(s, learner(e.user_id), e.id) for e in leaving]  # type: ignore[misc]  # as above
    chance.shuffle(acts)
    assert set(await asyncio.gather(*(attempt(parallel, act) for act in acts))) == {"done"}
    async with parallel() as session:
        found = await states(session, *line)
        staying = [state for entry, state in zip(line, found, strict=True) if entry not in leaving]
        assert staying == ["offered"] * 12
        assert (await counted(session, first))[1] == 6 - await free(session, first)
        assert (await counted(session, second))[1] == 6 - await free(session, second)


async def free(session: AsyncSession, cohort: Cohort) -> int:
    row = await session.get_one(Cohort, cohort.id, populate_existing=True)
    return row.seats_available


@pytest.mark.req("A-WTL-09")
@pytest.mark.parametrize("first", ["the seat", "the person"])
async def test_whoever_joins_the_courses_queue_as_a_seat_falls_free_does_not_miss_it(
    parallel: Sessions, first: str
) -> None:
    async with parallel.begin() as session:
        cohort, (enrollment_id,) = await full(session)
        person = await enter(session)

    async def falls_free(session: AsyncSession) -> None:
        await leave_seat(session, enrollment_id)

    async def joins(session: AsyncSession) -> None:
        await service.join_course(session, learner(person.id), cohort.course_id)

    earlier, later = (falls_free, joins) if first == "the seat" else (joins, falls_free)
    async with parallel.begin() as session:
        await earlier(session)
        await session.flush()  # all of it but the commit
        other = asyncio.create_task(attempt(parallel, later))
        await until_blocked(parallel, 1)
    assert await other == ("academy.seats_available" if first == "the seat" else "done")
    async with parallel() as session:
        assert await counted(session, cohort) == (0, 0 if first == "the seat" else 1, 0)


@pytest.mark.req("A-WTL-09")
async def test_nobody_is_overtaken_because_their_entry_was_locked_for_a_moment(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        cohort, (enrollment_id,) = await full(session)
        line = [await wait_for_course(session, cohort.course_id) for _ in range(2)]
    async with parallel() as session:
        await service.leave(session, learner(line[0].user_id), line[0].id)
        await session.flush()
        freeing = asyncio.create_task(attempt(parallel, lambda s: leave_seat(s, enrollment_id)))
        await until_blocked(parallel, 1)
        await session.rollback()  # they stay after all: the request failed, or its connection broke
    assert await freeing == "done"
    async with parallel() as session:
        assert await states(session, *line) == ["offered", "waiting"]


async def test_who_leaves_while_being_offered_a_seat_lets_go_of_the_entry_before_waiting_for_the_cohort(
    parallel: Sessions,
) -> None:
    async with parallel.begin() as session:
        cohort, taken = await full(session)
        entry = await wait_for_course(session, cohort.course_id)

    async def close(session: AsyncSession) -> None:
        await queue.close_queue(session, await counters.lock_cohort(session, cohort.id), is_cohort_cancelled=True)

    async with parallel.begin() as offering:
        await leave_seat(offering, taken[0])
        await offering.flush()  # the offer is made, and its entry and cohort are locked
        leaving = asyncio.create_task(attempt(parallel, lambda s: service.leave(s, learner(entry.user_id), entry.id)))
        await until_blocked(parallel, 1)
        closing = asyncio.create_task(attempt(parallel, close))
        await until_blocked(parallel, 2)
    # The leaver has the entry first and finds it offered; the other has the cohort first and wants the entry.
    assert list(await asyncio.gather(leaving, closing)) == ["done", "done"]
    async with parallel() as session:
        assert await states(session, entry) == ["cancelled"]
        assert await counted(session, cohort) == (0, 0, 0)


BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def until_blocked(parallel: Sessions, count: int) -> None:
    """Wait until so many statements wait for the locks of others."""
    async with asyncio.timeout(5), parallel() as session:
        while (await session.scalar(BLOCKED) or 0) < count:
            await session.execute(text("SELECT pg_sleep(0.01)"))
