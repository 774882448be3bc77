"""`bench/results.md`: what was promised and what was measured, in a layout that stays the same from run to run.

Ratios have two digits and stand first. Absolute figures tell of the machine: rounded roughly and printed small.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.effect import Effect
from bench.footprint import Footprint
from bench.jobs import SLOWEST
from bench.measure import Pace, Result, Round, percentile
from bench.servers import POOL

READY_WITHIN = 2.0
MEGABYTES = 150.0
LOUD = 0.1
"""From this share of the machine on, what others did has to be said aloud."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that a full run has found."""

    results: Sequence[Result]
    effect: Effect
    footprint: Footprint
    pace: Pace
    surroundings: Sequence[str]
    """About machine, versions and cores, a sentence each."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A line of the first table."""

    what: str
    wanted: str
    found: str
    kept: bool


def promises(findings: Findings) -> list[Promise]:
    """What the product promises, each beside what was found."""
    found = [_ratio_promise(result) for result in findings.results if result.connections in result.job.floors]
    found += [_tail_promise(result) for result in findings.results if result.connections == 32]
    ready = findings.footprint.ready
    heaviest = after_load(findings)
    return [
        *found,
        Promise("API process ready", f"≤ {READY_WITHIN:.0f} s", f"{ready:.1f} s", ready <= READY_WITHIN),
        Promise("API process, memory after load", f"< {MEGABYTES:.0f} MB", f"{heaviest:.0f} MB", heaviest < MEGABYTES),
    ]


def after_load(findings: Findings) -> float:
    """The most memory that the API process had at the end of any round."""
    return max((each.megabytes for result in findings.results for each in result.subject), default=float("inf"))


def _ratio_promise(result: Result) -> Promise:
    floor = result.job.floors[result.connections]
    name = f"{result.job.title}, {result.connections} connections"
    if not result.holds:
        return Promise(name, f"≥ {floor:.2f}", "no result", kept=False)
    return Promise(name, f"≥ {floor:.2f}", f"{result.ratio:.2f}", result.ratio >= floor)


def _tail_promise(result: Result) -> Promise:
    name = f"{result.job.title}, p99 at {result.connections} connections"
    wanted = f"≤ {SLOWEST:.0f} × the ceiling's"
    if not result.holds:
        return Promise(name, wanted, "no result", kept=False)
    factor = _factor(result, lambda each: each.p99)
    return Promise(name, wanted, f"{factor:.2f} ×", factor <= SLOWEST)


def _factor(result: Result, what: Callable[[Round], float]) -> float:
    """The product's median of a figure, in ceilings."""
    return result.middle(result.subject, what) / max(1e-9, result.middle(result.ceiling, what))


def rough(value: float) -> str:
    """Two digits that count: absolute figures deserve no more."""
    if value <= 0:
        return "0"
    digits = 0
    while value < 10 ** (1 - digits) and digits < 3:
        digits += 1
    unit = 10
    while value / unit >= 10:
        unit *= 10
    return f"{value:.{digits}f}" if value < 10 else f"{round(value / unit * 10) * unit // 10:,}"


def render(findings: Findings) -> str:
    """The whole page."""
    return "\n".join(
        [
            *_HEAD,
            *_table(
                ("promise", "wanted", "measured", ""),
                "l r r l",
                ((each.what, each.wanted, each.found, _verdict(each)) for each in promises(findings)),
            ),
            "",
            "![Ratio to the ceiling by job](results.svg)",
            "",
            "## Ratios to the ceiling",
            "",
            "Requests per second of the product in ceilings: median of the rounds, lowest and highest, and what the",
            "processor time of the busiest core alone would make of it. Then how many times the ceiling's p99 and",
            "processor time a request takes. These carry over to other machines.",
            "",
            *_table(
                (
                    "job",
                    "connections",
                    "ratio",
                    "lowest",
                    "highest",
                    "by processor time",
                    "p99",
                    "API time",
                    "database time",
                    "void rounds",
                ),
                "l r r r r r r r r r",
                map(_ratio_row, findings.results),
            ),
            "",
            *_void(findings.results),
            *_small(findings),
            *_how(findings),
        ]
    )


_HEAD = [
    "# How fast, beside a ceiling of the same run",
    "",
    "Written by `make bench`. The ceilings (`bench/ceilings/`) are bare Starlette and asyncpg programs that do the",
    "same work with the fewest statements and give the same answers. The product runs with everything that production",
    "has: rate limits, permissions, idempotency, logs, metrics.",
    "",
]


def _verdict(promise: Promise) -> str:
    return "reached" if promise.kept else "**not reached**"


