"""Rate limits: what is counted, for whom, across processes, with and without Redis."""

import time

import pytest
import time_machine
from fastapi import Depends, Request
from redis.asyncio import Redis

from app.core.http.addresses import TrustedHops, neighbourhood
from app.core.http.limits import Limiter, limited, throttle_account
from app.core.http.routing import Router
from app.core.verdicts import Policy
from app.settings import LimitSettings, ServerSettings
from tests.core.http.edge import client_of, edge_app

router = Router()
NOON = 1_800_000_000  # a whole minute
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@router.get("/healthz")
@router.get("/open")
async def is_open() -> str:
    return "yes"


@router.get("/mine")
async def mine(request: Request, who: str) -> str:
    throttle_account(request, who)
    return who


@router.get("/links", dependencies=[Depends(limited("magic-links", quota=2))])
async def links() -> str:
    return "sent"


app = edge_app(router)


def small(account: int = 100, address: int = 100) -> Limiter:
    return Limiter(LimitSettings(account_per_minute=account, address_per_minute=address))


@pytest.mark.req("X-API-05")
async def test_every_answer_tells_the_rules_and_what_is_left() -> None:
    with time_machine.travel(NOON + 10, tick=False):
        async with client_of(app, limiter=small(account=5, address=7)) as http:
            answer = await http.get("/mine?who=anna")
    assert answer.headers["ratelimit-policy"] == '"address";q=7;w=60, "account";q=5;w=60'
    assert answer.headers["ratelimit"] == '"address";r=6;t=51, "account";r=4;t=51'


@pytest.mark.req("X-API-05")
async def test_one_request_too_many_is_a_429_that_says_when_to_come_back() -> None:
    with time_machine.travel(NOON + 10, tick=False):
        async with client_of(app, limiter=small(address=2)) as http:
            codes = [(await http.get("/open")).status_code for _ in range(3)]
            refused = await http.get("/open")
    assert codes == [200, 200, 429]
    assert refused.json()["code"] == "core.rate_limited"
    assert refused.headers["retry-after"] == "51"
    assert refused.headers["ratelimit"] == '"address";r=0;t=51'


async def test_after_the_window_the_count_starts_anew() -> None:
    async with client_of(app, limiter=small(address=1)) as http:
        with time_machine.travel(NOON + 10, tick=False) as clock:
            assert (await http.get("/open")).status_code == 200
            refused = await http.get("/open")
            clock.shift(int(refused.headers["retry-after"]))
            assert (await http.get("/open")).status_code == 200


async def test_accounts_are_counted_apart_from_each_other_and_from_the_address() -> None:
    async with client_of(app, limiter=small(account=1)) as http:
        assert (await http.get("/mine?who=anna")).status_code == 200
        assert (await http.get("/mine?who=anna")).status_code == 429
        assert (await http.get("/mine?who=bert")).status_code == 200


async def test_addresses_are_counted_apart() -> None:
    limiter = small(address=1)
    async with client_of(app, address="192.0.2.1", limiter=limiter) as http:
        assert [(await http.get("/open")).status_code for _ in range(2)] == [200, 429]
    async with client_of(app, address="192.0.2.2", limiter=limiter) as http:
        assert (await http.get("/open")).status_code == 200


async def test_a_named_limit_is_stricter_for_one_operation_only() -> None:
    async with client_of(app, limiter=small()) as http:
        assert [(await http.get("/links")).status_code for _ in range(3)] == [200, 200, 429]
        assert (await http.get("/open")).status_code == 200


async def test_probes_are_never_turned_away() -> None:
    async with client_of(app, limiter=small(address=1)) as http:
        assert [(await http.get("/healthz")).status_code for _ in range(3)] == [200, 200, 200]


async def test_a_refused_request_is_not_counted_against_the_next_window_or_others() -> None:
    limiter = small(address=1)
    policy = Policy("p", quota=1)
    verdicts = [limiter.check("a", policy) for _ in range(3)]
    assert [verdict.allowed for verdict in verdicts] == [True, False, False]
    assert limiter.check("b", policy).allowed


