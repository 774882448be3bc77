"""A state folder of its own for each test, with its servers ended afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app.local.errors import LocalError
from app.local.places import prepare
from app.local.services import Services, start_for_tests, stop_for_tests


@contextmanager
def _state() -> Iterator[Path]:
    """A state folder with a short path that an unprivileged server may reach (pytest's own is closed to it)."""
    made = Path(tempfile.mkdtemp(prefix="lyceum-test-", dir="/tmp"))
    made.chmod(0o711)
    yield made / "state"
    with suppress(LocalError):  # a test may have made the folder unusable on purpose
        stop_for_tests(made / "state")
    shutil.rmtree(made)


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """A state folder in which nothing was ever started."""
    with _state() as state:
        yield state


@pytest.fixture(scope="session")
def database_files() -> Iterator[Path]:
    """The files of an empty database, made once: a copy is there sooner than another one."""
    with _state() as state:
        start_for_tests(state)
        stop_for_tests(state)
        yield prepare(state).home / "postgres"


@pytest.fixture
def folder(database_files: Path) -> Iterator[Path]:
    """A state folder whose servers ran before and stopped."""
    with _state() as state:
        places = prepare(state)
        shutil.copytree(database_files, places.home / "postgres")
        places.hand_over(places.home / "postgres")
        yield state


@pytest.fixture(scope="session")
def servers() -> Iterator[Services]:
    """Servers shared by the tests that do not stop them."""
    with _state() as state:
        yield start_for_tests(state)
