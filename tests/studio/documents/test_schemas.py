"""The published schemas: whoever validates with them comes to the API's verdict, whatever the document (S-CNT-02)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from app.core.http.problems import field_errors
from app.studio.contents.schemas import StudioArticleCreate, StudioExerciseCreate, StudioQuizCreate
from app.studio.documents.rules import published
from app.studio.documents.schemas import StudioSchemaName
from tests.studio.desk import DRAFTS
from tests.support.client import ApiClient

Json = dict[str, Any]

# Every JSON value; text as JSON has it, which is without lone surrogates.
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.one_of(
    st.integers(-5, 2_000),
    st.integers(10**20, 10**21),
    st.floats(-5, 2_000, allow_nan=False),
    st.sampled_from([2.0, 1e300]),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), NUMBERS, TEXT, st.sampled_from(["1", "true", "https://example.com", "a" * 2_001])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(TEXT, inner, max_size=2)),
    max_leaves=4,
)

# Where a document stands in the body of a request, and which body that is.
BODIES: dict[StudioSchemaName, tuple[type[BaseModel], str | None, Json]] = {
    StudioSchemaName.quiz_questions: (StudioQuizCreate, "questions", DRAFTS["quiz"]),
    StudioSchemaName.quiz_metadata: (StudioQuizCreate, "metadata", DRAFTS["quiz"]),
    StudioSchemaName.article_sources: (StudioArticleCreate, "sources", DRAFTS["article"]),
    StudioSchemaName.exercise: (StudioExerciseCreate, None, DRAFTS["exercise"]),
}


def near(schema: Json, root: Json) -> st.SearchStrategy[Any]:
    """Values that mostly fit a schema: each part is now and then something else, missing, or one too many."""
    if "$ref" in schema:
        return near(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return st.one_of(*(near(choice, root) for choice in schema["anyOf"]))
    return st.integers(0, 19).flatmap(lambda dice: ANYTHING if dice == 0 else fitting(schema, root))


def fitting(schema: Json, root: Json) -> st.SearchStrategy[Any]:  # noqa: PLR0911  (one answer per type)
    """Values of a schema's own type, mostly within its bounds."""
    match schema:
        case {"enum": values}:
            return st.sampled_from(values)
        case {"type": "object"}:
            needed = {
                name: near(part, root)
                for name, part in schema["properties"].items()
                if name in schema.get("required", ())
            }
            more = {name: near(part, root) for name, part in schema["properties"].items() if name not in needed}
            whole = st.fixed_dictionaries(needed, optional=more)
            return st.tuples(whole, st.integers(0, 19), st.randoms(use_true_random=False)).map(bent)
        case {"type": "array"}:
            return st.lists(near(schema["items"], root), max_size=3)
        case {"type": "integer"}:
            return st.one_of(st.integers(schema["minimum"] - 1, schema["maximum"] + 1), st.sampled_from([1.0, 1.5]))
        case {"type": "number"}:
            return st.floats(schema["minimum"] - 1, schema["maximum"] + 1)
        case {"type": "boolean"}:
            return st.booleans()
        case {"type": "null"}:
            return st.none()
        case {"pattern": pattern} if pattern.startswith("^https"):
            return st.one_of(st.just("https://example.com/a"), TEXT)
    return TEXT


def bent(drawn: tuple[Json, int, Any]) -> Json:
    """One key of an object missing or too many, now and then."""
    whole, dice, chance = drawn
    if dice == 0 and whole:
        whole.pop(chance.choice(sorted(whole)))
    if dice == 1:
        whole["unheard_of"] = 1
    return whole


def body_of(name: StudioSchemaName, document: Any) -> tuple[type[BaseModel], Json]:
    """The request that carries a document."""
    model, field, draft = BODIES[name]
    if field is not None:
        return model, {**draft, field: document}
    rest = {key: value for key, value in draft.items() if key != "ai_mentor"}
    return model, {**rest, **document}


def refusal(model: type[BaseModel], body: Json) -> set[str] | None:
    """Where the API points in a body that it refuses; None when it takes it."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        return {each.pointer for each in field_errors(found, body)}
    return None


def places(validator: Draft202012Validator, document: Any, prefix: str) -> set[str]:
    """Where the library points: at the value, or at the key that is missing or too many."""
    found = set()
    for error in validator.iter_errors(document):
        here = prefix + "".join(f"/{part}" for part in error.absolute_path)
        found.add(here)
    return found


@pytest.mark.req("S-CNT-02", "Z-195")
@pytest.mark.parametrize("name", StudioSchemaName)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_any_library_comes_to_the_verdict_of_the_api_and_points_to_the_same_places(
    name: StudioSchemaName, data: st.DataObject
) -> None:
    schema = published(name)
    validator = Draft202012Validator(schema)
    document = data.draw(near(schema, schema))
    field = BODIES[name][1]
    if field is None and not (isinstance(document, dict) and not set(document) & {"exercise_type", "title"}):
        return  # it cannot be spread over a body
    if field in {"metadata", "sources"} and document is None:
        return  # none at all is the body's own business
    model, body = body_of(name, document)
    told = refusal(model, body)
    wrong = places(validator, document, f"/{field}" if field else "")
    assert (told is None) == (not wrong), (document, told, wrong)
    for pointer in told or ():
        # A missing or unknown key is an error of its object to the library, and of the key to us.
        assert any(pointer.startswith(place) for place in wrong), (pointer, wrong)


@pytest.mark.parametrize("name", StudioSchemaName)
def test_the_documents_of_the_property_are_good_and_bad(name: StudioSchemaName) -> None:
    """A property over documents that all fit, or that all do not, would prove nothing."""
    schema = published(name)
    validator = Draft202012Validator(schema)
    verdicts = []

    @settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(near(schema, schema))
    def look(document: Any) -> None:
        verdicts.append(validator.is_valid(document))

    look()
    assert 3 < sum(verdicts) < len(verdicts) - 3


@pytest.mark.req("S-CNT-02")
@pytest.mark.parametrize("name", StudioSchemaName)
async def test_each_schema_is_public_stands_alone_and_has_an_example_that_fits(client: ApiClient, name: str) -> None:
    answer = await client.get(f"/studio/schemas/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert schema["examples"]
    for example in schema["examples"]:
        Draft202012Validator(schema).validate(example)


async def test_a_schema_that_there_is_not_is_not_found(client: ApiClient) -> None:
    answer = await client.get("/studio/schemas/poem")
    assert (answer.status_code, answer.json()["code"]) == (404, "studio.unknown_schema")
