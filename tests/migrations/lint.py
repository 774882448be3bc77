"""What migrations do to a service that runs meanwhile: their SQL, read by squawk (X-MIG-01).

python -m tests.migrations.lint     one line per finding; exit 1 if there is any
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).parents[2]

# The newest migration of the last release. Until there is one nobody's rows can be locked.
RELEASED: str | None = None

# The oldest PostgreSQL that we run on.
VERSION = "15"

# What squawk would have otherwise, and why we do not.
NEVER = {
    "prefer-bigint-over-int": "keys are uuids; counts, cents and minutes stay far below two billion",
    "prefer-bigint-over-smallint": "statuses of HTTP, percents, numbers of tries",
    "prefer-robust-stmts": "a migration is one transaction: what fails half way has not begun",
    "prefer-text-field": "the one varchar is alembic's own table of versions",
}
# What does not matter while the tables are empty.
BEFORE_RELEASE = {
    "adding-foreign-key-constraint": "two tables that point at each other",
    "changing-column-type": "nothing is rewritten, and nobody reads meanwhile",
    "constraint-missing-not-valid": "nothing has to be looked through",
    "require-concurrent-index-creation": "nothing has to be waited for",
}


def render(span: str) -> str:
    """The statements of these migrations."""
    command = [sys.executable, "-m", "alembic", "upgrade", span, "--sql"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours


def lint(statements: str, exceptions: set[str]) -> tuple[int, str]:
    """The exit code of squawk, and what it says."""
    program = Path(sys.executable).with_name("squawk")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "migrations.sql"
        file.write_text(statements, encoding="utf-8")
        command = [str(program), "--pg-version", VERSION, "--exclude", ",".join(sorted(exceptions)), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a tool of ours
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    """Look at all of them. Returns the exit code."""
    old = RELEASED or "head"
    looks = [(old, NEVER.keys() | BEFORE_RELEASE.keys()), *([(f"{RELEASED}:head", set(NEVER))] if RELEASED else [])]
    found = [lint(render(span), set(exceptions)) for span, exceptions in looks]
    sys.stdout.write("".join(said for code, said in found if code))
    return max(code for code, _ in found)


if __name__ == "__main__":
    raise SystemExit(main())
