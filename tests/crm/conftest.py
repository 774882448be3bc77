"""Two organizations: a club with an admin and a member, a rival with an admin of its own, and somebody of neither."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import Event, Program, ProgramParticipation
from app.identity.models import Account, Organization, OrganizationRole
from tests.factories import crm, identity
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

Plan = Callable[..., Awaitable[Program]]
Hold = Callable[..., Awaitable[Event]]
Enter = Callable[..., Awaitable[Account]]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Club:
    """An organization with an admin and a member."""

    organization: Organization
    admin: Account
    member: Account

    @property
    def path(self) -> str:
        return f"/crm/organizations/{self.organization.id}"


async def enter(session: AsyncSession, organization: Organization, role: str = "member", **more: Any) -> Account:
    """A new account that belongs to the organization."""
    account = identity.account(**more)
    session.add(account)
    await session.flush()  # the membership points at it
    session.add(identity.membership(organization.id, account.id, role=OrganizationRole(role)))
    await session.flush()  # others will point at it
    return account


async def found(session: AsyncSession) -> Club:
    """A new organization and its two people."""
    organization = identity.organization()
    session.add(organization)
    await session.flush()  # memberships point at it
    return Club(organization, await enter(session, organization, "admin"), await enter(session, organization))


@pytest_asyncio.fixture
async def club(session: AsyncSession) -> Club:
    """The organization that the tests are about."""
    made = await found(session)
    await session.commit()
    return made


@pytest_asyncio.fixture
async def rival(session: AsyncSession) -> Club:
    """Another organization."""
    made = await found(session)
    await session.commit()
    return made


@pytest_asyncio.fixture
async def outsider(session: AsyncSession) -> Account:
    """Somebody who belongs to no organization."""
    account = identity.account()
    session.add(account)
    await session.commit()
    return account


@pytest_asyncio.fixture
async def admin(client: ApiClient, club: Club) -> ApiClient:
    """The club's admin, talking to the API."""
    return await client.as_(club.admin)


@pytest_asyncio.fixture
async def member(client: ApiClient, club: Club) -> ApiClient:
    """The club's member, talking to the API."""
    return await client.as_(club.member)


@pytest.fixture
def plan(session: AsyncSession, club: Club) -> Plan:
    """Saves a program of the club, active unless said otherwise."""

    async def planned(of: Club | None = None, **fields: Any) -> Program:
        program = crm.program((of or club).organization.id, **{"status": "active", **fields})
        session.add(program)
        await session.commit()
        return program

    return planned


@pytest.fixture
def join(session: AsyncSession, club: Club) -> Callable[..., Awaitable[ProgramParticipation]]:
    """Saves a participation, the member's and enrolled unless said otherwise."""

    async def joined(program: Program, account: Account | None = None, **fields: Any) -> ProgramParticipation:
        row = crm.participation(program, (account or club.member).id, **fields)
        session.add(row)
        await session.commit()
        return row

    return joined


@pytest.fixture
def another(session: AsyncSession, club: Club) -> Enter:
    """Lets one more person into the club."""

    async def entered(role: str = "member", **more: Any) -> Account:
        account = await enter(session, club.organization, role, **more)
        await session.commit()
        return account

    return entered


async def kinds(worker: WorkerOnDemand) -> list[str]:
    """What was announced so far, by kind."""
    return [each.kind for each in await worker.announced()]


async def audited(admin: ApiClient, club: Club, **filters: str) -> list[dict[str, Any]]:
    """The club's audit as its admin reads it, oldest first."""
    answer = await admin.get(f"{club.path}/audit-entries", params={"sort": "created_at", **filters})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def patient(act: Callable[[], Awaitable[Made]]) -> Made:
    """As the edge and the worker are: what met a lock for too long comes again."""
    for _ in range(5):
        try:
            return await act()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in {"55P03", "40P01"}:
                raise
            await asyncio.sleep(0.2)
    raise AssertionError("met a lock five times")
