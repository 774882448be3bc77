"""`python -m bench`: measure all jobs, or those that are named, and write `bench/results.md` and `bench/results.svg`.

Results are written by a full run only, so that they always tell of the same thing.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from app.local.errors import LocalError
from bench import answers, databases, effect, footprint, profiling, surroundings
from bench.chart import draw
from bench.data import Frozen
from bench.effect import Effect
from bench.footprint import Footprint
from bench.jobs import CONNECTIONS, JOBS, Job
from bench.measure import Contest, Pace, Result, Side, measure, percentile
from bench.people import ceiling_keys, write_tokens
from bench.report import Findings, promises, render
from bench.servers import BenchError, Layout, Servers, stage

USUAL, QUICK = Pace(rounds=5, seconds=5.0, warm=1.0), Pace(rounds=2, seconds=1.5, warm=0.5)
NAMES = ("start", *JOBS, "effect")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"what to measure, separated by commas: {', '.join(NAMES)}")
    parser.add_argument("--connections", type=int, action="append", help="how many at once; may be given again")
    parser.add_argument("--rounds", type=int, default=USUAL.rounds)
    parser.add_argument("--seconds", type=float, default=USUAL.seconds)
    parser.add_argument("--quick", action="store_true", help="two short rounds, for a look")
    parser.add_argument("--seed", type=int, default=20, help="of the data set")
    parser.add_argument("--layout", choices=("beside-database", "beside-api", "free"), default="beside-database",
                        help="which core the generator shares")  # fmt: skip
    parser.add_argument(
        "--profile", choices=JOBS, metavar="JOB", help="where the processor time of one job goes, instead"
    )
    return parser.parse_args()


def chosen(names: str) -> list[str]:
    """What is to be measured. Raises `BenchError` for a name that means nothing."""
    wanted = [name for name in names.split(",") if name]
    if unknown := [name for name in wanted if name not in NAMES]:
        raise BenchError(f"no such job: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return wanted or list(NAMES)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def show(result: Result, *, voids: int) -> None:
    """One line per pair of rounds."""
    title = f"{result.job.title:<22} {result.connections:>3}"
    if len(result.void) > voids:
        print(title, "void:", *(line[:300] for line in result.void[voids:]), sep="\n    ", flush=True)
        return
    mine, theirs = result.subject[-1], result.ceiling[-1]
    print(
        f"{title}  {mine.per_second:7.0f} : {theirs.per_second:7.0f} /s = {result.ratios[-1]:.2f}"
        f" ({theirs.busiest_core / mine.busiest_core:.2f} by processor time)"
        f"   p50 {mine.p50:6.2f} : {theirs.p50:6.2f}   p99 {mine.p99:6.2f} : {theirs.p99:6.2f} ms"
        f"   API {mine.api_cost:5.0f} : {theirs.api_cost:5.0f}"
        f"   database {mine.database_cost:5.0f} : {theirs.database_cost:5.0f} µs"
        f"   generator {mine.generator_cost:3.0f} : {theirs.generator_cost:3.0f}"
        f"   others {mine.disturbance:.0%} : {theirs.disturbance:.0%}",
        flush=True,
    )


def prepare(servers: Servers, frozen: Frozen) -> Contest:
    """The frozen data, a copy for each side, and both processes."""
    databases.freeze(servers, frozen)
    databases.copy(servers, frozen, databases.SUBJECT, databases.CEILING)
    subject = Side(servers.api(databases.SUBJECT), databases.SUBJECT)
    ceiling = Side(servers.ceiling(databases.CEILING, ceiling_keys(servers)), databases.CEILING)
    return Contest(servers, subject, ceiling, str(write_tokens()))


def requests(contest: Contest, jobs: Sequence[Job], connections: Sequence[int], pace: Pace) -> list[Result]:
    """Every job of requests, at each number of connections."""
    results = []
    for job in jobs:
        databases.reset(contest.servers, databases.SUBJECT)
        databases.reset(contest.servers, databases.CEILING)
        answers.compare(contest, job)
        for number in connections:
            voids = 0
            for result in measure(contest, job, number, pace):
                show(result, voids=voids)
                voids = len(result.void)
            results.append(result)
    return results


def show_effect(found: Effect) -> None:
    shares = ", ".join(f"p{share * 100:.0f} {percentile(found.delays, share) / 1e3:.1f}" for share in (0.5, 0.9, 0.99))
    print(
        f"commit to effect        {shares} ms   worker {found.worker_cost:.0f} µs, first job done after "
        f"{found.first_work_after:.1f} s, {found.worker_megabytes:.0f} then {found.worker_megabytes_after:.0f} MB",
        flush=True,
    )


def show_start(found: Footprint) -> None:
    print(
        f"API ready               after {found.ready:.2f} s (worst {found.ready_worst:.2f}), {found.megabytes:.0f} MB",
        flush=True,
    )


def write(findings: Findings) -> None:
    """The two files that are kept."""
    folder = Path(__file__).parent
    (folder / "results.md").write_text(render(findings))
    (folder / "results.svg").write_text(draw(findings.results))
    for promise in promises(findings):
        print(f"{'reached    ' if promise.kept else 'NOT REACHED'}  {promise.what}: {promise.found} ({promise.wanted})")
    print("written: bench/results.md, bench/results.svg")


def run(servers: Servers, told: argparse.Namespace) -> None:
    """A profile, some jobs, or all of them with their results written down."""
    frozen = Frozen(told.seed)
    if told.profile:
        profiling.profile(servers, frozen, JOBS[told.profile], (told.connections or CONNECTIONS)[0], told.seconds)
        return
    names = chosen(told.only)
    pace = QUICK if told.quick else Pace(told.rounds, told.seconds, USUAL.warm)
    size = footprint.measure(servers, frozen) if "start" in names else None
    if size:
        show_start(size)
    results: list[Result] = []
    jobs = [JOBS[name] for name in names if name in JOBS]
    if jobs:
        contest = prepare(servers, frozen)
        results = requests(contest, jobs, told.connections or CONNECTIONS, pace)
        contest.subject.process.stop()
        contest.ceiling.process.stop()
    delays = effect.measure(servers, frozen) if "effect" in names else None
    if delays:
        show_effect(delays)
    if size and delays and len(jobs) == len(JOBS) and not told.quick and not told.connections:
        write(Findings(results, delays, size, pace, surroundings.describe(servers)))


def main() -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    told = options()
    try:
        chosen(told.only)
        with stage(Layout.named(told.layout)) as servers:
            run(servers, told)
    except (BenchError, LocalError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: stopped")


if __name__ == "__main__":
    main()
