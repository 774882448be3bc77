"""The schema held against what the seeds ask for (`tables.json`), on a freshly migrated database.

python -m tests.spec.run            what is missing, what deserves a look, and a summary; exit 1 if anything is missing
python -m tests.spec.run --advice   and what might be better
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent
ALIASES = FOLDER.parent / "spec_aliases.json"


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that is not as the seeds say: `kind` of it, `item` it is about, and how it is."""

    kind: str
    item: str
    detail: str

    def is_about(self, table: str) -> bool:
        """Whether the item is the table or something in it."""
        return self.item == table or self.item.startswith(f"{table}.")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the checker found. `warnings` are deviations that it leaves to us to judge."""

    errors: list[Deviation]
    warnings: list[Deviation]
    summary: dict[str, tuple[int, int]]


def check(database_url: str) -> Findings:
    """Ask about all tables at once."""
    with TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        done = _run(database_url, "--json", str(found), capture=True)
        if not found.exists():
            raise RuntimeError(done.stderr or done.stdout)
        told = json.loads(found.read_text(encoding="utf-8"))
    errors, warnings = ([Deviation(**each) for each in told[kind]] for kind in ("errors", "warnings"))
    return Findings(errors, warnings, {name: (each["ok"], each["of"]) for name, each in told["summary"].items()})


def _run(database_url: str, *options: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FOLDER / "check_tables.py"), "--aliases", str(ALIASES), *options]
    environment = {**os.environ, "DATABASE_URL": database_url}
    return subprocess.run(command, env=environment, capture_output=capture, text=True, check=False)  # noqa: S603 - ours


def main(options: list[str]) -> int:
    """Print what the checker says. Returns its exit code."""
    os.environ.setdefault("LYCEUM_ENV", "test")
    from tests.support.copies import copied
    from tests.support.database import services

    with copied(services()) as copy:
        return _run(copy.owner_url, *options).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
