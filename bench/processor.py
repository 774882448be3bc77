"""Processor time of other processes, and which cores ours may use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Watch:
    """A process whose processor time is wanted; with its children where the work is theirs."""

    name: str
    pid: int
    family: bool = False


def seconds_of(watch: Watch) -> float:
    """User and system time so far. Of a family also that of members who have come and gone meanwhile."""
    process = psutil.Process(watch.pid)
    own = process.cpu_times()
    total = own.user + own.system
    if watch.family:
        total += own.children_user + own.children_system
        for child in process.children(recursive=True):
            with suppress(psutil.Error):
                times = child.cpu_times()
                total += times.user + times.system
    return total


def seconds_of_all() -> float:
    """What all processes of the machine together have used so far."""
    times = psutil.cpu_times()
    return float(times.user + times.system + getattr(times, "nice", 0.0) + getattr(times, "steal", 0.0))


def megabytes_of(pid: int) -> float:
    """Resident memory, in units of a million bytes."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def usable_cores() -> list[int]:
    """The cores that this process may run on; empty where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@contextmanager
def bound_to(cores: set[int]) -> Iterator[None]:
    """Processes started inside run on these cores; an empty set leaves them free."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
