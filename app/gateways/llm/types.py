"""What is asked of a language model, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal


class ResponseFormat(StrEnum):
    """How a provider is told to answer in JSON: by schema, or just so, or it cannot be told."""

    json_schema = "json_schema"
    json_object = "json_object"
    none = "none"


@dataclass(frozen=True, slots=True)
class LlmMessage:
    """One message. What somebody else has written only ever goes into a `user` message."""

    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True, slots=True)
class LlmQuestion:
    """A question with one JSON object as its answer; `schema` is its strict JSON schema, called `name`."""

    messages: Sequence[LlmMessage]
    name: str
    schema: Mapping[str, Any]
    longest_answer: int
    """In tokens."""


@dataclass(frozen=True, slots=True)
class LlmAnswer:
    """A whole answer. `content` is still only text: whoever asked validates it."""

    content: str
    model: str
    prompt_tokens: int | None
    completion_tokens: int | None
    latency_ms: int
