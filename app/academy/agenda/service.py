"""Verbs on agendas, each under the lock of the course: what is checked stays true until the commit."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, Uuid, column, delete, or_, update, values
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.agenda import queries
from app.academy.agenda.errors import DayOutsideCourse
from app.academy.agenda.schemas import (
    AcademyClassSessionCreate,
    AcademyClassSessionPlace,
    AcademyClassSessionUpdate,
)
from app.academy.courses import rules as courses
from app.academy.courses.queries import lock_course
from app.academy.models import ClassSession, Course
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.patch import patch
from app.core.errors import FieldError, Invalid
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import AgendaChanged


async def create_session(
    session: AsyncSession, actor: AcademyActor, course: Course, data: AcademyClassSessionCreate
) -> ClassSession:
    """Put an item into the agenda; without a place of its own, last in its day. Raises `DayOutsideCourse`."""
    allow(actor, Permission.COURSE_EDIT, course)
    course = await lock_course(session, course.id)
    _require_day(course, data.day_number, "/day_number")
    order = data.order_in_day or await queries.last_order(session, course.id, data.day_number) + 1
    item = ClassSession(id=new_id(), course_id=course.id, **data.model_dump() | {"order_in_day": order})
    session.add(item)
    emit(session, AgendaChanged(course_id=course.id))
    return await queries.get_session(session, actor, item.id)


async def update_session(
    session: AsyncSession,
    actor: AcademyActor,
    item: ClassSession,
    data: AcademyClassSessionUpdate,
    if_match: str | None = None,
) -> ClassSession:
    """Change the fields that were sent. Raises `Stale` and `DayOutsideCourse`; a taken place is refused."""
    allow(actor, Permission.COURSE_EDIT, item)
    course = await lock_course(session, item.course_id)
    item = await queries.get_session(session, actor, item.id)
    require_match(item, if_match)
    changed = patch(item, data)
    _require_day(course, item.day_number, "/day_number")
    if changed:
        emit(session, AgendaChanged(course_id=course.id))
    return await queries.get_session(session, actor, item.id)


async def delete_session(
    session: AsyncSession, actor: AcademyActor, item: ClassSession, if_match: str | None = None
) -> None:
    """Take an item out of the agenda; the others keep their places."""
    allow(actor, Permission.COURSE_EDIT, item)
    await lock_course(session, item.course_id)
    item = await queries.get_session(session, actor, item.id)
    require_match(item, if_match)
    await session.execute(delete(ClassSession).where(ClassSession.id == item.id))
    emit(session, AgendaChanged(course_id=item.course_id))


async def order_agenda(
    session: AsyncSession, actor: AcademyActor, course: Course, places: Sequence[AcademyClassSessionPlace]
) -> None:
    """Give class sessions their new places, all of them or none (A-CRS-06).

    One statement: the unique constraint looks at what it leaves behind, so sessions may swap places.
    """
    allow(actor, Permission.COURSE_EDIT, course)
    course = await lock_course(session, course.id)
    _require_own(places, known=await queries.ids_in_agenda(session, course.id))
    for index, place in enumerate(places):
        _require_day(course, place.day_number, f"/items/{index}/day_number")
    wanted = values(
        column("id", Uuid), column("day_number", Integer), column("order_in_day", Integer), name="wanted"
    ).data([(place.session_id, place.day_number, place.order_in_day) for place in places])
    moves = or_(
        ClassSession.day_number != wanted.c.day_number,
        ClassSession.order_in_day != wanted.c.order_in_day,
    )
    moved = await session.scalars(
        update(ClassSession)
        .where(ClassSession.id == wanted.c.id, moves)
        .values(
            day_number=wanted.c.day_number,
            order_in_day=wanted.c.order_in_day,
            version=ClassSession.version + 1,
        )
        .returning(ClassSession.id)
        .execution_options(synchronize_session=False)
    )
    if moved.all():
        emit(session, AgendaChanged(course_id=course.id))


def _require_own(places: Sequence[AcademyClassSessionPlace], known: set[UUID]) -> None:
    """Raise `Invalid`, naming each place whose session is not of this agenda or comes twice."""
    wrong = []
    seen: set[UUID] = set()
    for index, place in enumerate(places):
        if place.session_id not in known:
            wrong.append(FieldError(f"/items/{index}/session_id", "unknown", "No such session in this agenda"))
        if place.session_id in seen:
            wrong.append(FieldError(f"/items/{index}/session_id", "repeated", "This session has another place above"))
        seen.add(place.session_id)
    if wrong:
        raise Invalid(errors=tuple(wrong))


def _require_day(course: Course, day_number: int, pointer: str) -> None:
    if not courses.day_fits(course.session_type, day_number):
        last = courses.last_day(course.session_type)
        raise DayOutsideCourse(
            errors=(FieldError(pointer, "day_outside_course", f"The last day of this kind of course is {last}"),)
        )
