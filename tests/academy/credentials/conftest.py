"""Learners who have earned something, and the public side of what they got."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, Course, Enrollment, LearningPath, PathEnrollment, Skill
from app.core.clock import utc_now
from app.identity.models import Account
from tests.factories import academy, learning
from tests.support.client import ApiClient


async def completed_cohort(session: AsyncSession, course: Course | None = None, **more: Any) -> Cohort:
    """A saved cohort that ended yesterday; of a new course unless one is given."""
    if course is None:
        course = academy.course()
        session.add(course)
        await session.flush()
    cohort = academy.cohort(course, status="completed", start_date=utc_now() - timedelta(days=3), **more)
    session.add(cohort)
    await session.flush()
    return cohort


async def graduate(session: AsyncSession, person: Account, cohort: Cohort, **more: Any) -> Enrollment:
    """Somebody who has paid for a cohort."""
    enrollment = learning.enrollment(person, cohort, **more)
    session.add(enrollment)
    await session.flush()
    return enrollment


async def earned(session: AsyncSession, person: Account, **course: Any) -> Enrollment:
    """An enrollment that has earned its certificate, of a new course."""
    made = academy.course(**course)
    session.add(made)
    await session.flush()
    return await graduate(session, person, await completed_cohort(session, made))


async def new_skill(session: AsyncSession, **more: Any) -> Skill:
    """A saved skill."""
    skill = learning.skill(**more)
    session.add(skill)
    await session.flush()
    return skill


async def completed_path(session: AsyncSession, person: Account, path: LearningPath | None = None) -> PathEnrollment:
    """Somebody who has completed a path; of a new, empty one unless it is given."""
    if path is None:
        path = learning.path()
        session.add(path)
        await session.flush()
    enrollment = learning.path_enrollment(person, path, status="completed", completed_at=utc_now())
    session.add(enrollment)
    await session.flush()
    return enrollment


async def certificate_of(client: ApiClient, enrollment: Enrollment, **body: Any) -> dict[str, Any]:
    """The certificate of an enrollment, asked for by `client`."""
    answer = await client.post(f"/academy/enrollments/{enrollment.id}/certificate", body)
    assert answer.status_code in {200, 201}, answer.text
    made: dict[str, Any] = answer.json()
    return made


def at_root(url: str) -> str:
    """An absolute address of ours as the test client takes it."""
    return "root:" + url.removeprefix("http://127.0.0.1:8000")
