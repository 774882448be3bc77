"""Pictures and types of the schema: complete, current, the same for the same models."""

import json
from collections import Counter

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from app.core.database.model import metadata
from app.notifications.models import Notification
from docs.schema import __main__ as command
from docs.schema.content import pictures
from docs.schema.drawing import draw
from docs.schema.types import document
from tests.support.copies import Copy

TYPES = json.loads(document())


def test_pictures_and_types_are_what_the_models_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(check=True) == 0, capsys.readouterr().err


def test_every_table_is_in_one_picture() -> None:
    drawn = Counter(box.table for picture in pictures() for boxes in picture.groups.values() for box in boxes)
    del drawn[""]  # the parts of an overview
    assert drawn == Counter(metadata.tables.keys())


def test_a_changed_model_is_noticed_where_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Notification, "__doc__", "Something else.")
    assert [name for name, _ in command.outdated()] == ["tables.json", "core.svg"]


def test_the_same_models_give_the_same_bytes() -> None:
    picture = next(pictures())
    first = draw(picture)
    assert draw(picture) == first
    assert (command.FOLDER / f"{picture.name}.svg").read_text(encoding="utf-8") == first


# Types ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _name(table: str) -> str:
    return "".join(part.title() for part in table.replace(".", "_").split("_"))


@pytest.mark.req("T-GEN-02")
def test_every_table_has_its_type() -> None:
    schemas = TYPES["components"]["schemas"]
    assert {_name(table) for table in metadata.tables} - set(schemas) == set()
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.slow
@pytest.mark.req("T-GEN-02")
async def test_rows_are_of_the_type_of_their_table(filled: Copy) -> None:
    """Documents aside: what fills the tables knows only what the database asks of them."""
    registry = Registry().with_resource("urn:tables", DRAFT202012.create_resource(TYPES))
    for name, table in metadata.tables.items():
        validator = Draft202012Validator({"$ref": f"urn:tables#/components/schemas/{_name(name)}"}, registry=registry)
        documents = {column.name for column in table.columns if "JSON" in str(column.type)}
        for (row,) in await filled.as_owner(f"SELECT to_jsonb(t) FROM {name} t LIMIT 3"):  # noqa: S608  (our own names)
            wrong = [error for error in validator.iter_errors(row) if error.path[0] not in documents]
            assert wrong == []
