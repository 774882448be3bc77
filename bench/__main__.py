"""`python -m bench`: measure all jobs, or those that are named, and write `bench/results.md` and `bench/results.svg`.

Results are written by a full run only, so that they always tell of the same thing.
"""

import argparse
import signal
import sys
from types import FrameType
from typing import NoReturn

from app.local.errors import LocalError
from bench import answers, databases, profiling
from bench.data import Frozen
from bench.jobs import CONNECTIONS
from bench.measure import Contest, Pace, Result, Side, chosen_jobs, measure
from bench.people import ceiling_keys, write_tokens
from bench.servers import BenchError, Layout, Servers, stage

USUAL, QUICK = Pace(rounds=5, seconds=5.0, warm=1.0), Pace(rounds=2, seconds=1.5, warm=0.5)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="", help="jobs to measure, separated by commas")
    parser.add_argument("--connections", type=int, action="append", help="how many at once; may be given again")
    parser.add_argument("--rounds", type=int, default=USUAL.rounds)
    parser.add_argument("--seconds", type=float, default=USUAL.seconds)
    parser.add_argument("--quick", action="store_true", help="two short rounds, for a look")
    parser.add_argument("--seed", type=int, default=20, help="of the data set")
    parser.add_argument("--layout", choices=("beside-database", "beside-api", "free"), default="beside-database",
                        help="which core the generator shares")  # fmt: skip
    parser.add_argument("--profile", metavar="JOB", help="where the processor time of one job goes, instead")
    return parser.parse_args()


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
        f"   p50 {mine.p50:6.2f} : {theirs.p50:6.2f}   p99 {mine.p99:6.2f} : {theirs.p99:6.2f} ms"
        f"   API {mine.api_cost:5.0f} : {theirs.api_cost:5.0f}"
        f"   database {mine.database_cost:5.0f} : {theirs.database_cost:5.0f} µs"
        f"   generator {mine.generator_cost:3.0f} : {theirs.generator_cost:3.0f}",
        flush=True,
    )


def prepare(servers: Servers, frozen: Frozen) -> Contest:
    """The frozen data, a copy for each side, and both processes."""
    databases.freeze(servers, frozen)
    databases.copy(servers, frozen, databases.SUBJECT, databases.CEILING)
    subject = Side(servers.api(databases.SUBJECT), databases.SUBJECT)
    ceiling = Side(servers.ceiling(databases.CEILING, ceiling_keys(servers)), databases.CEILING)
    return Contest(servers, subject, ceiling, str(write_tokens()))


def requests(contest: Contest, told: argparse.Namespace, pace: Pace) -> list[Result]:
    """Every job of requests, at each number of connections."""
    results = []
    for job in chosen_jobs(told.only):
        databases.reset(contest.servers, databases.SUBJECT)
        databases.reset(contest.servers, databases.CEILING)
        answers.compare(contest, job)
        for connections in told.connections or CONNECTIONS:
            voids = 0
            for result in measure(contest, job, connections, pace):
                show(result, voids=voids)
                voids = len(result.void)
            results.append(result)
    return results


def run(servers: Servers, told: argparse.Namespace) -> None:
    frozen = Frozen(told.seed)
    if told.profile:
        [job] = chosen_jobs(told.profile)
        connections = (told.connections or [8])[0]
        profiling.profile(servers, frozen, job, connections, told.seconds)
        return
    pace = QUICK if told.quick else Pace(told.rounds, told.seconds, USUAL.warm)
    requests(prepare(servers, frozen), told, pace)


def main() -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    told = options()
    try:
        chosen_jobs(told.profile or told.only)
        with stage(Layout.named(told.layout)) as servers:
            run(servers, told)
    except (BenchError, LocalError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: stopped")


if __name__ == "__main__":
    main()
