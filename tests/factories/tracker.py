"""Rows of the tracker: `session.add(...)` what a test needs; ids are known at once.

Rows refer to each other by id, so the unit of work inserts them in whatever order it likes: add and flush what others
point at first.
"""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from app.core.ids import new_id
from app.tracker.models import (
    CachedEvent,
    CachedRegistration,
    Campus,
    Certification,
    CertificationProgress,
    Content,
    ContentCompletion,
    ContentType,
    Course,
    CourseEnrollment,
    CourseInstance,
    CourseRole,
    CourseRoleType,
    Person,
    PersonCampus,
    PersonRole,
    SyncDirection,
    SyncLog,
    SyncType,
    WebhookEvent,
)

_number = count(1)


def planning_center_number() -> str:
    """An id of Planning Center's: digits, as text, each different."""
    return str(70_000_000 + next(_number))


def person(**more: Any) -> Person:
    """An active member who came with the sync."""
    values = {
        "id": new_id(),
        "planning_center_id": planning_center_number(),
        "first_name": "Ada",
        "last_name": "Berg",
        "status": "active",
        "is_active": True,
    }
    return Person(**values | more)


def campus(**more: Any) -> Campus:
    """A place of the church."""
    return Campus(**{"id": new_id(), "name": "Harbour"} | more)


def at_campus(person_id: UUID, campus_id: UUID, **more: Any) -> PersonCampus:
    """A person's primary campus."""
    values = {"id": new_id(), "people_id": person_id, "campus_id": campus_id, "is_primary": True}
    return PersonCampus(**values | more)


def with_role(person_id: UUID, role_id: UUID, **more: Any) -> PersonRole:
    """A system role of a person."""
    return PersonRole(**{"id": new_id(), "people_id": person_id, "role_id": role_id} | more)


def course(**more: Any) -> Course:
    """A course that is an event in Planning Center."""
    values = {"id": new_id(), "name": "Foundations", "planning_center_event_id": planning_center_number()}
    return Course(**values | more)


def course_instance(course_id: UUID, **more: Any) -> CourseInstance:
    """A further run of a course."""
    values = {"id": new_id(), "course_id": course_id, "planning_center_event_id": planning_center_number()}
    return CourseInstance(**values | more)


def content_type(**more: Any) -> ContentType:
    """A kind of content that did not come with the migration."""
    return ContentType(**{"id": new_id(), "name": f"podcast {next(_number)}"} | more)


def content(course_id: UUID, content_type_id: UUID, **more: Any) -> Content:
    """A required item of a course."""
    values = {
        "id": new_id(),
        "course_id": course_id,
        "content_type_id": content_type_id,
        "title": "Welcome",
        "order_sequence": 1,
    }
    return Content(**values | more)


def course_role(person_id: UUID, course_id: UUID, **more: Any) -> CourseRole:
    """The teacher of a course."""
    values = {"id": new_id(), "people_id": person_id, "course_id": course_id, "role_type": CourseRoleType.teacher}
    return CourseRole(**values | more)


def enrollment(person_id: UUID, course_id: UUID, **more: Any) -> CourseEnrollment:
    """A person in a course, just enrolled."""
    return CourseEnrollment(**{"id": new_id(), "people_id": person_id, "course_id": course_id} | more)


def completion(enrollment_id: UUID, content_id: UUID, **more: Any) -> ContentCompletion:
    """A finished item."""
    return ContentCompletion(**{"id": new_id(), "course_enrollment_id": enrollment_id, "content_id": content_id} | more)


def certification(**more: Any) -> Certification:
    """A certification that holds for two years."""
    return Certification(**{"id": new_id(), "name": "Children's ministry", "validity_months": 24} | more)


def certification_progress(person_id: UUID, certification_id: UUID, **more: Any) -> CertificationProgress:
    """A person who has begun."""
    values = {
        "id": new_id(),
        "people_id": person_id,
        "certification_id": certification_id,
        "started_date": date(2026, 1, 31),
    }
    return CertificationProgress(**values | more)


def sync_log(**more: Any) -> SyncLog:
    """A sync of people that runs."""
    return SyncLog(**{"id": new_id(), "sync_type": SyncType.people, "sync_direction": SyncDirection.from_pc} | more)


def webhook_event(**more: Any) -> WebhookEvent:
    """A delivery that nobody has looked at yet."""
    values = {
        "id": new_id(),
        "delivery_id": new_id().hex,
        "event_type": "people.v2.events.person.updated",
        "payload": {"data": {"type": "Person", "id": "1"}},
    }
    return WebhookEvent(**values | more)


def cached_event(**more: Any) -> CachedEvent:
    """A copy of an event."""
    values = {"id": new_id(), "planning_center_event_id": planning_center_number(), "event_name": "Foundations"}
    return CachedEvent(**values | more)


def cached_registration(**more: Any) -> CachedRegistration:
    """A copy of a registration."""
    return CachedRegistration(
        **{
            "id": new_id(),
            "planning_center_registration_id": planning_center_number(),
            "registration_status": "registered",
        }
        | more
    )
