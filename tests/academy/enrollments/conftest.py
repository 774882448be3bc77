"""A course with a cohort, and the two ways into it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, Course, Enrollment
from app.identity.models import Account
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.lanes import drivers  # noqa: F401  (each test asks both ways: the express lane and the till)

RETURN_TO = {"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/courses"}

Plan = Callable[..., Awaitable[Cohort]]
Buy = Callable[[Account, Cohort], Awaitable[dict[str, Any]]]


@pytest.fixture
def plan(session: AsyncSession) -> Plan:
    """Saves a cohort of a course of its own; `price` and `status_of_course` belong to the course."""

    async def planned(
        course: Course | None = None, *, price: int = 0, status_of_course: str = "published", **more: Any
    ) -> Cohort:
        if course is None:
            course = academy.course(price_b2c=price, status=status_of_course)
            session.add(course)
            await session.flush()  # the cohort points at it
        cohort = academy.cohort(course, **more)
        session.add(cohort)
        await session.commit()
        return cohort

    return planned


@pytest.fixture
def buy(client: ApiClient) -> Buy:
    """Checks a seat out for somebody and gives the enrollment as the answer shows it."""

    async def bought(account: Account, cohort: Cohort) -> dict[str, Any]:
        buyer = await client.as_(account)
        answer = await buyer.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key=f"{account.id}{cohort.id}")
        assert answer.status_code == 201, answer.text
        enrollment: dict[str, Any] = answer.json()["enrollment"]
        return enrollment

    return bought


@pytest.fixture
def counters(session: AsyncSession) -> Callable[[Cohort], Awaitable[tuple[int, int, int]]]:
    """What a cohort counts now, and how many rows have a seat in it: (current_enrollment, held, rows)."""

    async def counted(cohort: Cohort) -> tuple[int, int, int]:
        row = (
            await session.execute(select(Cohort.current_enrollment, Cohort.held).where(Cohort.id == cohort.id))
        ).one()
        seated = await session.scalars(
            select(Enrollment.id).where(Enrollment.cohort_id == cohort.id, Enrollment.has_seat)
        )
        return row[0], row[1], len(seated.all())

    return counted
