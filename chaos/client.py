"""The good client: repeats what broke with the same Idempotency-Key, waits as told, and remembers every answer."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from chaos.http import Answer, exchange, identifier
from chaos.ledger import Ledger, Request, Told
from chaos.people import Person

if TYPE_CHECKING:
    from chaos.stage import Stage

__all__ = ["API", "Caller", "identifier", "pause_before_next"]

API = "/api/v1"
IN_FLIGHT = "core.idempotency_in_flight"
_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_LONGEST_TRY = 30.0


@dataclass(slots=True)
class Caller:
    """Calls the API of a stage, at a process picked from the seed, and tells the ledger.

    `wrong` collects what no caller may ever see: 500s, and 503 or 429 without `Retry-After`.
    """

    stage: "Stage"
    ledger: Ledger
    chance: Random
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _keys: int = 0

    def new_key(self) -> str:
        """A fresh idempotency key, the same in every run of a seed as long as the story is the same."""
        self._keys += 1
        return f"chaos-{self.stage.seed}-{self._keys}-{self.chance.getrandbits(64):016x}"

    async def call(
        self,
        person: Person | None,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        patience: float = 60.0,
        api: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call until there is an answer that stands; the last one if `patience` seconds were not enough.

        POSTs carry a key. Repeated with the same key: a broken connection, 503, 429, and 409 while the first request
        with the key still runs. `api`: always this process; else another one at each try.
        """
        request = Request(person, method, path, body, key or self._key_for(method), api, headers or {})
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        attempts = 0
        while True:
            attempts += 1
            left = max(1.0, deadline - loop.time())
            answer = await self._try(request, min(left, _LONGEST_TRY))
            pause = pause_before_next(answer, attempts)
            if pause is None or loop.time() + pause > deadline:
                break
            await asyncio.sleep(pause * self.chance.uniform(0.8, 1.2))
        self.ledger.told(Told(request, answer, attempts, is_final=pause is None))
        return answer

    async def once(
        self,
        person: Person | None,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        patience: float = _LONGEST_TRY,
        api: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One attempt, whatever comes of it."""
        request = Request(person, method, path, body, key or self._key_for(method), api, headers or {})
        answer = await self._try(request, patience)
        self.ledger.told(Told(request, answer, 1, is_final=pause_before_next(answer, 1) is None))
        return answer

    def _key_for(self, method: str) -> str | None:
        return self.new_key() if method == "POST" else None

    async def _try(self, request: Request, patience: float) -> Answer:
        urls = self.stage.api_urls
        address = urls[self.chance.randrange(len(urls)) if request.api is None else request.api]
        sent = dict(request.headers)
        if request.person is not None:
            sent["authorization"] = f"Bearer {request.person.token}"
        if request.key is not None:
            sent["idempotency-key"] = request.key
        own = (API, "/healthz", "/readyz", "/metrics")
        path = request.path if request.path.startswith(own) else API + request.path
        answer = await exchange(address, request.method, path, headers=sent, body=request.body, patience=patience)
        self._note(request.method, path, answer)
        return answer

    def _note(self, method: str, path: str, answer: Answer) -> None:
        self.statuses[str(answer.status) if answer.status else answer.broke] += 1
        lacks_wait = answer.status in {429, 503} and "retry-after" not in answer.headers
        if answer.status in {500, 502, 504} and answer.code != "academy.payment_refused":
            self.wrong.append(f"{method} {path}: {answer.status} {answer.code}")
        elif lacks_wait:
            self.wrong.append(f"{method} {path}: {answer.status} without Retry-After")


def pause_before_next(answer: Answer, attempts: int) -> float | None:
    """Seconds to wait before repeating; None: the answer stands."""
    backoff = min(_PAUSE * 2.0 ** (attempts - 1), _LONGEST_PAUSE)
    if answer.status == 0:
        return backoff
    if answer.status in {429, 503} or (answer.status == 409 and answer.code == IN_FLIGHT):
        told = answer.headers.get("retry-after", "")
        return min(float(told), _LONGEST_PAUSE) if told.isdigit() else backoff
    return None
