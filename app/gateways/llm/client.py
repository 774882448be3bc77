"""Asking a language model one question with a JSON answer, over `POST {base}/chat/completions`.

No SDK: its retries cost money behind our back, its default timeout is ten minutes, and it lets three kinds of exception
escape for odd answers. Here every failure is one of two. What the caller may repeat is `GatewayUnavailable`; an answer
that is no answer (cut off, refused, filtered, empty, not the protocol) is `GatewayRefused`, with what was wrong as its
reason.
"""

from __future__ import annotations

import time
from typing import Any

import httpx

from app.gateways.errors import GatewayRefused
from app.gateways.http import ask, json_object
from app.gateways.llm.types import LlmAnswer, LlmQuestion, ResponseFormat

PROVIDER = "The language model"
# Longer answers are not read: no grade needs as much.
LARGEST_ANSWER = 200_000


class LlmGateway:
    """One per process. `tokens_field` and `response_format`: providers differ in what they understand."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        base_url: str,
        key: str,
        model: str,
        timeout: float,
        tokens_field: str = "max_completion_tokens",
        response_format: ResponseFormat = ResponseFormat.json_schema,
    ) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._key = key
        self.model = model
        self._timeout = timeout
        self._tokens_field = tokens_field
        self._response_format = response_format

    async def answer(self, question: LlmQuestion) -> LlmAnswer:
        """The model's answer, whole. Raises `GatewayUnavailable` or `GatewayRefused`."""
        began = time.monotonic()
        response = await ask(
            self._http,
            PROVIDER,
            "POST",
            self._url,
            json=self._body(question),
            headers={"Authorization": f"Bearer {self._key}"},
            timeout=self._timeout,
        )
        latency_ms = round((time.monotonic() - began) * 1000)
        body = json_object(response)
        if not response.is_success:
            raise GatewayRefused(_reason(response.status_code, body), provider=PROVIDER)
        content = _content(body)
        usage = body.get("usage")
        return LlmAnswer(
            content,
            str(body.get("model") or self.model)[:200],
            _count(usage, "prompt_tokens"),
            _count(usage, "completion_tokens"),
            latency_ms,
        )

    def _body(self, question: LlmQuestion) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": each.role, "content": each.content} for each in question.messages],
            "temperature": 0,
            self._tokens_field: question.longest_answer,
        }
        if self._response_format is ResponseFormat.json_schema:
            named = {"name": question.name, "strict": True, "schema": question.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self._response_format is ResponseFormat.json_object:
            body["response_format"] = {"type": "json_object"}
        return body


def _content(body: dict[str, Any]) -> str:
    """The text of the one choice, if it is a whole one. Raises `GatewayRefused`."""
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict) or not isinstance(message := choice.get("message"), dict):
        raise GatewayRefused("no_choice", provider=PROVIDER)
    if message.get("refusal"):
        raise GatewayRefused("refusal", provider=PROVIDER)
    finish = choice.get("finish_reason")
    if finish != "stop":
        raise GatewayRefused({"length": "truncated"}.get(str(finish), "unfinished"), provider=PROVIDER)
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        raise GatewayRefused("empty", provider=PROVIDER)
    if len(content) > LARGEST_ANSWER:
        raise GatewayRefused("too_long", provider=PROVIDER)
    return content


def _reason(status: int, body: dict[str, Any]) -> str:
    """The provider's own code, where it has one."""
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code else f"http_{status}"


def _count(usage: object, name: str) -> int | None:
    """A number of tokens; providers leave `usage` out, or null."""
    found = usage.get(name) if isinstance(usage, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1 << 31 else None
