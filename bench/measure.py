"""Rounds: product and ceiling in turn, A B A B …, each from the same frozen state, and what becomes of the figures."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

import psutil

from bench import databases
from bench.jobs import Job
from bench.load import Order, Tally
from bench.processor import Watch, bound_to, megabytes_of
from bench.servers import ROOT, BenchError, Process, Servers

LEAST_GOOD_ROUNDS = 2
PRIMING = 1.5


@dataclass(frozen=True, slots=True)
class Side:
    """The product or its ceiling: a process and its database."""

    process: Process
    database: str


@dataclass(frozen=True, slots=True)
class Contest:
    """Both sides, ready, and the file with the tokens of those who send requests."""

    servers: Servers
    subject: Side
    ceiling: Side
    tokens: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to measure. `warm` seconds of the same work come first, each time."""

    rounds: int
    seconds: float
    warm: float


@dataclass(frozen=True, slots=True)
class Round:
    """One side's window. Latencies in milliseconds, costs in microseconds of processor time for each request.

    `disturbance` is the share of the machine that others used meanwhile.
    """

    per_second: float
    p50: float
    p99: float
    api_cost: float
    database_cost: float
    generator_cost: float
    megabytes: float
    disturbance: float
    errors: dict[str, int]
    example: str = ""

    @property
    def busiest_core(self) -> float:
        """Microseconds per request on the core that has the most to do: the API's, or the database's and generator's.

        On a quiet machine this bounds the requests per second; on a noisy one it says more than they do.
        """
        return max(self.api_cost, self.database_cost + self.generator_cost)


@dataclass(slots=True)
class Result:
    """A job at a number of connections: the good pairs of rounds, and why others are void."""

    job: Job
    connections: int
    subject: list[Round] = field(default_factory=list)
    ceiling: list[Round] = field(default_factory=list)
    void: list[str] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [mine.per_second / theirs.per_second for mine, theirs in zip(self.subject, self.ceiling, strict=True)]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def by_processor_time(self) -> float:
        """The ratio that the processor time alone would give, were both sides kept busy and left alone."""
        mine, theirs = (self.middle(side, lambda each: each.busiest_core) for side in (self.subject, self.ceiling))
        return theirs / max(1e-9, mine)

    def middle(self, side: Sequence[Round], what: Callable[[Round], float]) -> float:
        """The median of one figure over a side's rounds."""
        return median(what(each) for each in side)

    @property
    def holds(self) -> bool:
        """Whether there is a result at all."""
        return len(self.subject) >= LEAST_GOOD_ROUNDS


def percentile(ordered: Sequence[int], share: float) -> float:
    """The value below which `share` of the ordered values lie (nearest rank). 0 for none."""
    if not ordered:
        return 0.0
    rank = max(1, -int(-share * len(ordered) // 1))
    return float(ordered[min(rank, len(ordered)) - 1])


def run_load(servers: Servers, order: Order) -> Tally:
    """One run of the generator in a process of its own."""
    with bound_to(set(servers.layout.generator)):
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.load"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
    try:
        found, complaint = child.communicate(json.dumps(asdict(order)), timeout=order.warm + order.seconds + 60)
    finally:
        child.kill()
        child.wait()
    if child.returncode != 0:
        raise BenchError(f"the generator failed:\n{complaint[-2000:]}")
    return Tally(**json.loads(found))


def one_round(contest: Contest, side: Side, job: Job, connections: int, pace: Pace) -> Round:
    """From the frozen state: warm up, measure, and hold the tables against what was answered."""
    servers = contest.servers
    databases.reset(servers, side.database)
    watches = [Watch("api", side.process.pid), Watch("database", servers.postgres_pid, family=True)]
    order = Order(job.name, side.process.port, connections, pace.warm, pace.seconds, contest.tokens, watches=watches)
    tally = run_load(servers, order)
    errors = dict(tally.errors)
    if not errors and (found := databases.written(servers, side.database)) != job.written(tally.good):
        errors[f"{tally.good} good answers, but the tables hold {found}"] = 1
    if not tally.counted:
        errors["no answer in the whole window"] = 1
    ordered = sorted(tally.latencies)
    each = 1e6 / max(1, tally.counted)
    return Round(
        per_second=tally.counted / tally.seconds,
        p50=percentile(ordered, 0.50) / 1e3,
        p99=percentile(ordered, 0.99) / 1e3,
        api_cost=tally.processor["api"] * each,
        database_cost=tally.processor["database"] * each,
        generator_cost=tally.own * each,
        megabytes=megabytes_of(side.process.pid),
        disturbance=_disturbance(tally),
        errors=errors,
        example=tally.example,
    )


def _disturbance(tally: Tally) -> float:
    """The share of the machine's processor time that went to processes which have no part in this."""
    ours = sum(tally.processor.values()) + tally.own
    return max(0.0, tally.everybody - ours) / tally.seconds / (psutil.cpu_count() or 1)


def prime(contest: Contest) -> None:
    """Everybody is known to both processes before the first window: a token is verified once in a while only."""
    for side in (contest.subject, contest.ceiling):
        databases.reset(contest.servers, side.database)
        run_load(contest.servers, Order("me", side.process.port, 8, 0.0, PRIMING, contest.tokens))


def measure(contest: Contest, job: Job, connections: int, pace: Pace) -> Iterator[Result]:
    """The result so far, after each pair of rounds. A pair in which anything went wrong is void and not repeated."""
    prime(contest)
    result = Result(job, connections)
    for number in range(pace.rounds):
        mine = one_round(contest, contest.subject, job, connections, pace)
        theirs = one_round(contest, contest.ceiling, job, connections, pace)
        wrong = [
            f"round {number + 1}, {who}: {kind} × {count} {found.example}".strip()
            for who, found in (("product", mine), ("ceiling", theirs))
            for kind, count in found.errors.items()
        ]
        if wrong:
            result.void += wrong
        else:
            result.subject.append(mine)
            result.ceiling.append(theirs)
        yield result
