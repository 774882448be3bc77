"""The jobs: which request follows which, what a good answer is, and what the product promises beside its ceiling.

A job makes its n-th request as bytes. No two requests of a round ask for the same seat, key or event.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.gateways.stripe.signatures import sign
from bench import data

STRIPE_SECRET = "whsec_bench"  # noqa: S105  (opens nothing but the servers of a run)
SAMPLE = Path(__file__).resolve().parents[1] / "tests/samples/stripe/payment_intent.succeeded.json"

Maker = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work. `floors`: the least ratio to the ceiling by number of connections."""

    name: str
    title: str
    status: int
    make: Callable[[Sequence[bytes]], Maker]
    floors: Mapping[int, float]
    writes: bool = False
    private: tuple[str, ...] = ()
    """What differs between two good answers to one request: ids made anew, moments."""

    def written(self, good: int) -> dict[str, int]:
        """What the tables must hold after so many good answers."""
        nothing = {"enrollments": 0, "seats": 0, "keys": 0, "inbox": 0, "events": 0}
        if self.name == "intake":
            return nothing | {"inbox": good, "events": good}
        if self.writes:
            return nothing | {"enrollments": good, "seats": good, "keys": good, "events": 2 * good}
        return nothing


def _head(method: str, path: str, *headers: str, length: int | None = None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", "Accept: application/json", *headers]
    if length is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def _bearer(token: bytes) -> str:
    return f"Authorization: Bearer {token.decode()}"


def _get(path: str) -> Callable[[Sequence[bytes]], Maker]:
    """The same page for one person after the other."""

    def make(tokens: Sequence[bytes]) -> Maker:
        requests = [_head("GET", path, _bearer(token)) for token in tokens]
        return lambda number: requests[number % len(requests)]

    return make


def _detail(tokens: Sequence[bytes]) -> Maker:
    courses = [data.frozen_id("course", number) for number in range(data.COURSES)]
    heads = [f"GET /api/v1/academy/courses/{course} HTTP/1.1\r\n".encode() for course in courses]
    tails = [b"Host: bench\r\nAccept: application/json\r\n%s\r\n\r\n" % _bearer(token).encode() for token in tokens]
    return lambda number: heads[number % len(heads)] + tails[number % len(tails)]


_RETURNS = json.dumps({"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/"})


def _checkout(tokens: Sequence[bytes], cohorts: list[bytes], pair: Callable[[int], tuple[int, int]]) -> Maker:
    heads = [b"POST /api/v1/academy/cohorts/%s/checkout HTTP/1.1\r\nIdempotency-Key: " % cohort for cohort in cohorts]
    middle = "\r\nHost: bench\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
    tails = [
        f"{middle}Content-Length: {len(_RETURNS)}\r\n{_bearer(token)}\r\n\r\n{_RETURNS}".encode() for token in tokens
    ]

    def request(number: int) -> bytes:
        person, cohort = pair(number)
        return heads[cohort] + b"5f0c2b9e-bench-%012d" % number + tails[person]

    return request


def _spread(tokens: Sequence[bytes]) -> Maker:
    cohorts = [str(data.frozen_id("cohort", number)).encode() for number in range(data.SPREAD_COHORTS)]
    people = len(tokens)

    def pair(number: int) -> tuple[int, int]:
        lap, cohort = divmod(number, data.SPREAD_COHORTS)
        return (lap + 7 * cohort) % people, cohort

    return _checkout(tokens, cohorts, pair)


def _one_cohort(tokens: Sequence[bytes]) -> Maker:
    cohorts = [str(data.frozen_id("hot", number)).encode() for number in range(data.HOT_COHORTS)]
    people = len(tokens)
    return _checkout(tokens, cohorts, lambda number: (number % people, number // people))


def _events(_: Sequence[bytes]) -> Maker:
    """Signed as they are sent: a signature is good for five minutes only."""
    sample = json.dumps(json.loads(SAMPLE.read_text()), separators=(",", ":"))
    event_id = json.loads(sample)["id"]
    before, after = (part.encode() for part in sample.split(event_id))

    def request(number: int) -> bytes:
        body = before + b"evt_bench%014d" % number + after
        signature = f"Stripe-Signature: {sign(body, STRIPE_SECRET)}"
        return _head("POST", "/api/v1/webhooks/stripe", signature, length=len(body)) + body

    return request


_NEW = ("id", "created_at", "updated_at", "purchase_date")

JOBS = {
    job.name: job
    for job in (
        Job("enroll-spread", "enroll, 1,000 cohorts", 201, _spread, {8: 0.55, 32: 0.55}, writes=True, private=_NEW),
        Job("enroll-one", "enroll, one cohort", 201, _one_cohort, {8: 0.8, 32: 1.3}, writes=True, private=_NEW),
        Job("list", "course list", 200, _get("/api/v1/academy/courses?limit=20"), {8: 0.55, 32: 0.55}),
        Job("detail", "course detail", 200, _detail, {8: 0.5, 32: 0.5}),
        Job("intake", "webhook intake", 200, _events, {8: 0.5, 32: 0.5}, writes=True),
        Job("me", "current account", 200, _get("/api/v1/identity/me"), {}),
    )
}

CONNECTIONS = (8, 32)
SLOWEST = 2.0
"""At 32 connections the product's p99 may be this many times the ceiling's."""
