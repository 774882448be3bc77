"""A free seat goes to the queue: who is offered it, for how long, who is told, and what becomes of the offer."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.cohorts import counters, queue, seats
from app.academy.models import Cohort, Enrollment, WaitlistEntry
from app.core.clock import utc_now
from app.core.errors import NotFound
from app.identity.models import Account
from app.notifications.models import Mail, Notification
from tests.academy.conftest import enter
from tests.academy.waitlist.conftest import (
    RETURN_TO,
    again,
    code,
    counted,
    full,
    leave_seat,
    make_over,
    of,
    plan,
    sit,
    states,
    wait,
)
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

Sessions = async_sessionmaker[AsyncSession]


async def add_seats(session: AsyncSession, cohort: Cohort, count: int) -> None:
    """More seats without anybody being told: the queue has to be processed."""
    await session.execute(update(Cohort).where(Cohort.id == cohort.id).values(max_capacity=Cohort.max_capacity + count))


# Processing (A-WTL-02)


@pytest.mark.req("A-WTL-02")
@pytest.mark.parametrize(("free", "offered"), [(0, 0), (1, 1), (3, 3), (9, 4)])
async def test_as_many_of_the_first_in_line_are_offered_a_seat_as_there_are_free_places(
    client: ApiClient, session: AsyncSession, admin: Account, free: int, offered: int
) -> None:
    cohort, _ = await full(session)
    line = [await wait(session, cohort) for _ in range(4)]
    await add_seats(session, cohort, free)
    operator = await client.as_(admin)
    answer = await operator.post(f"/academy/cohorts/{cohort.id}/waitlist/offers")
    assert (answer.status_code, answer.json()) == (200, {"offered_count": offered})
    assert await states(session, *line) == ["offered"] * offered + ["waiting"] * (4 - offered)
    assert await counted(session, cohort) == (1, offered, 4 - offered)


@pytest.mark.req("A-WTL-02")
async def test_with_nobody_waiting_nothing_is_offered(client: ApiClient, session: AsyncSession, admin: Account) -> None:
    cohort = await plan(session, seats=5)
    operator = await client.as_(admin)
    answer = await operator.post(f"/academy/cohorts/{cohort.id}/waitlist/offers")
    assert answer.json() == {"offered_count": 0}


@pytest.mark.req("A-WTL-02")
async def test_an_unknown_cohort_cannot_be_processed(client: ApiClient, session: AsyncSession, admin: Account) -> None:
    operator = await client.as_(admin)
    assert (await operator.post(f"/academy/cohorts/{uuid4()}/waitlist/offers")).status_code == 404
    with pytest.raises(NotFound):
        await queue.fill_seats(session, uuid4())


@pytest.mark.req("A-WTL-05")
async def test_processing_twice_offers_nobody_twice_and_never_more_than_is_free(
    client: ApiClient, session: AsyncSession, admin: Account
) -> None:
    cohort, _ = await full(session)
    line = [await wait(session, cohort) for _ in range(4)]
    await add_seats(session, cohort, 2)
    operator = await client.as_(admin)
    counts = [
        (await operator.post(f"/academy/cohorts/{cohort.id}/waitlist/offers")).json()["offered_count"] for _ in range(3)
    ]
    assert counts == [2, 0, 0]
    assert await states(session, *line) == ["offered", "offered", "waiting", "waiting"]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "scheduled"},
        {"status": "in_progress"},
        {"status": "completed"},
        {"status": "cancelled"},
        {"start_date": utc_now() - timedelta(minutes=1)},
    ],
    ids=lambda fields: str(fields.get("status", "begun")),
)
async def test_a_cohort_that_takes_nobody_offers_nothing(session: AsyncSession, fields: dict[str, object]) -> None:
    cohort, taken = await full(session)
    await wait(session, cohort)
    await session.execute(update(Cohort).where(Cohort.id == cohort.id).values(**fields))
    await leave_seat(session, taken[0])
    assert await counted(session, cohort) == (0, 0, 1)


@pytest.mark.parametrize("status", ["draft", "archived"])
async def test_a_course_that_is_not_in_the_catalogue_offers_nothing(session: AsyncSession, status: str) -> None:
    cohort, taken = await full(session)
    await wait(session, cohort)
    (await counters.lock_cohort(session, cohort.id)).course.status = status
    await leave_seat(session, taken[0])
    assert await counted(session, cohort) == (0, 0, 1)


# The offer (A-WTL-03)


@pytest.mark.req("A-WTL-03")
@pytest.mark.parametrize(
    ("starts_in", "lasts"),
    [
        (timedelta(days=30), timedelta(hours=48)),
        (timedelta(hours=48, seconds=1), timedelta(hours=48)),
        (timedelta(hours=47), timedelta(hours=47)),
        (timedelta(minutes=1), timedelta(minutes=1)),
    ],
)
async def test_an_offer_lasts_48_hours_but_never_beyond_the_start(
    session: AsyncSession, starts_in: timedelta, lasts: timedelta
) -> None:
    now = (await session.scalars(select(func.now()))).one()
    cohort, taken = await full(session, start_date=now + starts_in)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    entry = await again(session, entry)
    assert (entry.status, entry.offered_cohort_id) == ("offered", cohort.id)
    assert entry.offered_at == now
    assert entry.offer_expires_at == now + lasts


@pytest.mark.req("A-WTL-03")
async def test_an_offer_is_shortened_when_the_start_is_moved_before_its_end(
    client: ApiClient, session: AsyncSession, admin: Account, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    sooner = utc_now().replace(microsecond=0) + timedelta(hours=5)
    operator = await client.as_(admin)
    answer = await operator.patch(f"/academy/cohorts/{cohort.id}", {"start_date": sooner.isoformat()})
    assert answer.status_code == 200, answer.text
    await worker.drain()
    entry = await again(session, entry)
    assert entry.offer_expires_at == sooner


# Being told (A-WTL-04)


@pytest.mark.req("A-WTL-04")
async def test_whoever_is_offered_a_seat_is_told_by_mail_and_in_the_application(
    session: AsyncSession, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    entry = await again(session, entry)
    assert entry.offer_expires_at is not None
    notice = (await session.scalars(select(Notification).where(Notification.account_id == entry.user_id))).one()
    mail = (await session.scalars(select(Mail).where(Mail.account_id == entry.user_id))).one()
    assert (notice.type, mail.template, mail.category) == ("academy.waitlist_offer", "waitlist_offer", "transactional")
    for told in (notice.data, mail.data):
        assert told["offer_expires_at"] == entry.offer_expires_at.isoformat()
    assert mail.state == "queued"
    await session.commit()
    await worker.drain()
    await session.refresh(mail)
    assert (mail.state, mail.provider) == ("sent", "file")


@pytest.mark.parallel
@pytest.mark.req("A-WTL-04")
async def test_an_offer_that_is_rolled_back_tells_nobody(parallel: Sessions) -> None:
    async with parallel.begin() as session:
        cohort, taken = await full(session)
        entry = await wait(session, cohort)
    async with parallel() as session:
        await leave_seat(session, taken[0])
        await session.flush()
        assert len((await session.scalars(select(Mail.id))).all()) == 1
        await session.rollback()
    async with parallel() as session:
        assert await states(session, entry) == ["waiting"]
        assert (await session.scalars(select(Mail.id))).all() == []
        assert (await session.scalars(select(Notification.id))).all() == []
        assert await WorkerOnDemand(parallel, {}).announced("academy.waitlist_offered") == []


# Reserved (A-WTL-06)


@pytest.mark.req("A-WTL-06")
async def test_the_offered_seat_is_not_for_strangers(client: ApiClient, session: AsyncSession) -> None:
    cohort, taken = await full(session)
    await wait(session, cohort)
    await leave_seat(session, taken[0])
    stranger = await client.as_(await enter(session))
    answer = await stranger.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="s")
    assert code(answer) == (409, "academy.reserved_for_waitlist")


@pytest.mark.req("A-WTL-06")
async def test_a_seat_that_is_free_for_a_moment_belongs_to_those_who_wait(
    client: ApiClient, session: AsyncSession
) -> None:
    cohort, _ = await full(session)
    await wait(session, cohort)
    await add_seats(session, cohort, 1)
    stranger = await client.as_(await enter(session))
    answer = await stranger.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="s")
    assert code(answer) == (409, "academy.reserved_for_waitlist")


@pytest.mark.req("A-WTL-06")
async def test_who_waits_but_is_not_offered_cannot_buy_either(client: ApiClient, session: AsyncSession) -> None:
    cohort, taken = await full(session)
    await wait(session, cohort)
    second = await wait(session, cohort)
    await leave_seat(session, taken[0])
    impatient = await of(client, session, second)
    answer = await impatient.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="s")
    assert code(answer) == (409, "academy.reserved_for_waitlist")


@pytest.mark.req("A-WTL-06")
@pytest.mark.parametrize("door", ["acceptance", "checkout"])
async def test_the_offered_person_can_buy_at_either_door(client: ApiClient, session: AsyncSession, door: str) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    offered = await of(client, session, entry)
    path = (
        f"/academy/waitlist/{entry.id}/acceptance" if door == "acceptance" else f"/academy/cohorts/{cohort.id}/checkout"
    )
    answer = await offered.post(path, RETURN_TO, key="k")
    assert answer.status_code == 201, answer.text
    entry = await again(session, entry)
    assert (entry.status, str(entry.enrollment_id)) == ("enrolled", answer.json()["enrollment"]["id"])
    assert await counted(session, cohort) == (1, 0, 0)


async def test_an_offer_that_is_over_opens_no_door(client: ApiClient, session: AsyncSession) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    await make_over(session, entry)
    late = await of(client, session, entry)
    answer = await late.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="k")
    assert code(answer) == (409, "academy.reserved_for_waitlist")


async def test_seats_beyond_the_offers_are_for_everybody(client: ApiClient, session: AsyncSession) -> None:
    cohort, taken = await full(session)
    await wait(session, cohort)
    await leave_seat(session, taken[0])
    await add_seats(session, cohort, 1)
    stranger = await client.as_(await enter(session))
    answer = await stranger.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="s")
    assert answer.status_code == 201
    assert await counted(session, cohort) == (1, 1, 0)


# One person, one seat or offer (rule 14)


async def test_somebody_who_is_given_a_seat_no_longer_waits_for_one(
    client: ApiClient, session: AsyncSession, admin: Account
) -> None:
    cohort = await plan(session, seats=1)
    person = await enter(session)
    entry = await wait(session, cohort, person)
    operator = await client.as_(admin)
    answer = await operator.post(f"/academy/cohorts/{cohort.id}/enrollments", {"account_id": str(person.id)}, key="g")
    assert answer.status_code == 201, answer.text
    assert await states(session, entry) == ["cancelled"]
    assert await counted(session, cohort) == (1, 0, 0)


async def test_the_seat_held_for_somebody_who_gets_another_one_goes_to_the_next(
    client: ApiClient, session: AsyncSession, admin: Account
) -> None:
    cohort, taken = await full(session)
    person = await enter(session)
    line = [await wait(session, cohort, person), await wait(session, cohort)]
    await leave_seat(session, taken[0])
    await add_seats(session, cohort, 1)
    operator = await client.as_(admin)
    answer = await operator.post(f"/academy/cohorts/{cohort.id}/enrollments", {"account_id": str(person.id)}, key="g")
    assert answer.status_code == 201, answer.text
    assert await states(session, *line) == ["enrolled", "offered"]
    assert await counted(session, cohort) == (1, 1, 0)


# The ends (A-WTL-07, A-WTL-08)


@pytest.mark.req("A-WTL-07")
async def test_accepting_turns_the_held_seat_into_an_enrollment(client: ApiClient, session: AsyncSession) -> None:
    cohort, taken = await full(session, price=49_900)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    assert await counted(session, cohort) == (0, 1, 0)
    offered = await of(client, session, entry)
    answer = await offered.post(f"/academy/waitlist/{entry.id}/acceptance", RETURN_TO, key="k")
    assert answer.status_code == 201, answer.text
    assert answer.json()["checkout_url"]
    assert answer.json()["enrollment"]["payment_status"] == "pending"
    assert await counted(session, cohort) == (1, 0, 0)
    entry = await again(session, entry)
    enrollment = await session.get_one(Enrollment, entry.enrollment_id)
    assert (entry.status, enrollment.has_seat, enrollment.user_id) == ("enrolled", True, entry.user_id)


@pytest.mark.req("A-WTL-07")
async def test_declining_ends_the_offer_and_the_next_is_offered_the_seat(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session)
    line = [await wait(session, cohort) for _ in range(2)]
    await leave_seat(session, taken[0])
    offered = await of(client, session, line[0])
    assert (await offered.delete(f"/academy/waitlist/{line[0].id}")).status_code == 204
    assert await states(session, *line) == ["cancelled", "offered"]
    assert await counted(session, cohort) == (0, 1, 0)
    left = await worker.announced("academy.waitlist_left")
    assert [(found.payload["entry_id"], found.payload["status"]) for found in left] == [(str(line[0].id), "cancelled")]


@pytest.mark.req("A-WTL-08")
async def test_a_late_acceptance_is_gone_before_the_sweep_and_after_it(
    client: ApiClient, session: AsyncSession, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session)
    line = [await wait(session, cohort) for _ in range(2)]
    await leave_seat(session, taken[0])
    await make_over(session, line[0])
    late = await of(client, session, line[0])
    path = f"/academy/waitlist/{line[0].id}/acceptance"
    assert code(await late.post(path, RETURN_TO, key="before")) == (410, "academy.offer_expired")
    assert await states(session, *line) == ["offered", "waiting"]
    await session.commit()
    await worker.run_schedule("academy.sweep_waitlist")
    assert await states(session, *line) == ["expired", "offered"]
    assert code(await late.post(path, RETURN_TO, key="after")) == (410, "academy.offer_expired")
    assert await counted(session, cohort) == (0, 1, 0)


@pytest.mark.req("A-WTL-08")
async def test_the_sweep_leaves_an_offer_alone_until_its_time_is_over(
    session: AsyncSession, worker: WorkerOnDemand
) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    await session.commit()
    await worker.run_schedule("academy.sweep_waitlist")
    assert await states(session, entry) == ["offered"]


@pytest.mark.req("A-WTL-08")
async def test_whoever_let_an_offer_pass_is_told(session: AsyncSession, worker: WorkerOnDemand) -> None:
    cohort, taken = await full(session)
    entry = await wait(session, cohort)
    await leave_seat(session, taken[0])
    await make_over(session, entry)
    await session.commit()
    await worker.run_schedule("academy.sweep_waitlist")
    types = await session.scalars(
        select(Notification.type).where(Notification.account_id == entry.user_id).order_by(Notification.id)
    )
    assert types.all() == ["academy.waitlist_offer", "academy.waitlist_offer_expired"]


async def test_the_sweep_offers_seats_that_were_forgotten(session: AsyncSession, worker: WorkerOnDemand) -> None:
    cohort, _ = await full(session)
    entry = await wait(session, cohort)
    await add_seats(session, cohort, 1)
    await session.commit()
    await worker.run_schedule("academy.sweep_waitlist")
    assert await states(session, entry) == ["offered"]


async def test_a_queue_in_trouble_does_not_stop_the_sweep_of_the_others(
    session: AsyncSession, worker: WorkerOnDemand
) -> None:
    broken, whole = await full(session), await full(session)
    lines = [[await wait(session, cohort) for _ in range(2)] for cohort, _ in (broken, whole)]
    for (cohort, taken), line in zip((broken, whole), lines, strict=True):
        await leave_seat(session, taken[0])
        await make_over(session, line[0])
        if cohort is broken[0]:
            # A counter that is wrong makes the database refuse every step of this queue.
            await session.execute(update(Cohort).where(Cohort.id == cohort.id).values(held=0))
    await session.commit()
    with pytest.raises(AssertionError, match="IntegrityError"):
        await worker.run_schedule("academy.sweep_waitlist")
    assert await states(session, *lines[1]) == ["expired", "offered"]


# Lawful moves (A-WTL-07)


@pytest.mark.req("A-WTL-07")
@pytest.mark.parametrize(
    ("status", "accepted", "left"),
    [
        ("waiting", (409, "academy.not_offered"), "cancelled"),
        ("offered", (201, None), "cancelled"),
        ("enrolled", (409, "academy.entry_ended"), "enrolled"),
        ("expired", (410, "academy.offer_expired"), "expired"),
        ("cancelled", (409, "academy.entry_ended"), "cancelled"),
    ],
)
async def test_an_entry_goes_from_waiting_to_offered_to_one_end_and_nowhere_else(
    client: ApiClient,
    session: AsyncSession,
    worker: WorkerOnDemand,
    status: str,
    accepted: tuple[int, str | None],
    left: str,
) -> None:
    async def entry_in(wanted: str) -> WaitlistEntry:
        cohort, taken = await full(session)
        entry = await wait(session, cohort)
        person = await of(client, session, entry)
        if wanted != "waiting":
            await leave_seat(session, taken[0])
        if wanted == "enrolled":
            await person.post(f"/academy/waitlist/{entry.id}/acceptance", RETURN_TO, key="first")
        if wanted == "cancelled":
            await person.delete(f"/academy/waitlist/{entry.id}")
        if wanted == "expired":
            await make_over(session, entry)
            await session.commit()
            await worker.run_schedule("academy.sweep_waitlist")
        assert await states(session, entry) == [wanted]
        return entry

    entry = await entry_in(status)
    answer = await (await of(client, session, entry)).post(
        f"/academy/waitlist/{entry.id}/acceptance", RETURN_TO, key="again"
    )
    assert (answer.status_code, answer.json().get("code")) == accepted
    entry = await entry_in(status)
    answer = await (await of(client, session, entry)).delete(f"/academy/waitlist/{entry.id}")
    assert answer.status_code == (409 if status == "enrolled" else 204)
    assert await states(session, entry) == [left]
    assert await seats.drifted_cohorts(session) == []


# More seats (A-COH-03)


@pytest.mark.req("A-COH-03")
async def test_new_seats_go_to_the_queue_first(client: ApiClient, session: AsyncSession, admin: Account) -> None:
    cohort, _ = await full(session)
    line = [await wait(session, cohort) for _ in range(2)]
    operator = await client.as_(admin)
    answer = await operator.patch(f"/academy/cohorts/{cohort.id}", {"max_capacity": 4})
    assert answer.status_code == 200, answer.text
    assert await states(session, *line) == ["offered", "offered"]
    assert await counted(session, cohort) == (1, 2, 0)


@pytest.mark.req("A-COH-03")
@pytest.mark.parametrize(("capacity", "status"), [(1, 409), (2, 409), (3, 200)])
async def test_seats_that_are_held_cannot_be_taken_away(
    client: ApiClient, session: AsyncSession, admin: Account, capacity: int, status: int
) -> None:
    cohort, taken = await full(session, seats=4)
    await wait(session, cohort)
    await leave_seat(session, taken[0])
    await leave_seat(session, taken[1])
    assert await counted(session, cohort) == (2, 1, 0)
    operator = await client.as_(admin)
    answer = await operator.patch(f"/academy/cohorts/{cohort.id}", {"max_capacity": capacity})
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "academy.capacity_below_seats_taken"


# A hold that ends (A-ENR-14)


async def test_a_payer_who_came_too_late_and_got_a_seat_after_all_leaves_the_queue(session: AsyncSession) -> None:
    cohort = await plan(session, seats=2)
    person = await enter(session)
    enrollment_id = await sit(session, cohort, person)
    enrollment, locked = await seats.lock_enrollment(session, enrollment_id)
    await seats.give_back(session, enrollment, locked, "expired")
    entry = await wait(session, cohort, person)
    assert await seats.take_again(session, enrollment, locked)
    assert await states(session, entry) == ["cancelled"]
    assert await counted(session, cohort) == (1, 0, 0)
