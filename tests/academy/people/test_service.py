"""What is promised about people: one profile each, and a backfill that can be repeated."""

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import Learner, Organization, Role
from app.academy.people import rules, service
from app.academy.people.errors import AccountUnknown
from app.academy.permissions import AcademyActor
from app.core.errors import Forbidden
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.factories import academy, identity
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

SYSTEM = AcademyActor.system()


async def without_timezone(session: AsyncSession) -> int:
    """How many people have no time zone."""
    return await session.scalar(select(func.count()).where(Learner.timezone.is_(None))) or 0


@pytest.mark.parallel
async def test_twenty_first_looks_at_once_make_one_profile(parallel: async_sessionmaker[AsyncSession]) -> None:
    async with parallel.begin() as session:
        session.add(account := identity.account())

    async def begin() -> Learner:
        async with parallel.begin() as session:
            return await service.ensure_learner(session, AcademyActor(account.id))

    assert {learner.id for learner in await asyncio.gather(*(begin() for _ in range(20)))} == {account.id}


async def test_an_unknown_account_does_not_begin(session: AsyncSession) -> None:
    with pytest.raises(AccountUnknown):
        await service.ensure_learner(session, SYSTEM, new_id())


async def test_the_operator_appoints_on_the_command_line(session: AsyncSession) -> None:
    session.add(account := identity.account())
    learner = await service.set_role(session, SYSTEM, account.id, Role.platform_admin)
    assert learner.role == Role.platform_admin


async def test_nobody_appoints_themselves(session: AsyncSession, learner: Account) -> None:
    with pytest.raises(Forbidden):
        await service.set_role(session, AcademyActor(learner.id), learner.id, Role.platform_admin)


@pytest.mark.req("A-AUT-07")
async def test_the_backfill_counts_the_rows_it_changed_and_changes_nothing_again(
    session: AsyncSession,
) -> None:
    for _ in range(3):
        await enter(session)
    session.add(abroad := identity.account())
    await session.flush()  # the profile points at it
    session.add(academy.learner(abroad, timezone="Asia/Tokyo"))
    assert await service.backfill_timezones(session, SYSTEM) == 3
    assert await service.backfill_timezones(session, SYSTEM) == 0
    zones = await session.scalars(select(Learner.timezone).order_by(Learner.timezone))
    assert list(zones) == [rules.HOME_TIMEZONE] * 3 + ["Asia/Tokyo"]


@pytest.mark.req("A-AUT-07")
@pytest.mark.req("X-MIG-01")
async def test_the_backfill_goes_on_batch_by_batch_and_tells_the_whole_count(
    client: ApiClient,
    session: AsyncSession,
    admin: Account,
    worker: WorkerOnDemand,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "BACKFILL_BATCH", 2)
    for _ in range(4):
        await enter(session)
    answer = await (await client.as_(admin)).post("/academy/timezone-backfills")
    await worker.drain()
    (told,) = await worker.announced("academy.timezones_backfilled")
    assert (answer.status_code, told.payload) == (202, {"backfill_id": answer.json()["id"], "changed": 5})
    assert await without_timezone(session) == 0


async def test_somebody_of_another_organization_is_not_taken_over(
    session: AsyncSession, member: Account, customer: Organization
) -> None:
    core = identity.organization()
    session.add(core)
    await session.flush()  # the billing side points at it
    session.add(academy.organization(core))
    session.add(identity.membership(core.id, member.id))
    assert await service.adopt_members(session, SYSTEM, core.id) == 0
    assert (await session.get_one(Learner, member.id)).organization_id == customer.id
