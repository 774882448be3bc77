"""What the figures depend on besides the code: machine and versions, in sentences for the results page."""

import platform
import sys
from importlib.metadata import version
from pathlib import Path

import psutil

from bench import databases
from bench.servers import Servers

_LIBRARIES = ("fastapi", "starlette", "uvicorn", "uvloop", "sqlalchemy", "asyncpg", "pydantic")


def describe(servers: Servers) -> list[str]:
    """A sentence each."""
    server = databases.ask(servers, "postgres", "SELECT current_setting('server_version') AS version")["version"]
    cores = psutil.cpu_count() or 1
    memory = f"{psutil.virtual_memory().total / 1e9:.0f} GB"
    named = f"{cores} {'core' if cores == 1 else 'cores'}"
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return [
        f"Machine: {_processor()}, {named}, {memory}, {platform.system()}; {servers.layout}.",
        f"Python {sys.version.split()[0]}, PostgreSQL {server}, {libraries}.",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
