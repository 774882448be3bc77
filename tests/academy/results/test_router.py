"""An organization's results: together, without names, and nothing of a few (A-ASM-16)."""

from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import AttemptStatus, Organization, Role
from app.core.clock import utc_now
from app.core.database.revisions import ROOT
from app.identity.models import Account
from tests.academy.classroom import Classroom, choice
from tests.academy.conftest import enter
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded


async def take(session: AsyncSession, room: Classroom, customer: Organization, *scores: float) -> None:
    """One of the customer's people takes a test so often."""
    test = await room.test(session, choice())
    for score in scores:
        person = await enter(session, Role.org_member, customer)
        place = learning.enrollment(person, room.cohort, organization_id=customer.id, payment_type="b2b")
        session.add(place)
        await session.flush()
        for number, each in enumerate((score, score - 10), start=1):
            session.add(
                learning.attempt(
                    person,
                    test,
                    enrollment_id=place.id,
                    attempt_number=number,
                    status=AttemptStatus.graded,
                    submitted_at=utc_now(),
                    graded_at=utc_now(),
                    score=Decimal(str(each)),
                    passed=each >= 70,
                )
            )
    await session.commit()


@pytest.mark.req("A-ASM-16")
@pytest.mark.parametrize(
    ("scores", "told"),
    [
        ((90, 80, 70, 60), {"is_suppressed": True, "learners": None, "average_score": None, "pass_rate": None}),
        ((90, 80, 70, 60, 50), {"is_suppressed": False, "learners": 5, "average_score": 70.0, "pass_rate": 60.0}),
    ],
)
async def test_figures_are_told_of_five_people_and_more(
    client: ApiClient,
    session: AsyncSession,
    room: Classroom,
    manager: Account,
    customer: Organization,
    *,
    scores: tuple[float, ...],
    told: dict[str, object],
) -> None:
    await take(session, room, customer, *scores)
    asks = await client.as_(manager)
    answer = await asks.get(f"/academy/organizations/{customer.id}/assessment-results")
    [result] = answer.json()["items"]
    assert {name: result[name] for name in told} == told


@pytest.mark.req("A-ASM-16")
async def test_a_managers_people_are_not_named_and_their_attempts_are_not_theirs_to_read(
    client: ApiClient, session: AsyncSession, room: Classroom, manager: Account, member: Account, customer: Organization
) -> None:
    await take(session, room, customer, *(90, 80, 70, 60, 50))
    asks = await client.as_(manager)
    path = f"/academy/organizations/{customer.id}/assessment-results"
    answer = await asks.get(path)
    assert "account_id" not in answer.text
    assert "attempt" not in answer.text
    assert (await asks.get(path, params={"course_id": str(room.course.id)})).json() == answer.json()
    assert (await asks.get(path, params={"course_id": str(customer.id)})).json()["items"] == []
    assert (await (await client.as_(member)).get(path)).status_code == 403
    assert (await (await client.as_(room.instructor)).get(path)).status_code == 404
    [result] = answer.json()["items"]
    assert (await asks.get(f"/academy/assessments/{result['assessment_id']}/attempts")).status_code == 404


@pytest.mark.req("A-ASM-16")
def test_the_encryption_of_scores_at_rest_is_documented() -> None:
    page = (ROOT / "docs" / "decisions" / "0018-grading.md").read_text(encoding="utf-8")
    assert "encryption at\nrest" in page
    assert "encrypted volumes" in page


async def test_many_assessments_cost_what_one_costs(
    client: ApiClient,
    session: AsyncSession,
    room: Classroom,
    manager: Account,
    customer: Organization,
    engine: AsyncEngine,
) -> None:
    asks = await client.as_(manager)
    costs = []
    for _ in range(2):
        await take(session, room, customer, 90)
        with recorded(engine) as statements:
            await asks.get(f"/academy/organizations/{customer.id}/assessment-results")
        costs.append(len(statements))
    assert costs[0] == costs[1]
