"""Verbs on courses: make, edit, publish, withdraw, archive."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.courses import queries, rules
from app.academy.courses.errors import AgendaDoesNotFit, PublicationRefused
from app.academy.courses.schemas import AcademyCourseCreate, AcademyCourseUpdate
from app.academy.models import Course, CourseStatus
from app.academy.permissions import AcademyActor, Permission, allow
from app.core import slugs
from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import CourseChanged, CoursePublished


async def create_course(session: AsyncSession, actor: AcademyActor, data: AcademyCourseCreate) -> Course:
    """Make a draft. Any number of courses may bear one title: each gets a slug of its own (A-CRS-02)."""
    allow(actor, Permission.COURSE_CREATE)
    course_id = await _insert(session, data)
    emit(
        session,
        CourseChanged(course_id=course_id, status=CourseStatus.draft, fields=tuple(AcademyCourseCreate.model_fields)),
    )
    return await queries.get_course(session, actor, course_id)


async def _insert(session: AsyncSession, data: AcademyCourseCreate) -> UUID:
    """Insert under the first slug that is free. The unique index decides, so a race costs a round and never a row."""
    values = data.model_dump() | {"id": new_id()}
    for slug in slugs.candidates(data.title, "course"):
        made = insert(Course).values(values | {"slug": slug}).on_conflict_do_nothing(index_elements=[Course.slug])
        course_id: UUID | None = await session.scalar(made.returning(Course.id))
        if course_id is not None:
            return course_id
    raise AssertionError("the candidates never end")


async def update_course(
    session: AsyncSession, actor: AcademyActor, course: Course, data: AcademyCourseUpdate, if_match: str | None = None
) -> Course:
    """Change the fields that were sent. Raises `Stale` and `AgendaDoesNotFit`."""
    allow(actor, Permission.COURSE_EDIT, course)
    course = await queries.lock_course(session, course.id)
    require_match(course, if_match)
    changed = patch(course, data)
    if "session_type" in changed and not rules.day_fits(
        course.session_type, max(1, await queries.last_day_of_agenda(session, course.id))
    ):
        raise AgendaDoesNotFit
    if changed:
        emit(session, CourseChanged(course_id=course.id, status=course.status, fields=tuple(sorted(changed))))
    return await queries.get_course(session, actor, course.id)


async def publish_course(session: AsyncSession, actor: AcademyActor, course: Course) -> Course:
    """Put a draft into the catalogue. Publishing twice changes nothing. Raises `PublicationRefused`."""
    allow(actor, Permission.COURSE_EDIT, course)
    if await _move(session, course, CourseStatus.draft, CourseStatus.published):
        emit(session, CoursePublished(course_id=course.id))
    return await _settled(session, actor, course)


async def unpublish_course(session: AsyncSession, actor: AcademyActor, course: Course) -> Course:
    """Take a course out of the catalogue, back to a draft. Twice changes nothing. Raises `PublicationRefused`."""
    allow(actor, Permission.COURSE_EDIT, course)
    if await _move(session, course, CourseStatus.published, CourseStatus.draft):
        emit(session, CourseChanged(course_id=course.id, status=CourseStatus.draft, fields=("status",)))
    return await _settled(session, actor, course)


async def _settled(session: AsyncSession, actor: AcademyActor, course: Course) -> Course:
    course = await queries.get_course(session, actor, course.id)
    if course.status == CourseStatus.archived:
        raise PublicationRefused
    return course


async def archive_course(
    session: AsyncSession, actor: AcademyActor, course: Course, if_match: str | None = None
) -> None:
    """Take no new learners from now on; those it has keep their access (A-CRS-03). Twice changes nothing."""
    allow(actor, Permission.COURSE_EDIT, course)
    course = await queries.lock_course(session, course.id)
    require_match(course, if_match)
    if await _move(session, course, CourseStatus(course.status), CourseStatus.archived):
        emit(session, CourseChanged(course_id=course.id, status=CourseStatus.archived, fields=("status",)))


async def _move(session: AsyncSession, course: Course, before: CourseStatus, after: CourseStatus) -> bool:
    """One conditional statement: of two who publish at once, one has done it and announces it (rule 6)."""
    if before == after:
        return False
    moved = (
        update(Course)
        .where(Course.id == course.id, Course.status == before)
        .values(status=after, version=Course.version + 1)
        .returning(Course.id)
        .execution_options(synchronize_session=False)
    )
    return await session.scalar(moved) is not None
