"""Says what is going on while something takes longer than a blink: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

console = Console(stderr=True, highlight=False)


class Steps:
    """A bar over a known number of named steps."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step; off a terminal its name and seconds are printed once it is done."""
        began = time.monotonic()
        self._progress.update(self._task, description=name)
        yield
        self._progress.advance(self._task)
        if not console.is_terminal:
            console.print(f"{name}: {time.monotonic() - began:.1f} s")


@contextmanager
def steps(total: int) -> Iterator[Steps]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Steps(progress, total)
