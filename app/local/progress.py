"""Says what is going on while something takes longer than a blink: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

console = Console(stderr=True, highlight=False)


class Steps:
    """A bar over a known number of named steps."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step; off a terminal its name and seconds are printed once it is done, if that took long."""
        began = time.monotonic()
        self._progress.update(self._task, description=name)
        yield
        self._progress.advance(self._task)
        if not console.is_terminal and (seconds := time.monotonic() - began) > 1:
            console.print(f"{name}: {seconds:.1f} s")


@contextmanager
def counted(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that the block moves on by calling what it gets with how many are done. Short lists get none."""
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=total < 2 or not console.is_terminal) as progress:
        task = progress.add_task("", total=total)
        yield lambda done: progress.advance(task, done)


@contextmanager
def steps(total: int) -> Iterator[Steps]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Steps(progress, total)
