"""The catalogue in one statement each: a page of it, and one course (hot paths; figures in bench/results.md).

The documents are written by the database, in the shape of `AcademyCourse`. Filters, other sorts, drafts, archived
courses and platform admins go the ordinary way.
"""

from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import ValidationError
from pydantic_core import to_json
from sqlalchemy import ColumnElement, DateTime, Integer, Uuid, and_, bindparam, select, tuple_
from starlette.responses import Response

from app.academy.caller import STANDING, callers, is_plain
from app.academy.courses.queries import SEATS_AVAILABLE, has_free_seat, is_for_organization, soonest_cohort
from app.academy.models import Cohort, Course, CourseStatus
from app.core.database.documents import as_text, document, instant
from app.core.database.driver import Statement
from app.core.http.express import json_answer
from app.core.http.pages import PageQuery, SortBy, read_cursor, write_cursor
from app.identity.deps import read_claims
from app.identity.standing import named

NEWEST_FIRST = SortBy("created_at", Course.created_at, descending=True)


def _course() -> ColumnElement[Any]:
    next_cohort = document(
        id=Cohort.id, name=Cohort.name, start_date=instant(Cohort.start_date), seats_available=SEATS_AVAILABLE
    )
    is_available = and_(has_free_seat(), is_for_organization(callers("organization_id")))
    plain = ("title", "slug", "description", "session_type", "price_b2c", "price_b2b", "currency", "max_participants")
    return document(
        id=Course.id,
        created_at=instant(Course.created_at),
        updated_at=instant(Course.updated_at),
        **{name: getattr(Course, name) for name in plain},
        impact_level=Course.impact_level,
        capability_level=Course.capability_level,
        status=Course.status,
        next_cohort=soonest_cohort(next_cohort, is_available),
    )


_IS_PUBLISHED = Course.status == CourseStatus.published
_COURSE = select(*STANDING, as_text(_course()).label("document")).where(_IS_PUBLISHED)

_ONE = Statement(
    _COURSE.add_columns(Course.version).where(Course.id == bindparam("course_id", type_=Uuid(), required=True))
)

_PAGE = (
    _COURSE.add_columns(Course.created_at, Course.id)
    .order_by(Course.created_at.desc(), Course.id.desc())
    .limit(bindparam("most", type_=Integer(), required=True))
)
_FIRST_PAGE = Statement(_PAGE)
_NEXT_PAGE = Statement(
    _PAGE.where(
        tuple_(Course.created_at, Course.id)
        < tuple_(
            bindparam("created_at", type_=DateTime(timezone=True), required=True),
            bindparam("id", type_=Uuid(), required=True),
        )
    )
)


async def serve_course(request: Request) -> Response | None:
    """One published course, with its ETag."""
    claims = read_claims(request)
    try:
        course_id = UUID(request.path_params["course_id"])
    except ValueError:
        return None
    row = await _ONE.one(request.state.drivers, course_id=course_id, **named(claims))
    if row is None or not is_plain(row, claims):
        return None
    return json_answer(row["document"], headers={"ETag": f'"{row["version"]}"'})


async def serve_page(request: Request) -> Response | None:
    """A page of the catalogue, newest first, without filters."""
    claims = read_claims(request)
    asked = request.query_params.multi_items()
    if any(name not in {"limit", "cursor"} for name, _ in asked):
        return None
    try:
        wanted = PageQuery.model_validate(dict(asked))
    except ValidationError:
        return None
    values = {"most": wanted.limit + 1, **named(claims)}
    if wanted.cursor:
        created_at, last = read_cursor(NEWEST_FIRST, wanted.cursor)
        rows = await _NEXT_PAGE.all(request.state.drivers, created_at=created_at, id=last, **values)
    else:
        rows = await _FIRST_PAGE.all(request.state.drivers, **values)
    if not rows or not is_plain(rows[0], claims):
        return None
    return json_answer(_page(rows, wanted.limit))


def _page(rows: list[Any], limit: int) -> str:
    shown = rows[:limit]
    last = shown[-1]
    following = write_cursor(NEWEST_FIRST, last["created_at"], last["id"]) if len(rows) > limit else None
    items = ",".join([row["document"] for row in shown])
    return f'{{"items":[{items}],"next_cursor":{to_json(following).decode()}}}'
