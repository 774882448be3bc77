"""What the database takes and what it refuses, whoever writes: one table of rows per table."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import null, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.tracker.models import CertificationCourse, ContentType, CoursePrerequisite, FailedRecord, Role
from app.tracker.models.base import Base
from tests.factories import tracker
from tests.tracker.models.church import Church, broken, refusal

Make = Callable[[Church], Base]
Case = tuple[Make, str | None]

DAY = date(2026, 5, 17)
NOON = datetime(2026, 5, 17, 12, tzinfo=UTC)


def _person(**more: Any) -> Make:
    return lambda _: tracker.person(**more)


def _campus(**more: Any) -> Make:
    return lambda _: tracker.campus(**more)


def _course(**more: Any) -> Make:
    return lambda _: tracker.course(**more)


def _content(**more: Any) -> Make:
    return lambda church: tracker.content(church.course.id, church.content_type.id, **more)


def _enrollment(**more: Any) -> Make:
    """Of somebody who is in no course yet."""
    return lambda church: tracker.enrollment(church.person.id, church.advanced.id, **more)


def _completion(**more: Any) -> Make:
    """Of the item that is completed already."""
    return lambda church: tracker.completion(church.enrollment.id, church.content.id, **more)


def _progress(**more: Any) -> Make:
    def make(church: Church) -> Base:
        row = church.progress
        for name, value in more.items():
            setattr(row, name, value)
        return row

    return make


def _sync(**more: Any) -> Make:
    return lambda _: tracker.sync_log(**more)


def _webhook(**more: Any) -> Make:
    return lambda _: tracker.webhook_event(**more)


PEOPLE: list[Case] = [
    (_person(planning_center_id=None), None),
    (_person(planning_center_id=None, status="visiting", is_active=True), None),
    (_person(status="inactive", is_active=False), None),
    (_person(status="inactive", is_active=True), "ck_people_is_active"),
    (_person(status="active", is_active=False), "ck_people_is_active"),
    (
        lambda church: tracker.person(planning_center_id=church.person.planning_center_id),
        "uq_people_planning_center_id",
    ),
    (lambda church: tracker.person(email=church.person.email), None),
    (lambda church: tracker.person(merged_into_id=church.person.id, status="inactive", is_active=False), None),
    (lambda church: tracker.person(merged_into_id=church.person.id), "ck_people_merged"),
    (_campus(), None),
    (
        lambda church: tracker.at_campus(church.person.id, church.campus.id, is_primary=False),
        "uq_people_campus_people_id_campus_id",
    ),
    (lambda church: tracker.with_role(church.person.id, church.role.id), "uq_people_role_people_id_role_id"),
    (lambda _: Role(name="staff"), "uq_role_name"),
    (lambda _: Role(name="bishop"), "ck_role_name"),
]

COURSES: list[Case] = [
    (_course(planning_center_event_id=None), None),
    (_course(event_start_date=DAY, event_end_date=DAY), None),
    (_course(event_start_date=DAY, event_end_date=date(2026, 5, 16)), "ck_course_dates"),
    (_course(duration_weeks=0), "ck_course_duration_weeks"),
    (_course(max_capacity=0, current_registrations=0), None),
    (_course(max_capacity=-1), "ck_course_counts"),
    (_course(current_registrations=-1), "ck_course_counts"),
    (
        lambda church: _course(planning_center_event_id=church.course.planning_center_event_id)(church),
        "uq_course_planning_center_event_id",
    ),
    (
        lambda church: CoursePrerequisite(course_id=church.course.id, prerequisite_id=church.course.id),
        "ck_course_prerequisite_not_itself",
    ),
    (
        lambda church: CoursePrerequisite(course_id=church.course.id, prerequisite_id=tracker.course().id),
        "fk_course_prerequisite_prerequisite_id",
    ),
    (
        lambda church: tracker.course_instance(
            church.course.id, planning_center_event_id=church.instance.planning_center_event_id
        ),
        "uq_course_instance_planning_center_event_id",
    ),
    (
        lambda church: tracker.course_instance(church.course.id, event_start_date=DAY, event_end_date=date(2026, 1, 1)),
        "ck_course_instance_dates",
    ),
    (lambda church: tracker.course_instance(church.course.id, max_capacity=-1), "ck_course_instance_counts"),
    (lambda church: tracker.content_type(name=church.content_type.name.upper()), "uq_content_type_name"),
    (_content(url="https://example.org/film"), None),
    (_content(file_path="films/welcome.mp4"), None),
    (_content(url="https://example.org/film", file_path="films/welcome.mp4"), "ck_content_one_place"),
    (_content(order_sequence=-1), "ck_content_order_sequence"),
    (_content(duration_minutes=0), "ck_content_duration_minutes"),
    (lambda church: tracker.course_role(church.person.id, church.course.id, role_type="assistant"), None),
    (
        lambda church: tracker.course_role(church.person.id, church.course.id),
        "uq_course_role_people_id_course_id_role_type",
    ),
    (
        lambda church: tracker.course_role(church.person.id, church.course.id, role_type="guest"),
        "ck_course_role_role_type",
    ),
]

PROGRESS: list[Case] = [
    (_enrollment(progress_percentage=100), None),
    (_enrollment(progress_percentage=-1), "ck_course_enrollment_progress_percentage"),
    (_enrollment(progress_percentage=100.01), "ck_course_enrollment_progress_percentage"),
    (_enrollment(status="waiting"), "ck_course_enrollment_status"),
    (_enrollment(status="completed"), "ck_course_enrollment_completion_date"),
    (_enrollment(status="completed", completion_date=DAY), None),
    (_enrollment(registration_status="active", status="dropped"), "ck_course_enrollment_registration_status"),
    (_enrollment(registration_status="waitlisted"), "ck_course_enrollment_active_has_a_seat"),
    (_enrollment(registration_status="cancelled", status="in_progress"), "ck_course_enrollment_active_has_a_seat"),
    (_enrollment(registration_status="cancelled", status="dropped"), None),
    (
        lambda church: _enrollment(dependency_override_by=church.account.id)(church),
        "ck_course_enrollment_dependency_override_by",
    ),
    (lambda church: _enrollment(dependency_override=True, dependency_override_by=church.account.id)(church), None),
    (lambda church: tracker.enrollment(church.person.id, church.course.id), "uq_course_enrollment_run"),
    (
        lambda church: tracker.enrollment(church.person.id, church.course.id, course_instance_id=church.instance.id),
        None,
    ),
    (
        lambda church: _enrollment(course_instance_id=church.instance.id)(church),
        "fk_course_enrollment_course_instance_id_course_id",
    ),
    (_completion(), "uq_content_completion_item"),
    (_completion(score=101), "ck_content_completion_score"),
    (_completion(time_spent_minutes=-1), "ck_content_completion_time_spent_minutes"),
    (lambda _: tracker.certification(validity_months=None), None),
    (lambda _: tracker.certification(validity_months=0), "ck_certification_validity_months"),
    (lambda church: CertificationCourse(certification_id=church.certification.id, course_id=church.advanced.id), None),
    (
        lambda church: tracker.certification_progress(church.person.id, church.certification.id),
        "uq_certification_progress_person",
    ),
    (_progress(status="completed"), "ck_certification_progress_completed_date"),
    (_progress(status="completed", completed_date=DAY), None),
    (_progress(status="expired", completed_date=DAY), "ck_certification_progress_expired"),
    (_progress(status="expired", completed_date=DAY, expires_date=date(2028, 5, 17)), None),
    (_progress(completed_date=DAY, expires_date=DAY), "ck_certification_progress_expires_date"),
    (_progress(status="revoked", completed_date=DAY), "ck_certification_progress_status"),
]

PLANNING_CENTER: list[Case] = [
    (_sync(records_processed=3, records_successful=2, records_failed=1), None),
    (_sync(records_processed=3, records_successful=2), "ck_planning_center_sync_log_counts"),
    (_sync(records_processed=0, records_successful=1, records_failed=-1), "ck_planning_center_sync_log_counts"),
    (_sync(sync_type="campuses"), "ck_planning_center_sync_log_sync_type"),
    (_sync(sync_direction="both"), "ck_planning_center_sync_log_sync_direction"),
    (_sync(started_at=NOON, completed_at=NOON), None),
    (
        _sync(started_at=NOON, completed_at=datetime(2026, 5, 17, 11, tzinfo=UTC)),
        "ck_planning_center_sync_log_completed_at",
    ),
    (_sync(cursor={"offset": 300}), None),
    (_sync(cursor=[300]), "ck_planning_center_sync_log_cursor_shape"),
    (_webhook(next_attempt_at=null()), None),
    (_webhook(processed=True, processed_at=NOON, next_attempt_at=null()), None),
    (_webhook(processed=True, processed_at=NOON, next_attempt_at=null(), ignored=True), None),
    (_webhook(processed=True, next_attempt_at=null()), "ck_planning_center_webhook_events_processed_at"),
    (
        _webhook(processed=True, processed_at=NOON, next_attempt_at=NOON),
        "ck_planning_center_webhook_events_next_attempt_at",
    ),
    (_webhook(ignored=True), "ck_planning_center_webhook_events_ignored"),
    (_webhook(attempts=-1), "ck_planning_center_webhook_events_attempts"),
    (_webhook(payload=[]), "ck_planning_center_webhook_events_payload_shape"),
    (
        lambda church: tracker.webhook_event(delivery_id=church.webhook_event.delivery_id),
        "uq_planning_center_webhook_events_delivery_id",
    ),
    (
        lambda church: tracker.cached_event(planning_center_event_id=church.cached_event.planning_center_event_id),
        "uq_planning_center_events_cache_event",
    ),
    (lambda _: tracker.cached_event(max_capacity=-1), "ck_planning_center_events_cache_counts"),
    (lambda _: tracker.cached_event(start_date=DAY, end_date=date(2026, 1, 1)), None),
    (lambda _: tracker.cached_registration(registration_status=None), None),
    (
        lambda _: tracker.cached_registration(registration_status="active"),
        "ck_planning_center_registrations_cache_registration_status",
    ),
    (
        lambda _: tracker.cached_registration(custom_field_responses=["yes"]),
        "ck_planning_center_registrations_cache_custom_fields_shape",
    ),
    (
        lambda church: tracker.cached_registration(
            planning_center_registration_id=church.cached_registration.planning_center_registration_id
        ),
        "uq_planning_center_registrations_cache_registration",
    ),
]


def _said(part: object) -> str:
    return "row" if callable(part) else part or "taken" if isinstance(part, str | None) else ""


@pytest.mark.parametrize(("make", "expected"), [*PEOPLE, *COURSES, *PROGRESS, *PLANNING_CENTER], ids=_said)
async def test_a_row_is_taken_or_refused(
    session: AsyncSession, church: Church, make: Make, expected: str | None
) -> None:
    assert await refusal(session, make(church)) == expected


async def test_a_person_has_one_primary_campus_among_the_active_ones(session: AsyncSession, church: Church) -> None:
    other = tracker.campus()
    assert await refusal(session, other) is None
    second = tracker.at_campus(church.person.id, other.id)
    assert await refusal(session, second) == "uq_people_campus_primary"
    church.at_campus.is_active = False
    await session.flush()  # it is asked of the rows as they are now
    assert await refusal(session, tracker.at_campus(church.person.id, other.id)) is None


async def test_an_account_is_one_person(session: AsyncSession, church: Church) -> None:
    church.person.account_id = church.account.id
    await session.flush()  # as above
    assert await refusal(session, tracker.person(account_id=church.account.id)) == "uq_people_account_id"


async def test_what_the_church_needs_on_its_first_day_is_there(session: AsyncSession) -> None:
    roles = await session.scalars(select(Role))
    assert {(row.name, *row.permissions) for row in roles} == {("admin",), ("staff",), ("member",), ("guest",)}
    assert set(await session.scalars(select(ContentType.name))) == {"video", "document", "book"}


async def test_permissions_and_failed_records_come_back_as_they_went_in(session: AsyncSession, church: Church) -> None:
    church.role.permissions = ["people:read", "sync:run"]
    church.sync_log.error_details = [FailedRecord(record_id="70000001", error="no last name")]
    await session.flush()  # and read them anew
    await session.refresh(church.role)
    await session.refresh(church.sync_log)
    assert church.role.permissions == ["people:read", "sync:run"]
    assert church.sync_log.error_details == [FailedRecord(record_id="70000001", error="no last name")]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE tracker.role SET permissions = '{}'", "ck_role_permissions_shape"),
        ("UPDATE tracker.role SET permissions = '[1]'", "ck_role_permissions_shape"),
        (
            "UPDATE tracker.planning_center_sync_log SET error_details = '{}'",
            "ck_planning_center_sync_log_error_details_shape",
        ),
        (
            """UPDATE tracker.planning_center_sync_log SET error_details = '[{"record_id": 1, "error": "late"}]'""",
            "ck_planning_center_sync_log_error_details_shape",
        ),
    ],
)
@pytest.mark.usefixtures("church")
async def test_sql_by_hand_is_held_to_the_same_shapes(session: AsyncSession, statement: str, expected: str) -> None:
    with pytest.raises(IntegrityError) as refused:
        await session.execute(text(statement))
    assert broken(refused.value) == expected
