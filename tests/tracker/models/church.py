"""A small church: one row in each table of the tracker, and what the database says to more of them."""

from dataclasses import dataclass, fields
from typing import cast

from asyncpg import IntegrityConstraintViolationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.models import Account
from app.tracker.models import (
    CachedEvent,
    CachedRegistration,
    Campus,
    Certification,
    CertificationCourse,
    CertificationProgress,
    Content,
    ContentCompletion,
    ContentType,
    Course,
    CourseEnrollment,
    CourseInstance,
    CoursePrerequisite,
    CourseRole,
    Person,
    PersonCampus,
    PersonRole,
    Role,
    SyncLog,
    WebhookEvent,
)
from app.tracker.models.base import Base
from tests.factories import identity, tracker


@dataclass
class Church:
    """The rows, by what they are. `advanced` asks for `course`, and so does the certification."""

    account: Account
    role: Role
    person: Person
    campus: Campus
    at_campus: PersonCampus
    with_role: PersonRole
    course: Course
    advanced: Course
    prerequisite: CoursePrerequisite
    instance: CourseInstance
    content_type: ContentType
    content: Content
    course_role: CourseRole
    enrollment: CourseEnrollment
    completion: ContentCompletion
    certification: Certification
    required: CertificationCourse
    progress: CertificationProgress
    sync_log: SyncLog
    webhook_event: WebhookEvent
    cached_event: CachedEvent
    cached_registration: CachedRegistration

    def made(self) -> list[Base]:
        """Every row that was made for it, parents first: the account is identity's, the role came with a migration."""
        return [getattr(self, each.name) for each in fields(self) if each.name not in {"account", "role"}]


async def build(session: AsyncSession) -> Church:
    """All of it, flushed."""
    account, role = identity.account(), await session.scalar(select(Role).where(Role.name == "staff"))
    person, campus, course, advanced = tracker.person(), tracker.campus(), tracker.course(), tracker.course()
    instance, kind, certification = tracker.course_instance(course.id), tracker.content_type(), tracker.certification()
    content = tracker.content(course.id, kind.id)
    enrollment = tracker.enrollment(person.id, course.id)
    assert role is not None
    church = Church(
        account=account,
        role=role,
        person=person,
        campus=campus,
        at_campus=tracker.at_campus(person.id, campus.id),
        with_role=tracker.with_role(person.id, role.id),
        course=course,
        advanced=advanced,
        prerequisite=CoursePrerequisite(course_id=advanced.id, prerequisite_id=course.id),
        instance=instance,
        content_type=kind,
        content=content,
        course_role=tracker.course_role(person.id, course.id),
        enrollment=enrollment,
        completion=tracker.completion(enrollment.id, content.id),
        certification=certification,
        required=CertificationCourse(certification_id=certification.id, course_id=course.id),
        progress=tracker.certification_progress(person.id, certification.id),
        sync_log=tracker.sync_log(),
        webhook_event=tracker.webhook_event(),
        cached_event=tracker.cached_event(),
        cached_registration=tracker.cached_registration(),
    )
    for row in (account, *church.made()):
        session.add(row)
        await session.flush()  # the next one may point at it
    return church


async def refusal(session: AsyncSession, *rows: Base) -> str | None:
    """The constraint that these new rows break, None if they are taken."""
    try:
        async with session.begin_nested():
            session.add_all(rows)
            await session.flush()  # the database is to speak now
    except IntegrityError as error:
        return broken(error)
    return None


def broken(error: IntegrityError) -> str:
    """The name of the constraint; of a column that may not be empty, the column."""
    cause = cast("IntegrityConstraintViolationError", error.orig and error.orig.__cause__)
    return str(cause.constraint_name or cause.column_name)
