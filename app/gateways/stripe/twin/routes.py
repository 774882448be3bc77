"""The whole of the local Stripe: the API, the page, the doors for tests, and the courier that delivers webhooks.

Doors for tests, none of which Stripe has: `_faults` (its moods), `_deliveries` (what is queued, signed now) and
`_deliveries/take` (the same, noted as delivered: for callers who bring the webhooks to the API themselves).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from app.gateways.stripe.signatures import sign
from app.gateways.stripe.twin.api import Api
from app.gateways.stripe.twin.checkout import CheckoutPage
from app.gateways.stripe.twin.delivery import Courier
from app.gateways.stripe.twin.faults import Faults
from app.gateways.stripe.twin.store import Delivery, Store

WEBHOOK_PATH = "/api/v1/webhooks/stripe"


class StripeTwin:
    """`api_url`: where the webhooks go. `base_url` tells how browsers reach the twins, from a request."""

    def __init__(
        self, folder: Path, *, api_url: str, webhook_secret: str, base_url: Callable[[Request], str], hold: bool = False
    ) -> None:
        self._secret = webhook_secret
        self._store = Store(folder / "stripe.sqlite3")
        self._faults = Faults(hold=hold)
        target = f"{api_url.rstrip('/')}{WEBHOOK_PATH}"
        self._courier = Courier(self._store, self._faults, target=target, secret=webhook_secret)
        self._api = Api(self._store, self._faults, wake=self._courier.wake, base_url=base_url)
        self._page = CheckoutPage(self._store, self._faults, wake=self._courier.wake)

    def mount(self) -> Mount:
        doors = [
            Route("/_faults", self.faults, methods=["GET", "POST"]),
            Route("/_deliveries", self.deliveries, methods=["GET"]),
            Route("/_deliveries/take", self.take, methods=["POST"]),
        ]
        return Mount("/stripe", routes=[*self._api.routes(), *self._page.routes(), *doors])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Delivers webhooks while the twins run."""
        courier = asyncio.create_task(self._courier.run())
        try:
            yield
        finally:
            courier.cancel()
            with suppress(asyncio.CancelledError):
                await courier
            self._store.close()

    async def faults(self, request: Request) -> Response:
        """GET shows the moods, POST a JSON object changes some of them."""
        if request.method == "POST":
            try:
                wanted: Any = json.loads(await request.body())
                if not isinstance(wanted, dict):
                    raise ValueError("a JSON object is wanted")  # noqa: TRY004, TRY301 - answered below like the others
                self._faults.update(wanted)
            except ValueError as error:
                return JSONResponse({"error": {"message": str(error)}}, 400)
            self._courier.wake()
        return JSONResponse(self._faults.public())

    async def deliveries(self, request: Request) -> Response:
        """All deliveries, oldest first; `?state=pending|delivered|dead` for some."""
        found = self._store.deliveries(state=request.query_params.get("state"))
        return JSONResponse({"deliveries": [self._shown(delivery) for delivery in found]})

    async def take(self, _request: Request) -> Response:
        """The pending ones, due or not; they count as delivered from here on. Useful while `hold` is on."""
        with self._store.transaction():
            found = self._store.deliveries(state="pending")
            for delivery in found:
                self._courier.settle(delivery, delivered=True, outcome="taken by hand")
        return JSONResponse({"deliveries": [self._shown(delivery) for delivery in found]})

    def _shown(self, delivery: Delivery) -> dict[str, Any]:
        text = delivery.body.decode()
        return {**asdict(delivery), "body": text, "signature": sign(delivery.body, self._secret)}
