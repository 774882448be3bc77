"""Who the caller is."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner
from tests.factories import identity as factory
from tests.support.client import ApiClient


@pytest.mark.req("A-AUT-04")
async def test_the_token_says_whose_account_is_read(client: ApiClient, session: AsyncSession) -> None:
    session.add_all([ada := factory.account(), factory.account()])
    await session.commit()
    assert (await (await client.as_(ada)).get("/identity/me")).json() == {
        "id": str(ada.id),
        "email": ada.email,
        "name": ada.name,
        "academy": None,
        "community": None,
        "organizations": [],
    }


@pytest.mark.req("A-AUT-04")
async def test_without_a_token_there_is_nobody_to_read(client: ApiClient) -> None:
    assert (await client.get("/identity/me")).status_code == 401


async def test_the_academys_role_is_shown_and_follows_at_once(client: ApiClient, session: AsyncSession) -> None:
    session.add(ada := factory.account())
    await session.flush()
    learner = Learner(id=ada.id, email=ada.email, name=ada.name, token_identifier=str(ada.id))
    session.add(learner)
    await session.commit()
    me = await client.as_(ada)
    before = (await me.get("/identity/me")).json()["academy"]
    session.add(learner)
    learner.role = "platform_admin"
    await session.commit()
    after = (await me.get("/identity/me")).json()["academy"]
    assert (before["role"], after["role"]) == ("individual", "platform_admin")
