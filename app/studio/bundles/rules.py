"""From a program to its bundle, from a bundle to its bytes and to its rows."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from app.core.errors import FieldError
from app.core.http.problems import field_errors
from app.core.ids import new_id
from app.studio.bundles.errors import ProgramNotPortable
from app.studio.bundles.schemas import (
    SCHEMA_NAME,
    SCHEMA_VERSION,
    StudioBundleChapter,
    StudioBundleProgram,
    StudioBundleSession,
    StudioProgramBundle,
)
from app.studio.chapters.schemas import StudioChapterCreate
from app.studio.contents.rules import TABLES, column_of
from app.studio.contents.schemas import (
    StudioArticleCreate,
    StudioExerciseCreate,
    StudioQuizCreate,
    StudioVideoCreate,
)
from app.studio.models import Chapter, ContentSession, ContentType, ProgramKnowledge
from app.studio.sessions.schemas import StudioContentSessionCreate

Rows = dict[type[Any], list[dict[str, Any]]]


# What a content of each kind is created with.
_CREATES: dict[ContentType, type[BaseModel]] = {
    ContentType.article: StudioArticleCreate,
    ContentType.video: StudioVideoCreate,
    ContentType.quiz: StudioQuizCreate,
    ContentType.exercise: StudioExerciseCreate,
}


def bundle_of(tree: str, knowledge: Mapping[str, Any]) -> StudioProgramBundle:
    """The bundle of a program, from its tree as JSON and its knowledge by type. Raises `ProgramNotPortable`."""
    program = from_json(tree)
    chapters = [
        _picked(StudioBundleChapter, chapter, sessions=[_session(each) for each in chapter["sessions"]])
        for chapter in program["chapters"]
    ]
    document = {
        "schema_name": SCHEMA_NAME,
        "schema_version": SCHEMA_VERSION,
        "program": _picked(StudioBundleProgram, program, knowledge=dict(knowledge), chapters=chapters),
    }
    try:
        return StudioProgramBundle.model_validate(document)
    except ValidationError as error:
        found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise ProgramNotPortable(errors=field_errors(found, document)) from None


def _session(session: dict[str, Any]) -> dict[str, Any]:
    contents = {
        kind.value: _picked(_CREATES[kind], session[kind.value]) if session[kind.value] else None for kind in TABLES
    }
    return _picked(StudioBundleSession, session, **contents)


def _picked(shape: type[BaseModel], found: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """The fields of a shape: those of `parts` as they are there, the others as they were found."""
    return {name: parts[name] if name in parts else found[name] for name in shape.model_fields}


def written(bundle: StudioProgramBundle) -> bytes:
    """A bundle as a file: keys in the order of the schema, nothing left out, UTF-8."""
    return to_json(bundle, indent=2) + b"\n"


def repeated(program: StudioBundleProgram) -> tuple[FieldError, ...]:
    """Numbers that stand twice where each may stand once."""
    return tuple(_repeated(program))


def _repeated(program: StudioBundleProgram) -> Iterator[FieldError]:
    chapters: set[int] = set()
    for place, chapter in enumerate(program.chapters):
        pointer = f"/program/chapters/{place}"
        if chapter.number in chapters:
            yield FieldError(f"{pointer}/number", "repeated", "A chapter above has this number already")
        chapters.add(chapter.number)
        sessions: set[str] = set()
        for inner, session in enumerate(chapter.sessions):
            if session.number in sessions:
                yield FieldError(
                    f"{pointer}/sessions/{inner}/number", "repeated", "A session above has this number already"
                )
            sessions.add(session.number)


def rows_of(program_id: UUID, program: StudioBundleProgram, author: UUID | None) -> Rows:
    """The rows of everything inside a program, table by table, each behind those that it points at."""
    rows: Rows = {table: [] for table in (ProgramKnowledge, Chapter, ContentSession, *TABLES.values())}

    def add(table: type[Any], given: dict[str, Any], **more: Any) -> UUID:
        made = new_id()
        rows[table].append({"id": made, "created_by": author, **given, **more})
        return made

    for kind, known in program.knowledge:
        if known is not None:
            add(ProgramKnowledge, _fields(known), program_id=program_id, type=kind, edited_by=author)
    for place, chapter in enumerate(program.chapters, start=1):
        own = _fields(chapter, StudioChapterCreate)
        chapter_id = add(Chapter, own, program_id=program_id, order_index=place)
        for inner, session in enumerate(chapter.sessions, start=1):
            own = _fields(session, StudioContentSessionCreate)
            session_id = add(ContentSession, own, chapter_id=chapter_id, order_index=inner)
            for kind, table in TABLES.items():
                if content := getattr(session, kind.value):
                    add(table, {column_of(name): value for name, value in content}, session_id=session_id)
    return rows


def _fields(given: BaseModel, shape: type[BaseModel] | None = None) -> dict[str, Any]:
    return {name: getattr(given, name) for name in (shape or type(given)).model_fields}
