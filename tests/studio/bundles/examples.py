"""Bundles: a whole one that says everything there is to say, and any one that may be sent."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

SESSION: Json = {
    "title": "A tour of the halls",
    "number": "1.1",
    "hook": "Where does a parcel spend its night?",
    "description": "Who works where.\n\nAnd when.",
    "wiifm": "You know whom to ask.",
    "learning_objectives": ["Name the four halls", "Say who leads each"],
    "estimated_minutes": 25,
    "article": {
        "content": "  # Halls\r\n\r\nFour of them \u2603 \U0001f986.\n",
        "sources": [{"title": "House rules", "url": "https://example.com/rules", "note": None}],
    },
    "video": {"script": "Come along."},
    "quiz": {
        "questions": [
            {
                "kind": "single_choice",
                "prompt": "How many halls?",
                "options": [
                    {"text": "Four", "is_correct": True, "feedback": "Yes."},
                    {"text": "Five", "is_correct": False, "feedback": None},
                ],
                "explanation": "Count them.",
                "points": 2,
            },
            {"kind": "open", "prompt": "Which?", "options": [], "explanation": None, "points": 1},
        ],
        "metadata": {"passing_percentage": 66.6, "time_limit_minutes": None, "shuffles": True},
    },
    "exercise": {
        "exercise_type": "ROLEPLAY",
        "complexity": "advanced",
        "title": "At the gate",
        "description": "Somebody wants in.",
        "estimated_minutes": 20,
        "ai_mentor": {
            "persona": "A guard",
            "instructions": "Be firm.",
            "opening": "Who goes there?",
            "hints": ["Ask for a pass"],
        },
        "scenario": {
            "situation": "Night.",
            "learner_role": "Guard",
            "characters": [{"name": "Kim", "description": None}],
        },
        "learning_anchor": {"concept": "Rules protect", "reminder": None},
        "success_criteria": [{"criterion": "Stays polite", "weight": 1e-07}],
        "evaluation": {"instructions": "By the criteria.", "passing_percentage": 60.0},
    },
}
_NOTHING: Json = {"article": None, "video": None, "quiz": None, "exercise": None}
_BARE: Json = {
    "title": "Bare",
    "number": "last",
    "hook": None,
    "description": None,
    "wiifm": None,
    "learning_objectives": None,
    "estimated_minutes": 10,
    **_NOTHING,
}
# Keys as an export orders them; numbers and places differ, because only places are an order.
BUNDLE: Json = {
    "schema_name": "lyceum.studio.program",
    "schema_version": 1,
    "program": {
        "name": "Leading a shift",
        "description": "For those who lead.",
        "language": "pt-BR",
        "knowledge": {
            "brief": {"title": "Brief", "content": "# For whom\n", "content_format": "markdown"},
            "topic_research": None,
            "path_recommendations": None,
            "program_matrix": {"title": None, "content": '{"a": 1}', "content_format": "json"},
        },
        "chapters": [
            {
                "title": "The second week",
                "number": 7,
                "subtitle": "Alone",
                "description": None,
                "sessions": [_BARE, SESSION],
            },
            {"title": "The first week", "number": 3, "subtitle": None, "description": "Together", "sessions": []},
        ],
    },
}


def changed(path: str, value: Any) -> Json:
    """The whole bundle with one value replaced, added or, given `...`, taken away."""
    bundle: Any = deepcopy(BUNDLE)
    *way, last = [int(part) if part.isdigit() else part for part in path.strip("/").split("/")]
    inner = bundle
    for part in way:
        inner = inner[part]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return bundle  # type: ignore[no-any-return]  # JSON


# Whatever PostgreSQL can keep, white space and marks of every kind too.
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_TITLE = _TEXT.filter(lambda text: text.strip() != "")
_MAYBE = st.none() | _TEXT
_PERCENTAGE = st.none() | st.floats(0, 100)


def _dict(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(fields)


def _maybe(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | inner


_SOURCES = st.lists(_dict(title=_TEXT, url=st.sampled_from([None, "https://example.com/a?b"]), note=_MAYBE), max_size=2)
_OPTIONS = st.lists(_dict(text=_TEXT, is_correct=st.booleans(), feedback=_MAYBE), max_size=2)
_QUESTIONS = st.lists(
    _dict(
        kind=st.sampled_from(["single_choice", "multiple_choice", "open"]),
        prompt=_TEXT,
        options=_OPTIONS,
        explanation=_MAYBE,
        points=st.integers(0, 1_000) | st.just(2.0),
    ),
    max_size=2,
)
_EXERCISE = _dict(
    exercise_type=st.sampled_from(["CASE_ANALYSIS", "ROLEPLAY", "REFLECTION"]),
    complexity=st.sampled_from(["basic", "advanced"]),
    title=_TEXT,
    description=_TEXT,
    estimated_minutes=st.integers(1, 1_440),
    ai_mentor=_dict(persona=_TEXT, instructions=_TEXT, hints=st.lists(_TEXT, max_size=2)),
    scenario=_maybe(_dict(situation=_TEXT, characters=st.lists(_dict(name=_TEXT), max_size=1))),
    learning_anchor=_maybe(_dict(concept=_TEXT)),
    success_criteria=_maybe(st.lists(_dict(criterion=_TEXT, weight=st.none() | st.floats(0, 1_000)), max_size=2)),
    evaluation=_maybe(_dict(instructions=_TEXT, passing_percentage=_PERCENTAGE)),
)
_SESSIONS = st.lists(
    _dict(
        title=_TITLE,
        number=st.text("abc1.", min_size=1, max_size=4),
        hook=_MAYBE,
        wiifm=_MAYBE,
        learning_objectives=_maybe(st.lists(_TITLE, max_size=2)),
        estimated_minutes=st.integers(1, 1_440),
        article=_maybe(_dict(content=_TEXT, sources=_maybe(_SOURCES))),
        video=_maybe(_dict(script=_TEXT)),
        quiz=_maybe(_dict(questions=_QUESTIONS, metadata=_maybe(_dict(passing_percentage=_PERCENTAGE)))),
        exercise=_maybe(_EXERCISE),
    ),
    max_size=3,
    unique_by=lambda session: session["number"],
)
_KNOWN = _maybe(_dict(title=_maybe(_TITLE), content=_TEXT, content_format=st.sampled_from(["markdown", "html"])))
BUNDLES = _dict(
    schema_name=st.just("lyceum.studio.program"),
    schema_version=st.just(1),
    program=_dict(
        name=_TITLE,
        description=_MAYBE,
        language=st.sampled_from(["en", "pt-BR"]),
        knowledge=_dict(brief=_KNOWN, program_matrix=_KNOWN),
        chapters=st.lists(
            _dict(title=_TITLE, number=st.integers(0, 9_999), description=_MAYBE, sessions=_SESSIONS),
            max_size=2,
            unique_by=lambda chapter: chapter["number"],
        ),
    ),
)
