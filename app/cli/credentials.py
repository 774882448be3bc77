"""`lyceum keys` and `lyceum verify`: the operator's keys, and anybody's question whether a credential holds."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.core.clock import utc_now
from app.openbadges import did_web
from app.openbadges.jsonld import LARGEST, Unsignable
from app.openbadges.verification import Found, NotACredential, State, Verdict, read, verify

_PATIENCE = 10
_MOST = 8 << 20
_SECONDS = 30

EXIT = {State.valid: 0, State.unknown: 3}


class Unreachable(SystemExit):
    """What was asked for cannot be read. Ends the command, saying why."""


# Keys


async def known_keys() -> list[str]:
    """Each key as a line of JSON."""
    from app.academy.credentials import queries
    from app.cli.accounts import database

    async with database() as sessions, sessions() as session:
        return [_line(each) for each in await queries.list_keys(session)]


async def rotate() -> str:
    """The new key as a line of JSON."""
    from app.academy.credentials import service
    from app.academy.permissions import AcademyActor
    from app.cli.accounts import database

    async with database() as sessions, sessions.begin() as session:
        made = await service.rotate_key(session, AcademyActor.system())
        await session.flush()  # read back with what the database adds
        return _line(made)


def _line(key: Any) -> str:
    retired = None if key.retired_at is None else key.retired_at.isoformat()
    return json.dumps({"public_key": key.public_key, "created_at": key.created_at.isoformat(), "retired_at": retired})


# Verifying


def check(source: str, dids: Sequence[Path], lists: Sequence[Path], kept: Path) -> tuple[int, list[str]]:
    """The exit code and what is to be said. Raises `Unreachable` for what cannot be read."""
    is_address = source.startswith(("http://", "https://"))
    try:
        found = read(_fetch(source) if is_address else _read(Path(source)))
    except NotACredential as error:
        return 1, [f"invalid: {error}"]
    if is_address:
        _keep_documents(found, source, kept)
    known_dids = {str(each.get("id")): each for each in _documents(dids, kept / "dids")}
    known_lists = {str(each.get("id")): each for each in _documents(lists, kept / "status-lists")}
    try:
        verdict = verify(found, known_dids, known_lists, utc_now())
    except Unsignable as error:
        verdict = Verdict(State.invalid, str(error))
    return EXIT.get(verdict.state, 1), [f"{verdict.state}: {verdict.reason}", *_about(verdict.credential)]


def bound_time() -> None:
    """A document can be made so that canonicalising it takes for ever: the processor is lent, not given."""
    try:
        import resource
    except ImportError:  # not on every system
        return
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + _SECONDS, hard))


def _about(credential: Any) -> Iterator[str]:
    subject = credential.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    issuer = credential.get("issuer")
    told = {
        "achievement": achievement.get("name") if isinstance(achievement, dict) else None,
        "issuer": issuer.get("name") if isinstance(issuer, dict) else issuer,
        "issued": credential.get("validFrom"),
        "until": credential.get("validUntil"),
        "id": credential.get("id"),
    }
    return (f"{name}: {value}" for name, value in told.items() if value is not None)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST:
            raise Unreachable(f"lyceum: {path} is too large")
        return path.read_bytes()
    except OSError as error:
        raise Unreachable(f"lyceum: {error}") from error


def _documents(given: Sequence[Path], folder: Path) -> Iterator[dict[str, Any]]:
    """What was given, else what is kept. A file that is no JSON object is passed over when it is only a kept one."""
    for path in given or sorted(folder.glob("*.json")):
        try:
            found = json.loads(_read(path))
        except ValueError as error:
            if given:
                raise Unreachable(f"lyceum: {path} is no JSON") from error
            continue
        if isinstance(found, dict):
            yield found


def _fetch(url: str) -> bytes:
    import httpx

    headers = {"Accept": "application/ld+json, application/vc, application/did+json, application/json, image/png"}
    try:
        with (
            httpx.Client(timeout=_PATIENCE, headers=headers, trust_env=True) as http,
            http.stream("GET", url) as answer,
        ):
            if answer.status_code != 200:
                raise Unreachable(f"lyceum: {url} answers {answer.status_code}")
            content = b""
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _MOST:
                    raise Unreachable(f"lyceum: {url} is too large")
            return content
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(f"lyceum: {url}: {error}") from error


def _keep_documents(found: Found, source: str, kept: Path) -> None:
    """The issuer's keys and the status lists, fetched anew. Plain http only to a machine that was asked by it."""
    secure = urlsplit(source).scheme == "https"
    try:
        did_address = did_web.address_of(found.issuer, secure=secure)
    except ValueError:
        return
    _keep(kept / "dids", found.issuer, _fetch(did_address))
    for url in found.status_lists:
        if url.startswith("https://" if secure else ("http://", "https://")):
            _keep(kept / "status-lists", url, _fetch(url))


def _keep(folder: Path, name: str, content: bytes) -> None:
    if len(content) > LARGEST:
        raise Unreachable(f"lyceum: {name} is too large")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / f"{hashlib.sha256(name.encode()).hexdigest()}.json").write_bytes(content)