def _table(names: Sequence[str], sides: str, rows: Iterable[Sequence[str]]) -> list[str]:
    marks = ["--:" if side == "r" else "---" for side in sides.split()]
    return ["| " + " | ".join(row) + " |" for row in (names, marks, *rows)]


def _ratio_row(result: Result) -> Sequence[str]:
    head = (result.job.title, str(result.connections))
    void = str(len({line.split(",")[0] for line in result.void}))
    if not result.holds:
        return (*head, *["–"] * 7, void)
    ratios = (result.ratio, min(result.ratios), max(result.ratios), result.by_processor_time)
    factors = (
        _factor(result, lambda each: each.p99),
        _factor(result, lambda each: each.api_cost),
        _factor(result, lambda each: each.database_cost),
    )
    return (*head, *(f"{value:.2f}" for value in ratios), *(f"{value:.1f} ×" for value in factors), void)


def _void(results: Sequence[Result]) -> list[str]:
    lines = [
        f"- {result.job.title}, {result.connections} connections, {line[:300]}"
        for result in results
        for line in result.void
    ]
    return ["Void, because something went wrong in them:", "", *lines, ""] if lines else []


def _pair(result: Result, what: Callable[[Round], float]) -> str:
    if not result.holds:
        return "–"
    return f"{rough(result.middle(result.subject, what))} : {rough(result.middle(result.ceiling, what))}"


def _small(findings: Findings) -> list[str]:
    names = ("job", "connections", "requests/s", "p50 ms", "p99 ms", "API µs", "database µs", "generator µs", "MB")
    columns: list[Callable[[Round], float]] = [
        lambda each: each.per_second,
        lambda each: each.p50,
        lambda each: each.p99,
        lambda each: each.api_cost,
        lambda each: each.database_cost,
        lambda each: each.generator_cost,
        lambda each: each.megabytes,
    ]
    rows = (
        [result.job.title, str(result.connections), *(_pair(result, column) for column in columns)]
        for result in findings.results
    )
    return [
        "## Figures of this machine",
        "",
        "They do not carry over. Product : ceiling; µs are processor time per request.",
        "",
        *_table(names, "l r r r r r r r r", ([f"<sub>{cell}</sub>" for cell in row] for row in rows)),
        "",
        "## Jobs, starts and memory",
        "",
        *(f"- {line}" for line in _sentences(findings)),
        "",
    ]


def _sentences(findings: Findings) -> list[str]:
    effect, start = findings.effect, findings.footprint
    p50, p99 = (rough(percentile(effect.delays, share) / 1e3) for share in (0.5, 0.99))
    commit = (
        f"From commit to effect ({len(effect.delays)} webhooks, one after the other, API and worker on one core): "
        f"p50 {p50} ms, p99 {p99} ms; {rough(effect.worker_cost)} µs of the worker's processor time each."
    )
    api = (
        f"API: ready {start.ready:.1f} s after its start (worst {start.ready_worst:.1f} s), {start.megabytes:.0f} MB "
        f"then and {after_load(findings):.0f} MB at most after load."
    )
    worker = (
        f"Worker: first job done {effect.first_work_after:.1f} s after its start, {effect.worker_megabytes:.0f} MB "
        f"then and {effect.worker_megabytes_after:.0f} MB after work."
    )
    return [commit, api, worker]


def _how(findings: Findings) -> list[str]:
    pace = findings.pace
    turns = (
        f"Product and ceiling in turn, {pace.rounds} rounds of {pace.seconds:g} s each after {pace.warm:g} s of the "
        f"same work; one API process each, {POOL} database connections each."
    )
    return [
        "## How it was measured",
        "",
        f"- {turns}",
        *_HOW,
        f"- {_quiet(findings)}",
        *(f"- {line}" for line in findings.surroundings),
        "",
    ]


def _quiet(findings: Findings) -> str:
    """How far the run can be trusted."""
    rounds = [each for result in findings.results for each in (*result.subject, *result.ceiling)]
    share = median(each.disturbance for each in rounds) if rounds else 1.0
    told = f"Other processes used {share:.0%} of the machine in the median round"
    return f"{told}." if share < LOUD else f"{told}: **this run was disturbed and says little**."


_HOW = """\
- Each side has its own copy of one frozen database, reset before each round. PostgreSQL is durable (`fsync` and
  `synchronous_commit` are on). After each round the tables must hold exactly what was answered.
- Any unexpected answer voids the round for both sides.
- The worker rests while requests are measured, so that domain events stay where both sides have written them.
- One cohort: a person can have one seat in a cohort, so after a thousand enrollments another cohort becomes the one
  that everybody wants.
- Limits are counted, in the process and in Redis, and set so high that they refuse nobody. Logs go to a file, at INFO.
""".splitlines()
