"""`python -m chaos`: play every contest and storm from a printed seed; exit 1 when an equation is not 0."""

import argparse
import asyncio
import secrets
import signal
import sys
from dataclasses import replace
from pathlib import Path

from chaos import report
from chaos.contests import CONTESTS
from chaos.play import Run, play
from chaos.scenario import FULL, SMOKE, Contest
from chaos.stage import TREE
from chaos.storms import PARTS, STORMS


def main() -> int:
    """Read the command line, play, report."""
    told = _arguments()
    seeds = [told.seed + number for number in range(told.runs)]
    print(f"seeds {', '.join(map(str, seeds))}; again with: python -m chaos --seed {told.seed} --runs {told.runs}")
    runs: list[Run] = []
    try:
        for seed in seeds:
            runs.append(asyncio.run(_play(seed, told)))
            print(report.in_full(runs[-1]), flush=True)
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped")
        return 130
    if told.json is not None:
        told.json.write_text(report.as_json(runs))
    if not told.smoke and not told.only and told.tree == TREE:
        report.RESULTS.write_text(report.as_markdown(runs))
    return 0 if all(run.holds for run in runs) else 1


async def _play(seed: int, told: argparse.Namespace) -> Run:
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    scenarios = _chosen(told.only)
    scale = replace(SMOKE if told.smoke else FULL, patience=told.patience)

    def say(line: str) -> None:
        print(f"[{seed}] {line}", flush=True)

    return await play(seed, scenarios, scale, told.tree, say)


def _chosen(only: list[str]) -> list[tuple[str, Contest]]:
    everything = {**CONTESTS, **STORMS, **PARTS}
    return [(name, everything[name]) for name in only or [*CONTESTS, *STORMS]]


def _arguments() -> argparse.Namespace:
    names = [*CONTESTS, *STORMS, *PARTS]
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="tell the same story again")
    parser.add_argument("--runs", type=int, default=1, help="how many seeds, counted up from the first")
    parser.add_argument("--smoke", action="store_true", help="the small version")
    parser.add_argument("--only", nargs="+", default=[], choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--tree", type=Path, default=TREE, help="another checkout to put on stage")
    parser.add_argument("--patience", type=float, default=1.0, help="a factor for every wait for what has to come")
    parser.add_argument("--json", type=Path, help="where to write everything that was found")
    told = parser.parse_args()
    if told.seed is None:
        told.seed = secrets.randbelow(1_000_000)
    told.tree = told.tree.resolve()
    return told


if __name__ == "__main__":
    sys.exit(main())
