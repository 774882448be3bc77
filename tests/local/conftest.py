"""A state folder of its own for each test, with its servers ended afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.local.errors import LocalError
from app.local.services import Services, start_for_tests, stop_for_tests


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty state folder with a short path that an unprivileged server may reach (pytest's own is closed to it)."""
    made = Path(tempfile.mkdtemp(prefix="lyceum-test-", dir="/tmp"))
    made.chmod(0o711)
    yield made / "state"
    with suppress(LocalError):  # a test may have made the folder unusable on purpose
        stop_for_tests(made / "state")
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def servers() -> Iterator[Services]:
    """Servers shared by the tests that do not stop them."""
    folder = Path(tempfile.mkdtemp(prefix="lyceum-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield start_for_tests(folder / "state")
    stop_for_tests(folder / "state")
    shutil.rmtree(folder)
