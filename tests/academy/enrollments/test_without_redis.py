"""With Redis gone a buyer still gets the right answer at once; what follows is done later, and all of it (D-05)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.outbox.doorbell import Doorbell, open_arq
from app.core.outbox.listen import listeners
from app.core.outbox.pool import WorkerPool
from app.gateways import Gateways
from app.notifications.models import Mail
from tests.academy.conftest import enter
from tests.academy.enrollments.conftest import RETURN_TO
from tests.factories import academy
from tests.support.client import ApiClient, Contract, http_client
from tests.support.people import access_token

pytestmark = pytest.mark.parallel

NOBODY_LISTENS = "redis://127.0.0.1:9/0"
Sessions = async_sessionmaker[AsyncSession]


@pytest_asyncio.fixture
async def cut_off(app: FastAPI, contract: Contract, parallel: Sessions, gateways: Gateways) -> AsyncIterator[ApiClient]:
    """The API of a process whose Redis does not answer, with the doorbell that it would really have."""

    async def token(account_id: Any) -> str:
        async with parallel.begin() as session:
            return await access_token(session, account_id)

    async with Doorbell(open_arq(NOBODY_LISTENS)) as doorbell:
        state = {"sessions": parallel, "gateways": gateways, "doorbell": doorbell, "limiter": None}
        async with http_client(app, lambda: state) as http:
            yield ApiClient(http, contract, token, lambda: None)


@pytest.mark.req("D-05")
async def test_a_buyer_is_answered_without_redis_and_what_follows_is_recovered_from_the_outbox(
    cut_off: ApiClient, parallel: Sessions, gateways: Gateways
) -> None:
    async with parallel.begin() as session:
        course = academy.course(price_b2c=0)
        session.add(course)
        await session.flush()
        cohort = academy.cohort(course, max_capacity=1)
        session.add(cohort)
        first, second = await enter(session), await enter(session)
    path = f"/academy/cohorts/{cohort.id}/checkout"

    bought = await (await cut_off.as_(first)).post(path, RETURN_TO, key="first")
    refused = await (await cut_off.as_(second)).post(path, RETURN_TO, key="second")
    assert (bought.status_code, bought.json()["enrollment"]["payment_status"]) == (201, "completed")
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.cohort_full")

    worker = WorkerPool(parallel, listeners(), {Gateways: gateways}, NOBODY_LISTENS)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(30):
            while not await _welcomed(parallel):
                await asyncio.sleep(0.1)
    finally:
        worker.stop()
        with suppress(asyncio.CancelledError):
            await running
    async with parallel() as session:
        lost = await session.scalar(text("SELECT count(*) FROM core.outbox WHERE relayed_at IS NULL"))
    assert lost == 0


async def _welcomed(parallel: Sessions) -> bool:
    async with parallel() as session:
        mail = select(Mail.state).where(Mail.template == "enrollment_confirmed")
        return await session.scalar(mail) == "sent"
