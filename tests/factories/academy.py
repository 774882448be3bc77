"""Rows of the academy: `session.add(...)` what a test needs; ids are known at once.

    person = account()
    session.add_all([person, learner(person)])

Rows refer to each other by id, so the unit of work inserts them in whatever order it likes: add and flush accounts and
organizations before what points at them.
"""

from datetime import timedelta
from typing import Any

from app.academy.models import (
    CapabilityLevel,
    ClassSession,
    ClassSessionType,
    Cohort,
    CohortStatus,
    Course,
    CourseStatus,
    ImpactLevel,
    Learner,
    Organization,
    OrganizationStatus,
    Role,
    SessionType,
)
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from app.identity.models import Organization as CoreOrganization


def learner(account: Account, **more: Any) -> Learner:
    """The academy's profile of an account: an individual unless `role` says otherwise."""
    values = {
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "token_identifier": str(account.id),
        "role": Role.individual,
    }
    return Learner(**values | more)


def organization(core: CoreOrganization, **more: Any) -> Organization:
    """The billing side of an organization: active, with ten seats of which none is used."""
    values = {
        "id": core.id,
        "name": core.name,
        "domain": f"{core.slug}.example",
        "contact_email": f"billing@{core.slug}.example",
        "contact_name": "Bea Billing",
        "status": OrganizationStatus.active,
        "seats_purchased": 10,
        "seats_used": 0,
    }
    return Organization(**values | more)


def course(**more: Any) -> Course:
    """A published cohort course for 499 dollars."""
    made = new_id()
    values = {
        "id": made,
        "title": "Working with language models",
        "description": "Two days of practice.",
        "slug": f"working-with-language-models-{made.hex}",
        "session_type": SessionType.cohort,
        "price_b2c": 49_900,
        "price_b2b": 39_900,
        "currency": "usd",
        "max_participants": 20,
        "impact_level": ImpactLevel.L1,
        "capability_level": CapabilityLevel.fundamentals,
        "status": CourseStatus.published,
    }
    return Course(**values | more)


def class_session(course: Course, **more: Any) -> ClassSession:
    """The first item of a course's agenda."""
    values = {
        "id": new_id(),
        "course_id": course.id,
        "title": "Opening",
        "type": ClassSessionType.S,
        "day_number": 1,
        "order_in_day": 1,
        "duration_minutes": 30,
        "description": "Why we are here.",
        "outcomes": ["Know each other"],
    }
    return ClassSession(**values | more)


def cohort(course: Course, **more: Any) -> Cohort:
    """An open cohort of 20 seats that starts in 30 days and lasts two."""
    start = utc_now() + timedelta(days=30)
    values = {
        "id": new_id(),
        "course_id": course.id,
        "name": "Spring cohort",
        "start_date": start,
        "end_date": start + timedelta(days=2),
        "max_capacity": 20,
        "status": CohortStatus.open,
    }
    if "start_date" in more and "end_date" not in more:
        more["end_date"] = more["start_date"] + timedelta(days=2)
    return Cohort(**values | more)
