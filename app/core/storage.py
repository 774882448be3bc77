"""Where the bytes of stored files lie: a folder, shared by all processes, under keys that say nothing.

A file is written beside its place and moved into it, so nobody ever reads half of one.
"""

import os
import re
import secrets
from pathlib import Path

from app.settings import settings

_KEY = re.compile(r"[0-9a-f]{32}")


class FileStore:
    """Bytes by key. Its calls wait for the disk: run them in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: bytes) -> None:
        """Keep these bytes, in place of what was there."""
        place = self._place(key)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)

    def get(self, key: str) -> bytes:
        """The bytes. Raises `FileNotFoundError`."""
        return self._place(key).read_bytes()

    def remove(self, key: str) -> None:
        """Forget them, if they are there."""
        self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a storage key")
        return self._folder / key[:2] / key


def new_key() -> str:
    """A key for a new file."""
    return secrets.token_hex(16)


def file_store() -> FileStore:
    """The store of this process."""
    told = settings()
    return FileStore(told.files.folder or told.server.state / "files")
