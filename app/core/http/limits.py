"""Rate limits (X-API-05): by account and by address, plus named ones for what must not be guessed or flooded.

Counting happens in this process, in windows that begin at the same instant everywhere; a task of its own adds the
counts of those who use a limit up to Redis ten times a second and takes the sum of all processes back. No request
waits for Redis, and without Redis each process goes on with what it counted itself. This bounds volume; caps on
secrets and mails that must hold exactly live in PostgreSQL (rule 58).
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

import structlog
from fastapi import Request
from redis.asyncio import Redis
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.errors import TooManyRequests
from app.core.facts import RequestFacts, facts_of
from app.core.http.addresses import TrustedHops, neighbourhood
from app.core.tasks import end
from app.core.verdicts import Policy, Verdict
from app.settings import LimitSettings

log = structlog.get_logger(__name__)

SYNC_EVERY = 0.1
PAUSE_AFTER_FAILURE = 2.0

# Who has used less than this part of a quota is nobody's business but this process's: nearly everybody, at any moment.
# So many processes together may let a caller have as many twentieths more than the quota.
SHARED_FROM = 20

# Beyond this many callers in one window a flood is on, and memory matters more than counting its newcomers.
MOST_SUBJECTS = 100_000

# Probes and scrapers are never turned away.
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(slots=True)
class _Count:
    shared: int = 0
    """What all processes had counted at the last exchange, this one included."""
    fresh: int = 0
    """What this process has counted since."""


class Limiter:
    """Counts per policy and subject. `check` is synchronous and costs about a microsecond."""

    def __init__(self, settings: LimitSettings | None = None, redis: "Redis | None" = None) -> None:
        chosen = settings or LimitSettings()
        self.account = Policy("account", chosen.account_per_minute)
        self.address = Policy("address", chosen.address_per_minute)
        self._redis = redis
        self._windows: dict[tuple[Policy, int], dict[str, _Count]] = {}
        self._dirty: set[tuple[Policy, int, str]] = set()
        self._task: asyncio.Task[None] | None = None

    def check(self, key: str, policy: Policy) -> Verdict:
        """Count one request of `key` under `policy`, unless it is already over, and say how things stand."""
        now = time.time()
        number = int(now // policy.window)
        window = self._windows.get((policy, number))
        if window is None:
            window = self._turn(policy, number)
        reset = max(1, int((number + 1) * policy.window - now) + 1)
        count = window.get(key)
        if count is None:
            if len(window) >= MOST_SUBJECTS:
                return Verdict(policy, allowed=True, remaining=policy.quota, reset=reset)
            count = window[key] = _Count()
        left = policy.quota - count.shared - count.fresh
        if left <= 0:
            return Verdict(policy, allowed=False, remaining=0, reset=reset)
        count.fresh += 1
        if self._redis is not None and count.shared + count.fresh > policy.quota // SHARED_FROM:
            self._dirty.add((policy, number, key))
        return Verdict(policy, allowed=True, remaining=left - 1, reset=reset)

    def _turn(self, policy: Policy, number: int) -> dict[str, _Count]:
        for stale in [key for key in self._windows if key[0] == policy and key[1] < number]:
            del self._windows[stale]
        return self._windows.setdefault((policy, number), {})

    async def exchange(self) -> None:
        """Add what was counted here to the common counts and read them back. Raises what Redis raises."""
        if self._redis is None or not self._dirty:
            return
        dirty, self._dirty = self._dirty, set()
        sent: list[tuple[_Count, int]] = []
        pipeline = self._redis.pipeline(transaction=False)
        for policy, number, key in dirty:
            count = self._windows.get((policy, number), {}).get(key)
            if count is None:
                continue
            name = redis_key(policy, number, key)
            pipeline.incrby(name, count.fresh)
            pipeline.expire(name, policy.window * 2)
            sent.append((count, count.fresh))
        try:
            answers = await pipeline.execute()
        except BaseException:
            # Whether they arrived is unknown: given again, some may count twice, and the window soon ends anyway.
            self._dirty |= dirty
            raise
        for (count, given), total in zip(sent, answers[::2], strict=True):
            count.shared = int(total)
            count.fresh -= given

    async def _run(self) -> None:
        while True:
            try:
                await self.exchange()
                await asyncio.sleep(SYNC_EVERY)
            except Exception as error:  # noqa: BLE001  (whatever Redis does, counting goes on here)
                log.warning("limits_not_shared", error=type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_FAILURE)

    async def __aenter__(self) -> Self:
        if self._redis is not None:
            self._task = asyncio.create_task(self._run(), name="limits")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            await end(self._task)


def redis_key(policy: Policy, window: int, subject: str) -> str:
    """Where a count lives. The subject may be an address, so only its hash leaves the process."""
    digest = hashlib.blake2b(subject.encode(), digest_size=12).hexdigest()
    return f"lyceum:limit:{policy.name}:{policy.window}:{window}:{digest}"


def limiter_of(scope: Scope) -> Limiter | None:
    """The limiter of this process; None in an application without one, which then limits nothing."""
    found = scope.get("state", {}).get("limiter")
    return found if isinstance(found, Limiter) else None


def throttle(limiter: Limiter, facts: RequestFacts, key: str, policy: Policy) -> None:
    """Count this request; raises `TooManyRequests` when it is one too many. The verdict goes onto the answer."""
    # A request that is tried again is still one request.
    if any(given.policy == policy for given in facts.verdicts):
        return
    verdict = limiter.check(key, policy)
    facts.verdicts.append(verdict)
    if not verdict.allowed:
        raise TooManyRequests(
            f"At most {policy.quota} requests in {policy.window} seconds ({policy.name}).",
            headers={"Retry-After": str(verdict.reset)},
        )


def throttle_account(request: Request, subject: str) -> None:
    """The limit per account or API key: called by the identity dependency once the credential is verified."""
    limiter = limiter_of(request.scope)
    if limiter is not None:
        throttle(limiter, facts_of(request.scope), subject, limiter.account)


def limited(name: str, *, quota: int, window: int = 60) -> Callable[[Request], Awaitable[None]]:
    """A stricter limit by client address, for `dependencies=[Depends(limited("magic-links", quota=5))]`."""
    policy = Policy(name, quota, window)

    async def check(request: Request) -> None:
        facts = facts_of(request.scope)
        limiter = limiter_of(request.scope)
        if limiter is not None:
            throttle(limiter, facts, neighbourhood(facts.address), policy)

    return check


class AddressLimit:
    """The limit per client address, before a byte of the body is read."""

    def __init__(self, app: ASGIApp, *, hops: TrustedHops) -> None:
        self.app = app
        self._hops = hops

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            facts = facts_of(scope)
            facts.address = self._hops.address(scope)
            limiter = limiter_of(scope)
            if limiter is not None and scope["path"] not in UNLIMITED:
                throttle(limiter, facts, neighbourhood(facts.address), limiter.address)
        await self.app(scope, receive, send)
