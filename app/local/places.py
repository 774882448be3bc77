"""Where the local services keep their data and sockets, and as whom they run.

The state folder belongs to whoever called `lyceum`. Inside it (or, if the service user cannot reach it,
in a folder named after it elsewhere) lies `services/`, mode 0700, owned by the service user: the caller
itself, or an unprivileged user when the caller is root, because PostgreSQL refuses to run as root.
Folders that were not made here are never changed.
"""

import hashlib
import os
import re
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.local.errors import LocalError

NOBODY = 65534

# The kernel's limit is 107 bytes on Linux and 103 on macOS, of which PostgreSQL wants 19 for the lock's name.
LONGEST_SOCKET = 100

# redis-py and arq disagree on percent-escapes in unix:// addresses, so sockets only get names that need none.
_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one state, ready to use."""

    state: Path
    home: Path
    sockets: Path
    user: int
    group: int

    @property
    def drops_privileges(self) -> bool:
        return os.geteuid() != self.user

    def hand_over(self, path: Path) -> None:
        """Gives a path inside `home`, with all below it, to the service user. Nothing to do when that is us."""
        if not self.drops_privileges:
            return
        for name in (path, *path.rglob("*")):
            os.chown(name, self.user, self.group, follow_symlinks=False)


def prepare(state: Path) -> Places:
    """Makes the folders of this state where they are missing. Raises `LocalError` where they cannot be used."""
    state = make_state(state)
    user, group = _service_user(state)
    home = _home(state, user)
    _private(home, user, group)
    sockets = home / "run"
    if not _fits(sockets):
        sockets = _short_folder() / f"lyceum-{_name(state)}"
    _private(sockets, user, group)
    return Places(state, home, sockets, user, group)


def make_state(state: Path) -> Path:
    """The absolute state folder, made if missing: closed to others, except that root lets its servers through."""
    try:
        state.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        state = state.resolve()
    except OSError as error:
        raise LocalError(f"The state folder {state} cannot be made: {error.strerror}. Set LYCEUM_STATE") from error
    if not os.access(state, os.W_OK | os.X_OK):
        owner = state.stat().st_uid
        raise LocalError(f"The state folder {state} belongs to user {owner} and is closed to us. Set LYCEUM_STATE")
    return state


def reachable(path: Path, user: int) -> bool:
    """Whether `user` may pass through every folder down to and including `path`, judged by mode bits."""
    if user == os.geteuid():
        return True
    path = path.resolve()
    return all(_may_enter(folder.stat(), user) for folder in (path, *path.parents))


def _may_enter(found: os.stat_result, user: int) -> bool:
    if found.st_uid == user:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & stat.S_IXOTH)


def _service_user(state: Path) -> tuple[int, int]:
    """As whom the servers run: us, or for root whoever owns the data already, or nobody."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    home = state / "services"
    owner = home if home.exists() else state
    found = owner.stat()
    return (found.st_uid, found.st_gid) if found.st_uid != 0 else (NOBODY, NOBODY)


def _home(state: Path, user: int) -> Path:
    if reachable(state, user):
        return state / "services"
    # Only root comes here. /var/lib first: what cleans the temporary folders would eat a database bit by bit.
    for shelf in (Path("/var/lib"), Path("/var/tmp")):  # noqa: S108 - the leaf is checked to be ours before use
        if shelf.is_dir() and reachable(shelf, user) and os.access(shelf, os.W_OK):
            return shelf / f"lyceum-{_name(state)}"
    raise LocalError(f"User {user} cannot reach {state} to run a database there. Set LYCEUM_STATE to another place")


def _private(folder: Path, user: int, group: int) -> None:
    """A folder of mode 0700 that belongs to `user`; made if missing, refused if it is somebody else's."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {user, os.geteuid()} or found.st_mode & 0o077:
            raise LocalError(
                f"{folder} is not a private folder of user {user}; remove it or set LYCEUM_STATE"
            ) from None
    except OSError as error:
        raise LocalError(f"{folder} cannot be made: {error.strerror}. Set LYCEUM_STATE") from error
    if os.geteuid() != user:
        os.chown(folder, user, group, follow_symlinks=False)


def _fits(folder: Path) -> bool:
    longest = folder / ".s.PGSQL.5432.lock"
    return len(os.fsencode(longest)) < LONGEST_SOCKET and _PLAIN.fullmatch(str(folder)) is not None


def _short_folder() -> Path:
    chosen = Path(tempfile.gettempdir())
    return chosen if _fits(chosen / "lyceum-0123456789ab") else Path("/tmp")  # noqa: S108 - the leaf is checked


def _name(state: Path) -> str:
    return hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
