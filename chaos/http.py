"""One HTTP request over one connection, with nothing hidden: what came back, or how it broke.

No pool, no retries, no redirects: a harness that counts how connections end must not have them repaired for it.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0: none came, and `broke` says how (`refused`, `reset`, `cut off`, `timeout`). Header names are small.

    `body` is the JSON value when it is one, else the bytes.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    broke: str = ""

    @property
    def code(self) -> str:
        """The problem's stable code; empty when it is no problem document."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) and self.status >= 400 else ""


async def exchange(
    address: str,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: object = None,
    patience: float = 30.0,
) -> Answer:
    """Send one request to `http://host:port` and read the answer to its end. `body`: bytes as they are, else as JSON.

    Never raises for what the other side or the line does. `patience`: seconds for all of it.
    """
    sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    known = {name.lower() for name in headers or {}}
    lines = [f"{method} {path} HTTP/1.1", f"host: {urlsplit(address).netloc}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None and "content-type" not in known:
        lines.append("content-type: application/json")
    if body is not None or method in {"POST", "PUT", "PATCH"}:
        lines.append(f"content-length: {len(sent)}")
    raw = "\r\n".join([*lines, "", ""]).encode() + sent
    try:
        async with asyncio.timeout(patience):
            return await _send(address, raw)
    except TimeoutError:
        return Answer(0, broke="timeout")
    except ConnectionRefusedError:
        return Answer(0, broke="refused")
    except asyncio.IncompleteReadError:
        return Answer(0, broke="cut off")
    except OSError:
        return Answer(0, broke="reset")


async def _send(address: str, raw: bytes) -> Answer:
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port, limit=_LARGEST)
    try:
        writer.write(raw)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await _body(reader, headers)
        return Answer(int(first.split(" ")[1]), headers, _decoded(body, headers))
    finally:
        writer.close()


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding") != "chunked":
        return b""
    whole = b""
    while length := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        whole += (await reader.readexactly(length + 2))[:-2]
    return whole


def _decoded(body: bytes, headers: Mapping[str, str]) -> Any:
    if "json" not in headers.get("content-type", ""):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body


def identifier(answer: Answer, *names: str) -> str:
    """The id in an answer's body, below the given names; empty when there is none."""
    found: Any = answer.body
    for name in (*names, "id"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
