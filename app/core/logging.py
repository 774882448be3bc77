"""Structured logs: one JSON object per line, with the request's ids on each, and nobody's data on any.

Tracebacks name places and types. The messages of errors that quote data (the database's, the validator's) are left
out (X-SEC-03, rule 65).
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog
from pydantic_core import to_json

from app.core.facts import current

MASKED = "***"
# Whole names and endings: `token`, `refresh_token`, `owner_email`.
_SECRET = (
    "authorization",
    "cookie",
    "email",
    "key",
    "password",
    "phone",
    "secret",
    "signature",
    "token",
    "url",
)
# Their messages repeat statements, parameters or input.
_TALKATIVE = ("sqlalchemy", "asyncpg", "pydantic", "fastapi", "httpx", "redis", "stripe", "jose")

Line = MutableMapping[str, Any]


def configure_logging(level: str = "INFO") -> None:
    """Send all logs of this process, the libraries' too, to standard output as JSON lines."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_request,
        mask,
        show_exception,
    ]
    as_json = structlog.processors.JSONRenderer(serializer=_dumps)
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[*shared, as_json],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, as_json],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    # The server brings a format of its own; its few lines join ours instead.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # Chatty at INFO about every request they make, with its address.
    for name in ("httpx", "httpcore", "stripe", "arq"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _dumps(line: Line, **_: object) -> str:
    try:
        return to_json(line, fallback=str).decode()
    except ValueError:
        # Half a character in a message of some library: escaped it can still be told.
        return json.dumps(line, separators=(",", ":"), default=str)


def add_request(_logger: object, _method: str, line: Line) -> Line:
    """Name the request that the line belongs to."""
    facts = current.get()
    if facts is not None:
        line.setdefault("request_id", facts.request_id)
        if facts.trace_id:
            line.setdefault("trace_id", facts.trace_id)
        if facts.account_id:
            line.setdefault("account_id", facts.account_id)
    return line


def mask(_logger: object, _method: str, line: Line) -> Line:
    """Hide what a name gives away as a secret or as personal."""
    for name in line:
        if name.endswith(_SECRET) and line[name] is not None:
            line[name] = MASKED
    return line


def show_exception(_logger: object, _method: str, line: Line) -> Line:
    """Replace `exc_info` by the chain of errors: type, message where it is safe, places."""
    info = line.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else sys.exception() if info is True else None
    if isinstance(info, tuple):
        error = info[1]
    if error is not None:
        line["errors"] = [described(each) for each in _chain(error)]
    return line


def described(error: BaseException) -> dict[str, Any]:
    """One error without anybody's data: its type, where it came through, and its message if that quotes nothing."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    shown: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}", "places": places[-12:]}
    if state := getattr(error, "sqlstate", None):
        shown["sqlstate"] = state
    if not type(error).__module__.startswith(_TALKATIVE):
        shown["message"] = str(error)
    return shown


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