async def test_two_processes_share_their_counts_through_redis(redis_url: str) -> None:
    policy = Policy(f"shared-{time.monotonic_ns()}", quota=10, window=3600)
    async with Redis.from_url(redis_url) as redis:
        one, two = Limiter(LimitSettings(), redis), Limiter(LimitSettings(), redis)
        for _ in range(6):
            one.check("anna", policy)
        two.check("anna", policy)
        await one.exchange()
        await two.exchange()
        assert two.check("anna", policy).remaining == 10 - 6 - 2
        assert [two.check("anna", policy).allowed for _ in range(3)] == [True, True, False]


async def test_whoever_is_far_from_the_limit_is_not_told_of_and_then_with_all_that_was_counted(redis_url: str) -> None:
    policy = Policy(f"far-{time.monotonic_ns()}", quota=100, window=3600)
    async with Redis.from_url(redis_url) as redis:
        one, two = Limiter(LimitSettings(), redis), Limiter(LimitSettings(), redis)
        for expected in (0, 6):
            for _ in range(5 if expected == 0 else 1):
                one.check("anna", policy)
            await one.exchange()
            two._dirty.add((policy, int(time.time() // policy.window), "anna"))
            before = two.check("anna", policy).remaining
            await two.exchange()
            assert before - two.check("anna", policy).remaining == expected + 1


async def test_counts_in_redis_expire_and_name_nobody(redis_url: str) -> None:
    policy = Policy(f"private-{time.monotonic_ns()}", quota=10)
    async with Redis.from_url(redis_url) as redis:
        limiter = Limiter(LimitSettings(), redis)
        limiter.check("203.0.113.9", policy)
        await limiter.exchange()
        [name] = [name async for name in redis.scan_iter(f"lyceum:limit:{policy.name}:*")]
        assert b"203.0.113.9" not in name
        assert 0 < await redis.ttl(name) <= 120


async def test_without_redis_each_process_goes_on_counting() -> None:
    async with (
        Redis.from_url(NOBODY_LISTENS) as redis,
        Limiter(LimitSettings(address_per_minute=2), redis) as limiter,
        client_of(app, limiter=limiter) as http,
    ):
        assert [(await http.get("/open")).status_code for _ in range(3)] == [200, 200, 429]


PROXIES = TrustedHops(["10.0.0.0/8", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("peer", "claims", "client"),
    [
        ("198.51.100.9", [b"203.0.113.1"], "198.51.100.9"),
        ("10.0.0.1", [b"203.0.113.1"], "203.0.113.1"),
        ("10.0.0.1", [b"1.1.1.1, 203.0.113.1, 10.9.9.9"], "203.0.113.1"),
        ("10.0.0.1", [b"1.1.1.1", b"203.0.113.1"], "203.0.113.1"),
        ("10.0.0.1", [b"203.0.113.1:4711"], "203.0.113.1"),
        ("10.0.0.1", [b"[2a00::1]:4711"], "2a00::1"),
        ("10.0.0.1", [b"203.0.113.1, garbage"], "10.0.0.1"),
        ("10.0.0.1", [b"::ffff:203.0.113.1"], "203.0.113.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [b"10.0.0.2"], "10.0.0.2"),
        ("", [b"203.0.113.1"], ""),
    ],
)
def test_the_client_is_the_nearest_hop_that_is_not_ours(peer: str, claims: list[bytes], client: str) -> None:
    headers = [(b"x-forwarded-for", claim) for claim in claims]
    assert PROXIES.address({"client": (peer, 1), "headers": headers}) == client


def test_without_configured_proxies_nobody_is_believed() -> None:
    scope = {"client": ("127.0.0.1", 1), "headers": [(b"x-forwarded-for", b"203.0.113.1")]}
    assert TrustedHops().address(scope) == "127.0.0.1"


def test_one_ipv6_customer_is_one_caller() -> None:
    assert neighbourhood("2a00:1:2:3::1") == neighbourhood("2a00:1:2:3:ffff::9") != neighbourhood("2a00:1:2:4::1")


async def test_the_configured_proxies_are_the_trusted_hops() -> None:
    behind = edge_app(router, settings=ServerSettings(trusted_proxies=("192.0.2.0/24",)))
    limiter = small(address=1)
    async with client_of(behind, limiter=limiter) as http:
        codes = [
            (await http.get("/open", headers={"X-Forwarded-For": client})).status_code
            for client in ("203.0.113.1", "203.0.113.2", "203.0.113.1")
        ]
    assert codes == [200, 200, 429]
