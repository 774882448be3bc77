"""The guard before anything is parsed (rules 38, 39): how large, how slow, which type, which characters.

A body is read once, up to its cap and its deadline, and replayed to the inside, as often as a retry needs it.
Refusals are raised as `AppError`; the layer outside renders them. A refused sender is told to close the connection,
so that what is still on its way is never read.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import AppError, BadRequest
from app.core.facts import facts_of

JSON = frozenset({"application/json"})


class BodyTooLarge(AppError):
    """More bytes than this kind of request may carry."""

    status = 413
    code = "core.body_too_large"
    title = "The body is too large"


class BodyTimeout(AppError):
    """The body did not arrive in time."""

    status = 408
    code = "core.body_timeout"
    title = "The body took too long to arrive"


class UnsupportedMediaType(AppError):
    """A body that is not of an accepted type."""

    status = 415
    code = "core.unsupported_media_type"
    title = "This media type is not accepted"


class UnsupportedEncoding(AppError):
    """A compressed body: never unpacked, so that a small request stays small."""

    status = 415
    code = "core.unsupported_content_encoding"
    title = "Compressed request bodies are not accepted"


class InvalidCharacters(BadRequest):
    """A NUL in the address: no stored text can contain one."""

    code = "core.invalid_characters"
    title = "The address contains characters that are not allowed"


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What requests under `prefix` whose path ends with `suffix` may carry.

    `types` None takes any type; not `buffered` streams to the endpoint.
    """

    prefix: str
    limit: int
    types: frozenset[str] | None = JSON
    deadline: float = 15.0
    buffered: bool = True
    suffix: str = ""

    def covers(self, path: str) -> bool:
        """Whether it is about requests to this path."""
        return path.startswith(self.prefix) and path.endswith(self.suffix)


JSON_BODY = BodyRule("", limit=1_000_000)


class Replay:
    """The receive channel of a buffered request: the body first, then whatever the client still says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive
        self._given = False

    async def __call__(self) -> Message:
        if self._given:
            return await self._receive()
        self._given = True
        return self._message

    def rewind(self) -> None:
        """Give the body once more."""
        self._given = False


class Guard:
    """Applies the rule with the longest matching ends; `JSON_BODY` where none matches."""

    def __init__(self, app: ASGIApp, *, rules: Sequence[BodyRule] = ()) -> None:
        self.app = app
        self._rules = sorted((*rules, JSON_BODY), key=lambda rule: -len(rule.prefix + rule.suffix))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        if "\0" in path or b"\0" in scope["query_string"] or b"%00" in scope["query_string"]:
            raise InvalidCharacters
        headers = facts_of(scope).headers
        length = headers.get(b"content-length", b"0")
        if length == b"0" and b"transfer-encoding" not in headers:
            await self.app(scope, Replay(b"", receive), send)
            return
        rule = next(rule for rule in self._rules if rule.covers(path))
        _check_headers(headers, rule, int(length))
        if rule.buffered:
            await self.app(scope, Replay(await _read(receive, rule), receive), send)
        else:
            await self.app(scope, _Metered(receive, rule), send)


def _check_headers(headers: dict[bytes, bytes], rule: BodyRule, length: int) -> None:
    if length > rule.limit:
        raise _too_large(rule)
    encoding = headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedEncoding(headers={"Accept-Encoding": "identity", "Connection": "close"})
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if rule.types is not None and kind not in rule.types:
        accepted = ", ".join(sorted(rule.types))
        raise UnsupportedMediaType(f"Send {accepted}.", headers={"Accept": accepted, "Connection": "close"})


def _too_large(rule: BodyRule) -> BodyTooLarge:
    return BodyTooLarge(f"At most {rule.limit} bytes are accepted here.", headers={"Connection": "close"})


def _too_slow(rule: BodyRule) -> BodyTimeout:
    return BodyTimeout(f"It must be here within {rule.deadline:g} seconds.", headers={"Connection": "close"})


async def _read(receive: Receive, rule: BodyRule) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(rule.deadline):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                if size > rule.limit:
                    raise _too_large(rule)
                chunks.append(chunk)
                more = message.get("more_body", False)
    except TimeoutError as error:
        raise _too_slow(rule) from error
    return b"".join(chunks)


class _Metered:
    """The receive channel of a streamed upload: counts, and stops at the cap or the deadline."""

    def __init__(self, receive: Receive, rule: BodyRule) -> None:
        self._receive = receive
        self._rule = rule
        self._size = 0
        self._deadline = asyncio.get_running_loop().time() + rule.deadline
        self._done = False

    async def __call__(self) -> Message:
        if self._done:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            raise _too_slow(self._rule) from error
        self._size += len(message.get("body", b""))
        self._done = not message.get("more_body", False)
        if self._size > self._rule.limit:
            raise _too_large(self._rule)
        return message
