"""Two organizations with a program and an event each, and somebody who takes part."""

from dataclasses import dataclass

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from app.crm.models import Event, Program
from app.identity.models import Account, Organization
from tests.factories import crm as make
from tests.factories import identity


@dataclass(frozen=True, slots=True)
class Guild:
    """An organization, what it runs, and one of its people."""

    organization: Organization
    program: Program
    event: Event
    person: Account


async def _found(session: AsyncSession) -> Guild:
    organization, person = identity.organization(), identity.account()
    session.add_all([organization, person])
    await session.flush()  # the rest points at them
    guild = Guild(organization, make.program(organization.id), make.event(organization.id), person)
    session.add_all([guild.program, guild.event])
    await session.flush()  # tests put more on top
    return guild


@pytest_asyncio.fixture
async def guild(session: AsyncSession) -> Guild:
    """The organization of the tests."""
    return await _found(session)


@pytest_asyncio.fixture
async def another(session: AsyncSession) -> Guild:
    """Another organization."""
    return await _found(session)
