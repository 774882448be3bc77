"""JSON-LD to the exact bytes that are signed (RDFC-1.0), with bundled contexts and without silence.

A JSON-LD processor leaves out what its contexts do not name: such a key is not part of what is signed, and whoever adds
one breaks no signature. Here it is refused instead, and so are names that are no absolute addresses.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

_FOLDER = Path(__file__).parent / "contexts"

# A credential of ours has seven kilobytes and five nodes without a name. Canonicalising many of them takes very long.
LARGEST = 262_144
MOST_NAMELESS = 64

# What a relative name is resolved against, to be told from an absolute one.
_NOWHERE = "https://relative.invalid/"


class Unsignable(ValueError):
    """A document that no signature could cover wholly, or that asks for what we do not have."""


@dataclass(frozen=True, slots=True)
class Context:
    """A context that we know, with the hash that the file must have."""

    path: Path
    sha256: str


CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

CONTEXTS = {
    CREDENTIALS: Context(
        _FOLDER / "credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    ),
    OPEN_BADGES: Context(
        _FOLDER / "open-badges-3.0.3.json", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"
    ),
}


@cache
def _read(context: Context) -> Any:
    content = context.path.read_bytes()
    if sha256(content).hexdigest() != context.sha256:
        raise Unsignable(f"{context.path.name} is not the context that was published")
    return json.loads(content)


def _load(url: str, _options: Any) -> dict[str, Any]:
    """What the processor asks for instead of the network. Raises `Unsignable` for what is not bundled."""
    if url not in CONTEXTS:
        raise Unsignable(f"the context {url[:200]} is not one of ours")
    return {
        "contextUrl": None,
        "contentType": "application/ld+json",
        "documentUrl": url,
        "document": _read(CONTEXTS[url]),
    }


def _refuse(key: object) -> NoReturn:
    raise Unsignable(f"no context names {str(key)[:200]}, so no signature would cover it")


def canonical(document: dict[str, Any]) -> bytes:
    """The canonical N-Quads of a document. Raises `Unsignable`."""
    # Loaded by whoever signs or verifies first; it brings Requests and lxml with it, 12 MB.
    from pyld.jsonld import JsonLdError, JsonLdProcessor  # type: ignore[import-untyped]  # it has none

    if len(json.dumps(document)) > LARGEST:
        raise Unsignable("the document is too large")
    options: dict[str, Any] = {"documentLoader": _load, "base": _NOWHERE, "extractAllScripts": False}
    try:
        expanded = JsonLdProcessor(on_property_dropped=_refuse).expand(document, options)
        nameless = 0
        for node in _nodes(expanded):
            nameless += "@id" not in node
            _require_absolute(node)
        if nameless > MOST_NAMELESS:
            raise Unsignable("the document has too many nodes without a name")
        quads = JsonLdProcessor().normalize(
            expanded, {**options, "algorithm": "URDNA2015", "format": "application/n-quads"}
        )
    except (JsonLdError, RecursionError, TypeError, AttributeError, KeyError) as error:
        raise _innermost(error) from error
    return str(quads).encode()


def _innermost(error: BaseException) -> Unsignable:
    """Our own reason, when the processor wrapped one; else that it made no sense of the document."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Unsignable):
            return Unsignable(str(cause))
        cause = getattr(cause, "cause", None) or cause.__cause__
    return Unsignable("this is no JSON-LD that could be signed")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every node object of an expanded document."""
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, dict) and "@value" not in value:
        if "@list" not in value and "@graph" not in value and "@set" not in value:
            yield value
        for key, inner in value.items():
            if key not in {"@id", "@type", "@index"}:
                yield from _nodes(inner)


def _require_absolute(node: dict[str, Any]) -> None:
    """A relative name means something else in every place: no signature covers what it means."""
    for name in [*node.get("@type", ()), *([node["@id"]] if "@id" in node else ())]:
        if ":" not in name or name.startswith(_NOWHERE):
            raise Unsignable(f"{name.removeprefix(_NOWHERE)[:200]} is no absolute address")
