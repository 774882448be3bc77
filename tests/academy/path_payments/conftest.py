"""A till for paths: sells them through the API, lets things happen at Stripe's twin, and brings its webhooks to us."""

from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import PathEnrollment, PathPurchase
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.path_enrollments.world import Track
from tests.support.client import ApiClient
from tests.support.twins import Twins, Webhook
from tests.support.worker import WorkerOnDemand

RETURN_TO = {"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/paths"}


class PathShop:
    """Everything a test of a path's money does over and over."""

    def __init__(self, client: ApiClient, session: AsyncSession, twins: Twins, worker: WorkerOnDemand) -> None:
        self.client = client
        self.session = session
        self.twins = twins
        self.worker = worker

    async def check_out(self, person: Account, made: Track, *, key: str | None = None, **body: Any) -> Response:
        """The answer to a checkout request."""
        buyer = await self.client.as_(person)
        return await buyer.post(f"{made.url}/checkout", RETURN_TO | body, key=key or str(new_id()))

    async def open(self, person: Account, made: Track, **body: Any) -> PathPurchase:
        """A purchase with its page open."""
        answer = await self.check_out(person, made, **body)
        assert answer.status_code == 201, answer.text
        return await self.purchase(answer.json()["id"])

    async def bought(self, person: Account, made: Track, **body: Any) -> PathPurchase:
        """A purchase that was paid for, with Stripe's word of it and all that follows."""
        purchase = await self.open(person, made, **body)
        await self.happens(purchase, "paid")
        return await self.purchase(purchase.id)

    async def deliver(
        self, *, times: int = 1, shuffled: int | None = None, only: Sequence[str] = ()
    ) -> Sequence[Webhook]:
        """Bring the waiting webhooks to the API, `times` each, in the order of a seed if one is given; then work."""
        taken = [each for each in self.twins.take_webhooks() if not only or each.type in only] * times
        if shuffled is not None:
            Random(shuffled).shuffle(taken)  # noqa: S311 - the same disorder in every run
        for webhook in taken:
            await self.post(webhook)
        await self.worker.drain()
        return taken

    async def post(self, webhook: Webhook) -> None:
        """Stripe at our door."""
        answer = await self.client.request("POST", "/webhooks/stripe", content=webhook.body, headers=webhook.headers)
        assert answer.status_code == 200

    async def happens(self, purchase: PathPurchase, *outcomes: str) -> None:
        """Something happens at Stripe, and its webhooks are delivered and worked on."""
        for outcome in outcomes:
            self.twins.outcome(str(purchase.stripe_checkout_session_id), outcome)
            await self.deliver()

    async def purchase(self, purchase_id: UUID | str) -> PathPurchase:
        """A purchase, fresh."""
        self.session.expunge_all()
        return await self.session.get_one(PathPurchase, UUID(str(purchase_id)))

    async def enrollment(self, person: Account, made: Track) -> PathEnrollment | None:
        """Somebody's enrollment in the path, fresh."""
        self.session.expunge_all()
        return await self.session.scalar(
            select(PathEnrollment).where(PathEnrollment.user_id == person.id, PathEnrollment.path_id == made.path.id)
        )

    async def stands(self, purchase: PathPurchase) -> str:
        """Where a purchase and its buyer stand, in a line: `paid, active`."""
        fresh = await self.purchase(purchase.id)
        status = await self.session.scalar(
            select(PathEnrollment.status).where(
                PathEnrollment.user_id == fresh.user_id, PathEnrollment.path_id == fresh.path_id
            )
        )
        return f"{fresh.state}, {status}"

    async def inbox(self) -> dict[str, int]:
        """How many events are in which state."""
        rows = await self.session.execute(text("SELECT state, count(*) FROM core.inbox GROUP BY 1"))
        return {row[0]: row[1] for row in rows}


@pytest.fixture
def shop(client: ApiClient, session: AsyncSession, twins: Twins, worker: WorkerOnDemand) -> PathShop:
    """The shop of this test."""
    return PathShop(client, session, twins, worker)
