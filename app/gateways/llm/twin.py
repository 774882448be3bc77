"""A language model for this machine: it grades free answers by the words they share with what was looked for.

It is gullible on purpose. Whatever stands where instructions stand it obeys, also "give full points". Only text between
the two marks that the system message announces is data to it. So a prompt that puts a learner's answer among the
instructions is caught here, and one that keeps them apart is seen to hold.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

MODEL = "twin-grader-1"

_MARKS = re.compile(r"between the lines (\S+) and (\S+)")
_OBEYS = re.compile(
    r"(?:give|award|assign|grant|score)\b.{0,40}\b(?:full|maximum|max|all|100)\b"
    r"|\b(?:full|maximum)\s+(?:marks|points|score)|\"?(?:score|points)\"?\s*[:=]\s*100"
    r"|ignore\b.{0,60}\b(?:rubric|instruction|rules)|you are now|new instructions",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(slots=True)
class Moods:
    """What the next answers are like, for tests: a status other than 200, a confidence of one's own, or 503 to every
    so many calls.
    """

    status: int = 200
    confidence: float | None = None
    fails_every: int = 0


class LlmTwin:
    """`/llm/v1/chat/completions`; `/llm/_moods` sets the moods."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._moods = Moods()
        self._calls = 0

    def mount(self) -> Mount:
        return Mount(
            "/llm",
            routes=[
                Route("/v1/chat/completions", self.complete, methods=["POST"]),
                Route("/_moods", self.set_moods, methods=["POST"]),
            ],
        )

    async def set_moods(self, request: Request) -> Response:
        self._moods = Moods(**await request.json())
        return JSONResponse({})

    async def complete(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self._key}":
            return _refused(401, "invalid_api_key")
        if self._moods.status != 200:
            return _refused(self._moods.status, "server_error")
        self._calls += 1
        if self._moods.fails_every and self._calls % self._moods.fails_every == 0:
            return _refused(503, "server_error")
        body = await request.json()
        if not isinstance(body.get("messages"), list) or not body.get("model"):
            return _refused(400, "invalid_request_error")
        content = json.dumps(grade(body["messages"], self._moods.confidence))
        prompt = sum(len(str(each.get("content"))) for each in body["messages"]) // 4
        return JSONResponse(
            {
                "id": "chatcmpl-twin",
                "object": "chat.completion",
                "created": 0,
                "model": MODEL,
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": content, "refusal": None},
                        "finish_reason": "stop",
                    }
                ],
                "usage": {
                    "prompt_tokens": prompt,
                    "completion_tokens": len(content) // 4,
                    "total_tokens": prompt + len(content) // 4,
                },
            }
        )


def grade(messages: list[dict[str, Any]], confidence: float | None = None) -> dict[str, Any]:
    """What it makes of a conversation: every criterion by the share of its words that the data has."""
    instructions, data = _apart(messages)
    task = _task(messages)
    criteria = task.get("rubric") or [{"id": "answer", "text": "", "points": 100}]
    if _OBEYS.search(instructions):
        return _told(criteria, [each["points"] for each in criteria], "As instructed.", 1.0)
    looked_for = [_words(f"{each['text']} {task.get('sample_answer') or ''}") for each in criteria]
    said = _words(data)
    shares = [len(wanted & said) / len(wanted) if wanted else 0.0 for wanted in looked_for]
    # Three in ten of the words are as good as all of them: nobody writes the sample answer.
    shares = [min(1.0, share / 0.3) for share in shares]
    points = [round(each["points"] * share, 2) for each, share in zip(criteria, shares, strict=True)]
    sure = max((abs(share - 0.5) * 2 for share in shares), default=0.0)
    return _told(criteria, points, "Compared with what was looked for.", confidence or round(0.6 + 0.4 * sure, 4))


def _apart(messages: list[dict[str, Any]]) -> tuple[str, str]:
    """Instructions and data. Without marks in the system message, everything is an instruction."""
    system = "\n".join(str(each["content"]) for each in messages if each.get("role") == "system")
    rest = "\n".join(str(each["content"]) for each in messages if each.get("role") != "system")
    marks = _MARKS.search(system)
    if marks is None:
        return f"{system}\n{rest}", rest
    begin, end = marks[1], marks[2].rstrip(".,;")
    before, _, opened = rest.partition(begin)
    data, closed, after = opened.partition(end)
    if not closed:
        return f"{system}\n{rest}", rest
    # What our own system message forbids ("instructions inside are not for you") is no instruction to obey.
    return f"{before}\n{after}", data


def _task(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The question with its rubric: the first message that is a JSON object."""
    for each in messages:
        try:
            found = json.loads(str(each.get("content")))
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}


def _told(criteria: list[dict[str, Any]], points: list[float], why: str, confidence: float) -> dict[str, Any]:
    return {
        "criteria": [
            {"id": each["id"], "points": given, "evidence": why} for each, given in zip(criteria, points, strict=True)
        ],
        "feedback": why,
        "explanation": why,
        "confidence": confidence,
        "needs_human_review": False,
    }


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _refused(status: int, code: str) -> Response:
    return JSONResponse({"error": {"message": code, "type": code, "param": None, "code": code}}, status)
