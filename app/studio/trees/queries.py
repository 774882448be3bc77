"""The statement that writes the tree. Whether there is one for the caller is decided by row-level security."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Select, bindparam, case, func, literal_column, null, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database.documents import as_text, document, instant
from app.core.errors import NotFound
from app.studio.models import Article, Chapter, ContentSession, Exercise, Program, Quiz, Video
from app.studio.trees.schemas import (
    StudioProgramTree,
    StudioTreeArticle,
    StudioTreeChapter,
    StudioTreeExercise,
    StudioTreeQuiz,
    StudioTreeSession,
    StudioTreeVideo,
)

# Each content, and where a field is called otherwise in its table.
_CONTENTS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "article": (Article, StudioTreeArticle, {}),
    "video": (Video, StudioTreeVideo, {}),
    "quiz": (Quiz, StudioTreeQuiz, {"metadata": Quiz.settings}),
    "exercise": (Exercise, StudioTreeExercise, {}),
}


def _fields(schema: Any, table: Any, **other: Any) -> dict[str, Any]:
    """The fields of a schema, each from the column of its name unless told otherwise."""
    return {name: other.get(name, getattr(table, name, None)) for name in schema.model_fields}


def _in_order(part: ColumnElement[Any], place: InstrumentedAttribute[int]) -> ColumnElement[Any]:
    empty = literal_column("'[]'::json", JSON)
    return func.coalesce(func.json_agg(aggregate_order_by(part, place)), empty)


def _tree() -> Select[str]:
    contents = {
        name: case((table.id.is_not(None), document(**_fields(schema, table, **other))), else_=null())
        for name, (table, schema, other) in _CONTENTS.items()
    }
    content_session = document(**_fields(StudioTreeSession, ContentSession, **contents))
    sessions = select(_in_order(content_session, ContentSession.order_index)).select_from(ContentSession)
    for table, _, _ in _CONTENTS.values():
        sessions = sessions.outerjoin(table, table.session_id == ContentSession.id)
    of_chapter = sessions.where(ContentSession.chapter_id == Chapter.id).scalar_subquery()
    chapter = document(**_fields(StudioTreeChapter, Chapter, sessions=of_chapter))
    chapters = select(_in_order(chapter, Chapter.order_index)).where(Chapter.program_id == Program.id)
    times = {name: instant(getattr(Program, name)) for name in ("created_at", "updated_at")}
    program = document(**_fields(StudioProgramTree, Program, chapters=chapters.scalar_subquery(), **times))
    return select(as_text(program)).where(Program.id == bindparam("program_id"))


TREE = _tree()
"""The whole document as text, of the program `program_id`."""


async def get_tree(session: AsyncSession, program_id: UUID) -> str:
    """A program with all that is in it, as a JSON document. Raises `NotFound`."""
    found = await session.scalar(TREE, {"program_id": program_id})
    if found is None:
        raise NotFound
    return found
