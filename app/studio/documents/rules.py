"""The published schemas: draft 2020-12, made from the shapes, with an example of each."""

from functools import cache
from typing import Any

from pydantic import JsonValue, TypeAdapter
from pydantic.config import JsonDict

from app.studio.documents.schemas import StudioSchemaName
from app.studio.models.shapes import ExerciseDocument, Questions, QuizSettings, Sources

DIALECT = "https://json-schema.org/draft/2020-12/schema"

QUESTIONS: list[JsonValue] = [
    {
        "kind": "single_choice",
        "prompt": "What makes feedback useful?",
        "options": [
            {"text": "It is specific and soon", "is_correct": True, "feedback": "Yes: it can be acted on."},
            {"text": "It is friendly", "is_correct": False, "feedback": None},
        ],
        "explanation": "Only what is specific can be acted on.",
        "points": 1,
    },
    {"kind": "open", "prompt": "Which feedback has helped you most?", "options": [], "explanation": None, "points": 2},
]
METADATA: JsonDict = {"passing_percentage": 70.0, "time_limit_minutes": 10, "shuffles": True}
SOURCES: list[JsonValue] = [
    {"title": "Thanks for the Feedback", "url": "https://example.com/feedback", "note": "Chapter 2"}
]
EXERCISE: JsonDict = {
    "ai_mentor": {
        "persona": "A patient colleague",
        "instructions": "Ask one question at a time; never give the answer.",
        "opening": "Tell me about the last feedback you gave.",
        "hints": ["Think of what you saw, not of what you felt."],
    },
    "scenario": {
        "situation": "A colleague has missed a deadline for the third time.",
        "learner_role": "Team lead",
        "characters": [{"name": "Kim", "description": "Overworked, and does not say so"}],
    },
    "learning_anchor": {"concept": "Observation before judgement", "reminder": None},
    "success_criteria": [{"criterion": "Names one observation", "weight": 1.0}],
    "evaluation": {"instructions": "Judge by the criteria alone.", "passing_percentage": 60.0},
}

_PUBLISHED: dict[StudioSchemaName, tuple[Any, str, Any]] = {
    StudioSchemaName.quiz_questions: (Questions, "The questions of a quiz", QUESTIONS),
    StudioSchemaName.quiz_metadata: (QuizSettings, "How a quiz is taken", METADATA),
    StudioSchemaName.exercise: (ExerciseDocument, "The documents of an exercise", EXERCISE),
    StudioSchemaName.article_sources: (Sources, "What an article leans on", SOURCES),
}


@cache
def published(name: StudioSchemaName) -> dict[str, Any]:
    """The schema of a document. It stands alone: nothing in it points outside."""
    shape, title, example = _PUBLISHED[name]
    schema = TypeAdapter(shape).json_schema(mode="validation")
    for part in schema.get("$defs", {}).values():
        part.pop("title", None)  # the name of a component of the OpenAPI document
    return {
        "$schema": DIALECT,
        "$id": f"urn:lyceum:studio:schema:{name.value}",
        **schema,
        "title": title,
        "examples": [example],
    }
