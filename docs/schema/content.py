"""What is in the pictures: tables in groups, their columns, and which of their references are drawn as lines."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Table
from sqlalchemy.orm import DeclarativeBase

PROJECT = Path(__file__).parents[2]

SYSTEMS = {
    "core": "what all systems share",
    "academy": "cohort courses and everything around them",
    "community": "spaces, posts, members",
    "tracker": "church courses, kept in step with Planning Center",
    "studio": "content produced for clients",
    "crm": "programs that organizations run",
}

# The academy is too large for one picture. Each file of its models belongs to one of these; what others stand on comes
# first.
ACADEMY = {
    "people": "people organizations invites domains entitlements privacy peers external_communities",
    "catalogue": "courses cohorts lessons kit recordings",
    "seats": "enrollments payments waitlist office_hours chat",
    "library": "resources glossary prompts library_use",
    "skills": "skills evidence levels",
    "paths": "paths path_steps path_enrollments path_purchases",
    "assessments": "assessments questions attempts gradings gains",
    "credentials": "credentials signing_keys",
    "discussions": "discussions reactions moderation",
    "managers": "managers teams snapshots reports reminders",
    "outside": "contact analytics",
}

# What so many of other groups point at would be a knot of lines: it is named in their rows only.
MOST_LINES = 6

# In every table, or nothing that a reader looks for.
UNSAID = {"id", "created_at", "updated_at", "version", "search"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box. `is_link`: it says whom the table points at."""

    text: str
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A table, or in an overview a group of tables. `about` is what the models say of it."""

    name: str
    about: str
    rows: tuple[Row, ...]
    table: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """From a row of a box to the box that it points at."""

    box: str
    row: int
    target: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One file. Groups are files of models."""

    name: str
    title: str
    groups: dict[str, list[Box]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def pictures() -> Iterator[Picture]:
    """All of them: one per system, and one per part of the academy."""
    know_all_models()
    for system, words in SYSTEMS.items():
        own = [model for model in mapped() if _system(model) == system]
        if system != "academy":
            yield _detailed(system, f"{system}: {words}", own)
            continue
        part_of = {file: part for part, files in ACADEMY.items() for file in files.split()}
        if strange := {_file(model) for model in own} - set(part_of):
            raise SystemExit(f"docs/schema/content.py does not say which part of the academy these are: {strange}")
        parts = {part: [model for model in own if part_of[_file(model)] == part] for part in ACADEMY}
        yield _overview("academy", f"academy: {words}", parts)
        for part, inside in parts.items():
            yield _detailed(f"academy-{part}", f"academy, {part}", inside)


def know_all_models() -> None:
    """Import every file of models: those that `migrations/env.py` compares the database with."""
    environment = ast.parse((PROJECT / "migrations" / "env.py").read_text(encoding="utf-8"))
    for node in environment.body:
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name.startswith("app."):
                    import_module(each.name)


def mapped() -> list[type[Any]]:
    """Every class with a table that is known so far, by the names of the tables."""
    return sorted(_models(DeclarativeBase), key=lambda model: model.__table__.fullname)


def about(model: type[Any]) -> str:
    """What the model says of itself, in one line."""
    return re.sub(r"\s+", " ", (model.__doc__ or "").strip())


def _models(base: type[Any]) -> set[type[Any]]:
    found = set(base.__subclasses__())
    return {each for each in found if "__table__" in vars(each)}.union(*(_models(each) for each in found))


def _system(model: type[Any]) -> str:
    """Whose code the model is, or `core`: one table of the webhooks lies in the schema of another system."""
    room = model.__module__.split(".")[1]
    return room if room in SYSTEMS else "core"


def _file(model: type[Any]) -> str:
    """`app.academy.models.paths` is `paths`, `app.identity.models.sign_in` is `identity sign in`."""
    parts = [part for part in model.__module__.split(".") if part not in {"app", "core", "http", "models"}]
    return parts[-1] if model.__table__.schema in parts else " ".join(parts)


# Tables ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _detailed(name: str, title: str, models: Sequence[type[Any]]) -> Picture:
    group_of = {model.__table__.fullname: _file(model) for model in models}
    pointed_at = Counter(key.target for model in models for key in _keys(model.__table__))
    picture = Picture(name, title)
    for model in models:
        table = model.__table__
        keys = _keys(table)
        rows = [Row(f"{key.text} → {_short(key.target, table)}", is_link=True) for key in keys]
        rows += [Row(text) for text in _wrapped(_told(column) for column in table.columns if _is_said(column, keys))]
        box = Box(table.name, about(model), tuple(rows), table.fullname)
        picture.groups.setdefault(_file(model).replace("_", " "), []).append(box)
        for at, key in enumerate(keys):
            group = group_of.get(key.target)
            is_near = group == _file(model) or pointed_at[key.target] <= MOST_LINES
            if group and is_near and key.target != table.fullname:
                picture.lines.append(Line(table.name, at, key.target.partition(".")[2]))
    return picture


@dataclass(frozen=True, slots=True)
class _Key:
    columns: tuple[str, ...]
    text: str
    target: str


def _keys(table: Table) -> list[_Key]:
    """References, in the order of their columns; one over several columns only where none is over one of them."""
    constraints = [each for each in table.constraints if isinstance(each, ForeignKeyConstraint)]
    single = {each.column_keys[0] for each in constraints if len(each.column_keys) == 1}
    found = []
    for each in constraints:
        own = [column for column in each.columns if len(each.column_keys) == 1 or column.name not in single]
        if own:
            names = tuple(column.name for column in own)
            found.append(
                _Key(
                    names,
                    ", ".join(_told(column) for column in own),
                    each.elements[0].target_fullname.rpartition(".")[0],
                )
            )
    order = list(table.columns.keys())
    return sorted(found, key=lambda key: (order.index(key.columns[0]), key.target))


def _short(target: str, table: Table) -> str:
    return target.removeprefix(f"{table.schema}.")


def _is_said(column: Column[Any], keys: Sequence[_Key]) -> bool:
    return column.name not in UNSAID and not any(column.name in key.columns for key in keys)


def _told(column: Column[Any]) -> str:
    return column.name + ("?" if column.nullable else "")


def _wrapped(words: Iterable[str], width: int = 34) -> Iterator[str]:
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield line


# Groups ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _overview(name: str, title: str, parts: dict[str, list[type[Any]]]) -> Picture:
    """One box per part: its tables, and the parts that they point at. Lines only where no way leads over a third."""
    picture = Picture(name, title)
    part_of = {model.__table__.fullname: part for part, models in parts.items() for model in models}
    needs: dict[str, list[str]] = {}
    for part, models in parts.items():
        others = {part_of.get(key.target, part) for model in models for key in _keys(model.__table__)} - {part}
        needs[part] = [each for each in parts if each in others]
        rows = [
            *(Row(model.__table__.name) for model in models),
            *(Row(f"→ {each}", is_link=True) for each in needs[part]),
        ]
        picture.groups[part] = [Box(part, "", tuple(rows))]
    order = list(parts)
    before = {part: [each for each in needs[part] if order.index(each) < order.index(part)] for part in parts}
    for part, nearer in before.items():
        farther = {each for other in nearer for each in _all_before(other, before)}
        at = len(parts[part])
        picture.lines.extend(Line(part, at + needs[part].index(each), each) for each in nearer if each not in farther)
    return picture


def _all_before(part: str, before: dict[str, list[str]]) -> set[str]:
    return set(before[part]).union(*(_all_before(each, before) for each in before[part]))
