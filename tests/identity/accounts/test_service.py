"""Entering people."""

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.errors import Forbidden
from app.core.ids import new_id
from app.identity import tokens
from app.identity.accounts import service
from app.identity.accounts.errors import AccountNotFound
from app.identity.accounts.service import Person
from app.identity.actor import Actor
from app.identity.models import Account
from app.identity.sessions.service import access_tokens_for
from tests.factories import identity as factory
from tests.support.worker import WorkerOnDemand

HOUSE = Actor.system()


async def test_entering_somebody_twice_gives_the_same_account_unchanged(session: AsyncSession, address: str) -> None:
    first = await service.create_account(session, HOUSE, email=address, name="Ada")
    again = await service.create_account(session, HOUSE, email=address.upper(), name="Eve")
    assert (again.id, again.name) == (first.id, "Ada")


async def test_many_are_entered_in_order_and_announced_once_each(
    session: AsyncSession, worker: WorkerOnDemand, address: str
) -> None:
    known = await service.create_account(session, HOUSE, email=f"1.{address}", name="Ada")
    people = [Person(f"{n}.{address}", f"Person {n}") for n in (2, 1, 3, 2)]
    entered = await service.create_accounts(session, HOUSE, people)
    await session.commit()
    assert [each.email[0] for each in entered] == ["2", "1", "3"]
    assert entered[1].id == known.id
    assert len(await worker.announced("identity.account_created")) == 3


async def test_tokens_of_the_command_line_are_logins_of_their_accounts(session: AsyncSession) -> None:
    session.add_all(people := [factory.account() for _ in range(3)])
    await session.flush()
    made = await access_tokens_for(session, HOUSE, people)
    assert [tokens.verify(each).account_id for each in made] == [each.id for each in people]


async def test_nobody_enters_or_suspends_accounts_over_the_web(session: AsyncSession, address: str) -> None:
    session.add(ada := factory.account())
    await session.flush()
    anybody = Actor(ada.id)
    with pytest.raises(Forbidden):
        await service.create_account(session, anybody, email=address, name="Eve")
    with pytest.raises(Forbidden):
        await service.suspend_account(session, anybody, ada.id)


async def test_an_unknown_account_cannot_be_suspended(session: AsyncSession) -> None:
    with pytest.raises(AccountNotFound):
        await service.suspend_account(session, HOUSE, new_id())


@pytest.mark.parallel
async def test_a_crowd_with_one_address_gets_one_account(
    parallel: async_sessionmaker[AsyncSession], address: str
) -> None:
    async def enter(number: int) -> bool:
        async with parallel.begin() as session:
            email = address.upper() if number % 2 else address
            _, is_new = await service.enter_account(session, HOUSE, Person(email, f"Person {number}"))
            return is_new

    made = await asyncio.gather(*(enter(number) for number in range(20)))
    async with parallel() as session:
        rows = await session.scalar(select(func.count()).where(func.lower(Account.email) == address))
    assert (sum(made), rows) == (1, 1)
