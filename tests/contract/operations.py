"""The operations of the OpenAPI document, one by one: what every test of the contract walks over.

Tests that are made from the document, one per operation, read the frozen file, because tests are collected before
there is an application; that the two are equal is a test of its own.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from app.core.database.revisions import ROOT
from app.core.http.openapi import VERBS

JSON = "application/json"
FROZEN = ROOT / "openapi" / "openapi.json"


@dataclass(frozen=True)
class Operation:
    """One operation, with its references followed."""

    document: dict[str, Any]
    method: str
    path: str
    raw: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.raw["operationId"])

    @property
    def domain(self) -> str:
        return str(self.raw["tags"][0])

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def security(self) -> list[dict[str, list[str]]]:
        found: list[dict[str, list[str]]] = self.raw["security"]
        return found

    @property
    def is_signed(self) -> bool:
        """Whether the sender proves itself by a signature over the body."""
        return {"stripeSignature": []} in self.security

    @property
    def takes_bearer(self) -> bool:
        return any("bearer" in way for way in self.security)

    @property
    def is_list(self) -> bool:
        return self.method == "GET" and any(parameter["name"] == "cursor" for parameter in self.parameters)

    @property
    def needs_bearer(self) -> bool:
        return self.security == [{"bearer": []}]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return [self.follow(parameter) for parameter in self.raw.get("parameters", ())]

    def parameters_in(self, place: str) -> list[dict[str, Any]]:
        return [parameter for parameter in self.parameters if parameter["in"] == place]

    @cached_property
    def body(self) -> dict[str, Any] | None:
        """The media type object of a JSON body."""
        content: dict[str, Any] = self.follow(self.raw.get("requestBody", {})).get("content", {})
        return content.get(JSON)

    @property
    def body_schemas(self) -> list[dict[str, Any]]:
        """The object schemas a body may be: one, or the branches of a union."""
        return [] if self.body is None else list(self.branches(self.body["schema"]))

    @property
    def body_examples(self) -> list[Any]:
        return [] if self.body is None else self.examples(self.body)

    @property
    def answers(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Status, media type and media type object of every declared answer."""
        for status, answer in self.raw["responses"].items():
            for media_type, content in self.follow(answer).get("content", {}).items():
                yield status, media_type, content

    def examples(self, content: dict[str, Any]) -> list[Any]:
        """The examples of a media type object, or else of its schema."""
        own = [content["example"]] if "example" in content else []
        own += [example["value"] for example in content.get("examples", {}).values()]
        return own or list(self.follow(content["schema"]).get("examples", ()))

    def branches(self, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The schema, or what it is one of, nulls left out."""
        schema = self.follow(schema)
        choices = schema.get("oneOf") or schema.get("anyOf")
        if not choices:
            if schema.get("type") != "null":
                yield schema
            return
        for choice in choices:
            yield from self.branches(choice)

    def follow(self, node: dict[str, Any]) -> dict[str, Any]:
        """What a `$ref` leads to; the node itself when it is none."""
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node


def operations(document: dict[str, Any]) -> list[Operation]:
    """All of them, in the order of their paths."""
    return [
        Operation(document, verb.upper(), path, item[verb])
        for path, item in sorted(document["paths"].items())
        for verb in VERBS
        if verb in item
    ]


@cache
def frozen() -> dict[str, Operation]:
    """The operations of the frozen document, by operationId."""
    return {op.id: op for op in operations(json.loads(FROZEN.read_text(encoding="utf-8")))}


def named(*conditions: Callable[[Operation], Any]) -> list[str]:
    """The ids of the frozen operations that fulfil all conditions: for `pytest.mark.parametrize`."""
    return [name for name, op in frozen().items() if all(condition(op) for condition in conditions)]
