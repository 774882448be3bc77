"""Locks between processes that share a state folder. The kernel frees them when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """One advisory lock on one file. Not inherited by children; not for threads of one process."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:  # root working in somebody's state folder must not lock its owner out
            owner = path.parent.stat()
            os.fchown(self._descriptor, owner.st_uid, owner.st_gid)

    def exclusive(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def shared(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Whether nobody else holds it; then it is ours, also when we shared it before."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        os.close(self._descriptor)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Waits for its turn, then runs the block with nobody else inside one on the same path."""
    lock = FileLock(path)
    try:
        lock.exclusive()
        yield
    finally:
        lock.close()
