"""The library: stars that add up, ratings that count once, bookmarks of three kinds (A-TAB-19 to A-TAB-23)."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Text, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    GlossaryRelatedTerm,
    GlossaryTerm,
    GlossaryTermSkill,
    ModelSettings,
    Prompt,
    PromptSkill,
    PromptVariable,
    Resource,
    ResourceCourse,
    ResourceInteraction,
    ResourceSkill,
    TeamSkill,
    UserBookmark,
    VariableType,
)
from app.core.clock import utc_now
from app.core.constraints import constraint_of
from app.core.ids import new_id
from tests.academy.models.people.scene import PLAIN, Scene
from tests.support.refusals import is_there, kept, refused

Build = Callable[[Scene], Any]
SELECT = {"name": "tone", "description": "How", "type": "select", "required": True, "options": ["warm", "dry"]}


def rated(scene: Scene, **more: Any) -> ResourceInteraction:
    """The learner rates the resource with four stars."""
    return scene.of(ResourceInteraction, **{"interaction_type": "rate", "rating": 4} | more)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(Resource, type="podcast"), "ck_resources_type"),
        (lambda s: s.of(Resource, access_level="secret"), "ck_resources_access_level"),
        (lambda s: s.of(Resource, view_count=-1), "ck_resources_counts"),
        (lambda s: s.of(Resource, rating_sum=1), "ck_resources_rating"),
        (lambda s: s.of(Resource, rating_count=2, rating_sum=11), "ck_resources_rating"),
        (lambda s: s.of(Resource, rating_count=2, rating_sum=10), None),
        (lambda s: s.of(Resource, slug=s.resource.slug), "uq_resources_slug"),
        (lambda s: s.of(GlossaryTerm, slug=s.term.slug), "uq_glossary_terms_slug"),
        (lambda s: s.of(GlossaryRelatedTerm, related_term_id=s.term.id), "ck_glossary_related_terms_not_itself"),
        (lambda s: s.of(Prompt, category="poetry"), "ck_prompts_category"),
        (lambda s: s.of(Prompt, access_level="course_specific"), "ck_prompts_access_level"),
        (lambda s: s.of(Prompt, slug=s.prompt.slug), "uq_prompts_slug"),
        (lambda s: s.of(Prompt, use_count=-1), "ck_prompts_use_count"),
        (lambda s: s.of(ResourceInteraction, interaction_type="eat"), "ck_resource_interactions_interaction_type"),
        (lambda s: s.of(ResourceInteraction, prompt_id=s.prompt.id), "ck_resource_interactions_item"),
        (lambda s: s.of(ResourceInteraction, rating=5), "ck_resource_interactions_rated"),
        (lambda s: rated(s, rating=None), "ck_resource_interactions_rated"),
        (lambda s: rated(s, rating=6), "ck_resource_interactions_rating"),
        (lambda s: s.of(ResourceInteraction, superseded_at=utc_now()), "ck_resource_interactions_superseded"),
        (
            lambda s: rated(s, resource_id=None, glossary_term_id=s.term.id),
            "ck_resource_interactions_terms_are_not_rated",
        ),
        (lambda s: s.of(ResourceInteraction, resource_id=None, glossary_term_id=s.term.id), None),
        (lambda s: rated(s, resource_id=None, prompt_id=s.prompt.id), None),
        (lambda s: s.of(ResourceInteraction, resource_id=None), "not null"),
        (lambda s: s.of(UserBookmark, saved_term_id=s.term.id), "ck_user_bookmarks_item"),
        (lambda s: s.of(UserBookmark, saved_resource_id=None), "not null"),
    ],
)
async def test_a_row_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


# Stars


@pytest.mark.req("Z-134")
async def test_of_somebody_s_ratings_one_counts(session: AsyncSession, scene: Scene) -> None:
    first = rated(scene)
    assert await refused(session, first, rated(scene, rating=2)) == "uq_resource_interactions_rating"
    first.superseded_at = utc_now()
    assert await refused(session, rated(scene, rating=2)) is None


@pytest.mark.req("Z-134")
async def test_everybody_rates_and_everything_is_rated_on_its_own(session: AsyncSession, scene: Scene) -> None:
    others = rated(scene, user_id=scene.peer.id), rated(scene, resource_id=None, prompt_id=scene.prompt.id)
    assert await refused(session, rated(scene), *others) is None


async def test_the_average_follows_the_stars(session: AsyncSession, scene: Scene) -> None:
    assert scene.resource.rating is None
    for stars in (5, 4, 4):
        more = {"rating_sum": Resource.rating_sum + stars, "rating_count": Resource.rating_count + 1}
        await session.execute(update(Resource).where(Resource.id == scene.resource.id).values(more))
    await session.refresh(scene.resource)
    assert scene.resource.rating == pytest.approx(13 / 3)


# Bookmarks


@pytest.mark.req("A-TAB-23")
@pytest.mark.parametrize(
    ("which", "item", "kind"),
    [
        ("saved_resource_id", "resource", "resource"),
        ("saved_term_id", "term", "glossary"),
        ("saved_prompt_id", "prompt", "prompt"),
    ],
)
async def test_a_bookmark_says_what_it_marks_and_goes_with_it(
    session: AsyncSession, scene: Scene, which: str, item: str, kind: str
) -> None:
    marked = getattr(scene, item)
    bookmark = scene.of(UserBookmark, **{"saved_resource_id": None, which: marked.id}, notes="Read again")
    session.add(bookmark)
    await session.flush()
    await session.refresh(bookmark)
    assert (bookmark.resource_type, bookmark.resource_id) == (kind, str(marked.id))
    again = scene.of(UserBookmark, **{"saved_resource_id": None, which: marked.id})
    assert await refused(session, again) == "uq_user_bookmarks_item"
    assert await kept(session, marked) is None
    assert not await is_there(session, bookmark)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (lambda s: {"resource_id": s.resource.id}, "resource"),
        (lambda s: {"resource_id": None, "glossary_term_id": s.term.id}, "glossary"),
        (lambda s: {"resource_id": None, "prompt_id": s.prompt.id}, "prompt"),
    ],
)
async def test_an_interaction_says_what_was_acted_on(
    session: AsyncSession, scene: Scene, values: Callable[[Scene], dict[str, Any]], kind: str
) -> None:
    wanted = values(scene)
    session.add(done := scene.of(ResourceInteraction, **wanted))
    await session.flush()
    await session.refresh(done)
    assert (done.item_type, done.item_id) == (kind, next(id_ for id_ in wanted.values() if id_))


async def test_a_resource_forgets_a_course_that_is_gone(session: AsyncSession, scene: Scene) -> None:
    session.add(only := scene.of(ResourceCourse))
    await session.flush()
    assert await kept(session, scene.resource) is None
    assert not await is_there(session, only)


@pytest.mark.parametrize("table", [ResourceSkill, GlossaryTermSkill, PromptSkill, TeamSkill])
async def test_a_skill_that_is_gone_is_nobody_s(session: AsyncSession, scene: Scene, table: type[Any]) -> None:
    session.add(about := scene.of(table))
    await session.flush()
    assert await kept(session, scene.skill) is None
    assert not await is_there(session, about)


# Documents


@pytest.mark.req("A-TAB-57")
async def test_a_prompt_gives_back_its_documents(session: AsyncSession, scene: Scene) -> None:
    variables = [PromptVariable.model_validate(SELECT | {"default_value": "dry"})]
    settings = ModelSettings(temperature=0.2)
    session.add(made := scene.of(Prompt, variables=variables, model_settings=settings))
    await session.flush()
    await session.refresh(made)
    assert (made.variables, made.model_settings) == (variables, settings)
    assert made.variables[0].type is VariableType.select


@pytest.mark.req("A-TAB-57")
@pytest.mark.parametrize(
    "variable",
    [
        SELECT | {"type": "number"},
        SELECT | {"options": []},
        SELECT | {"type": "text"},
        SELECT | {"default_value": "loud"},
        SELECT | {"name": ""},
        SELECT | {"hint": "?"},
    ],
)
def test_a_variable_that_nobody_could_fill_in_is_no_variable(variable: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PromptVariable.model_validate(variable)


@pytest.mark.req("A-TAB-57")
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"variables": '{"name": "tone"}'}, "ck_prompts_variables_shape"),
        ({"variables": '[{"name": "tone"}]'}, "ck_prompts_variables_shape"),
        (
            {"variables": '[{"name": "n", "description": "d", "type": "number", "required": true}]'},
            "ck_prompts_variable_types",
        ),
        ({"model_settings": '{"temperature": "hot"}'}, "ck_prompts_model_settings_shape"),
        ({"model_settings": "[]"}, "ck_prompts_model_settings_shape"),
        ({"model_settings": '{"max_tokens": 100}'}, None),
    ],
)
async def test_hand_written_sql_is_held_to_the_shapes_too(
    session: AsyncSession, scene: Scene, values: dict[str, str], constraint: str | None
) -> None:
    found = None
    raw = {name: cast(literal(value, Text), JSONB) for name, value in values.items()}
    try:
        async with session.begin_nested():
            await session.execute(insert(Prompt).values({"id": new_id()} | PLAIN[Prompt](scene) | raw))
    except IntegrityError as error:
        found = constraint_of(error)
    assert found == constraint


# Search


@pytest.mark.parametrize(
    ("table", "words", "found"),
    [
        (Resource, "strategy", True),
        (Resource, "adoption", True),
        (Resource, "poetry", False),
        (GlossaryTerm, "llm", True),
        (GlossaryTerm, "predicts", True),
        (Prompt, "product", True),
        (Prompt, "sales email", True),
    ],
)
async def test_words_are_found_wherever_they_stand(
    session: AsyncSession, scene: Scene, table: type[Any], words: str, found: bool
) -> None:
    session.add(scene.of(table))
    await session.flush()
    hits = select(func.count()).select_from(table).where(table.search.op("@@")(func.plainto_tsquery("simple", words)))
    assert bool(await session.scalar(hits)) is found


async def test_a_word_in_the_title_weighs_more_than_one_in_the_text(session: AsyncSession, scene: Scene) -> None:
    session.add(below := scene.of(Resource, title="Other", content="A canvas for planning"))
    await session.flush()
    query = func.plainto_tsquery("simple", "canvas")
    order = (
        select(Resource.id).where(Resource.search.op("@@")(query)).order_by(func.ts_rank(Resource.search, query).desc())
    )
    assert (await session.scalars(order)).all() == [scene.resource.id, below.id]


async def test_a_text_longer_than_the_index_is_taken(session: AsyncSession, scene: Scene) -> None:
    long = " ".join(f"{number:x}wörter" for number in range(200_000))
    assert await refused(session, scene.of(Resource, content=long)) is None
