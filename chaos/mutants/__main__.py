"""`python -m chaos.mutants`: break the product in every way of the catalogue; exit 1 when one goes unnoticed."""

import argparse
import asyncio
import signal
import sys
import time

from rich.console import Console
from rich.table import Table

from chaos.mutants.catalogue import MUTANTS
from chaos.mutants.harness import Verdict, play_all
from chaos.mutants.mutant import Mutant


def main() -> int:
    """Read the command line, play, show."""
    told = _arguments()
    chosen = [each for each in MUTANTS if not told.only or each.name in told.only]
    began = time.monotonic()
    print(f"{len(chosen)} mutants, seed {told.seed}, {told.at_once} at once", flush=True)
    try:
        verdicts = asyncio.run(_play(chosen, told))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped")
        return 130
    Console(highlight=False, width=None if sys.stdout.isatty() else 180).print(table_of(verdicts))
    caught = sum(verdict.is_caught for verdict in verdicts)
    print(f"{caught} of {len(verdicts)} caught ({time.monotonic() - began:.0f} s)")
    return 0 if caught == len(verdicts) else 1


async def _play(chosen: list[Mutant], told: argparse.Namespace) -> list[Verdict]:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await play_all(chosen, told.seed, told.at_once, lambda line: print(line, flush=True))


def table_of(verdicts: list[Verdict]) -> Table:
    """Each mutant, whether it was caught, by what, and one offence."""
    table = Table("mutant", "caught", "by", "for instance", title="Broken on purpose")
    for verdict in verdicts:
        by = ", ".join(f"{name} {number}" for name, number in verdict.noticed_by.items())
        others = ", ".join(f"({name} {n})" for name, n in verdict.numbers.items() if name not in verdict.noticed_by)
        table.add_row(
            f"{verdict.mutant.name}\n{verdict.mutant.breaks}",
            "yes" if verdict.is_caught else "NO",
            " ".join(part for part in (by, others) if part) or "-",
            verdict.failure or verdict.example,
        )
    return table


def _arguments() -> argparse.Namespace:
    names = [mutant.name for mutant in MUTANTS]
    parser = argparse.ArgumentParser(prog="python -m chaos.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the stories that are played")
    parser.add_argument("--at-once", type=int, default=2, help="how many are played side by side")
    parser.add_argument("--only", nargs="+", default=[], choices=names, metavar="NAME", help=", ".join(names))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
