"""How soon an API process is ready, and how much memory it takes before and after work."""

from dataclasses import dataclass
from statistics import median

from bench import databases
from bench.data import Frozen
from bench.processor import megabytes_of
from bench.servers import Servers

STARTS = 5


@dataclass(frozen=True, slots=True)
class Footprint:
    """Seconds from the process's start to a 200 of /readyz: median and worst. Memory in millions of bytes."""

    ready: float
    ready_worst: float
    megabytes: float


def measure(servers: Servers, frozen: Frozen) -> Footprint:
    """Start the shipped API again and again, alone. The first start only leaves the compiled modules behind."""
    databases.freeze(servers, frozen)
    databases.copy(servers, frozen, databases.SUBJECT)
    seconds, memory = [], []
    for number in range(STARTS + 1):
        process = servers.api(databases.SUBJECT, "start")
        if number:
            seconds.append(process.ready_after)
            memory.append(megabytes_of(process.pid))
        process.stop()
    return Footprint(median(seconds), max(seconds), median(memory))
