"""`python -m bench`: measure all jobs, or those that are named, and write `bench/results.md` and `bench/results.svg`."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from app.local.errors import LocalError
from bench import answers, databases
from bench.data import Frozen
from bench.jobs import CONNECTIONS, Job
from bench.measure import Pace, Result, Side, chosen_jobs, measure
from bench.people import ceiling_keys, write_tokens
from bench.servers import BenchError, Layout, Servers, stage

QUICK = Pace(rounds=2, seconds=1.5, warm=0.5)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help="jobs to measure, separated by commas")
    parser.add_argument("--connections", type=int, action="append", help="how many at once; may be given again")
    parser.add_argument("--rounds", type=int, default=Pace.rounds)
    parser.add_argument("--seconds", type=float, default=Pace.seconds)
    parser.add_argument("--quick", action="store_true", help="two short rounds, for a look; writes no results")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--layout", choices=("beside-database", "beside-api", "free"), default="beside-database",
                        help="which core the generator shares")  # fmt: skip
    return parser.parse_args()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def show(result: Result) -> None:
    """One line per pair of rounds."""
    title = f"{result.job.title:<22} {result.connections:>3}"
    if not result.subject:
        print(title, "void:", result.void[-1][:600], flush=True)
        return
    mine, theirs = result.subject[-1], result.ceiling[-1]
    print(
        f"{title}  {mine.per_second:7.0f} : {theirs.per_second:7.0f} /s = {result.ratios[-1]:.2f}"
        f"   p50 {mine.p50:6.2f} : {theirs.p50:6.2f}   p99 {mine.p99:6.2f} : {theirs.p99:6.2f} ms"
        f"   API {mine.api_cost:5.0f} : {theirs.api_cost:5.0f}"
        f"   database {mine.database_cost:5.0f} : {theirs.database_cost:5.0f} µs"
        f"   generator {mine.generator_cost:3.0f} : {theirs.generator_cost:3.0f}",
        flush=True,
    )


def prepare(servers: Servers, frozen: Frozen) -> tuple[Side, Side, Path]:
    """The frozen data, a copy for each side, and both processes."""
    databases.freeze(servers, frozen)
    databases.copy(servers, frozen, databases.SUBJECT, databases.CEILING)
    subject = Side(servers.api(databases.SUBJECT), databases.SUBJECT)
    ceiling = Side(servers.ceiling(databases.CEILING, ceiling_keys(servers)), databases.CEILING)
    return subject, ceiling, write_tokens()


def requests(servers: Servers, told: argparse.Namespace, pace: Pace, jobs: list[Job]) -> list[Result]:
    """Every job of requests, at each number of connections."""
    subject, ceiling, tokens = prepare(servers, Frozen(told.seed))
    results = []
    for job in jobs:
        databases.reset(servers, databases.SUBJECT)
        databases.reset(servers, databases.CEILING)
        answers.compare(subject, ceiling, job, tokens)
        for connections in told.connections or CONNECTIONS:
            for result in measure(servers, subject, ceiling, job, connections, pace, str(tokens)):
                show(result)
            results.append(result)
    return results


def main() -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    told = options()
    pace = QUICK if told.quick else Pace(told.rounds, told.seconds)
    try:
        jobs = chosen_jobs([name for name in told.only.split(",") if name])
        with stage(Layout.named(told.layout)) as servers:
            requests(servers, told, pace, jobs)
    except (BenchError, LocalError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: stopped")


if __name__ == "__main__":
    main()
