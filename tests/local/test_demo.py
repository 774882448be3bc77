"""`lyceum demo`: the story of a cohort that sells out, played for real, and again after it was killed in the middle."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FOREIGN = ("DATABASE_", "REDIS_", "LYCEUM_", "STRIPE_", "AUTH_", "BREVO_")


def demo(folder: Path) -> subprocess.Popen[str]:
    """The command on a state folder of its own, in a session of its own, so that a kill takes nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "demo"],
        cwd=folder.parent,
        env={**kept, "LYCEUM_STATE": str(folder), "LYCEUM_ENV": "", "PYTHONUNBUFFERED": "1", "COLUMNS": "160"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def test_the_account_adds_up_also_after_a_demo_that_was_killed_half_way(empty_folder: Path) -> None:
    killed = demo(empty_folder)
    assert killed.stdout is not None
    for line in killed.stdout:
        if "hold a seat" in line:  # twenty checkouts are open now
            break
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()

    again = demo(empty_folder)
    told, _ = again.communicate(timeout=240)
    assert again.returncode == 0, told
    assert "Everything adds up." in told
    assert "✗" not in told
    assert told.count("✓") == 17
    assert not (empty_folder / "demo" / "running.json").exists(), "what it played on ends with it"
