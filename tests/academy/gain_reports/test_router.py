"""Reports of a cohort, a course and an organization, through the API."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.gain import service
from app.academy.gain.rules import Scope, ScopeKind
from app.academy.models import (
    CourseInstructor,
    EnrollmentStatus,
    Organization,
    OrganizationManager,
    PaymentStatus,
    Role,
)
from app.identity.models import Account
from tests.academy.conftest import enter, found
from tests.academy.gain.conftest import HOUSE
from tests.academy.gain.world import World, create, enroll, score, take
from tests.factories import academy
from tests.support.client import ApiClient
from tests.support.queries import recorded

ALL = Scope(ScopeKind.everybody)


@pytest_asyncio.fixture
async def world(session: AsyncSession) -> World:
    """Four questions of five points, two skills."""
    return await create(session)


async def learners(session: AsyncSession, world: World, *pairs: tuple[int, int], **more: Any) -> None:
    """As many as there are pairs of scores, measured."""
    for pre, post in pairs:
        enrollment = await enroll(session, world, **more)
        await score(session, world, enrollment, world.pre, pre)
        await score(session, world, enrollment, world.post, post)
    await service.write_measured(session, HOUSE, ALL)


@pytest.mark.req("A-GAN-08", "Z-90")
async def test_a_cohort_report_names_both_averages_who_is_left_out_and_why(
    client: ApiClient, session: AsyncSession, world: World
) -> None:
    await learners(session, world, (40, 85), (75, 90), (100, 100), (20, 10), (0, 50))
    await enroll(session, world)  # took nothing
    only_before = await enroll(session, world)
    await score(session, world, only_before, world.pre, 30)
    gone = {"enrollment_status": EnrollmentStatus.cancelled, "has_seat": False}
    await learners(session, world, (10, 90), **gone)
    await enroll(session, world, payment_status=PaymentStatus.pending)  # has not paid: is not asked about
    waiting = await enroll(session, world)
    await score(session, world, waiting, world.pre, 10)
    await score(session, world, waiting, world.post, 20)
    await session.commit()
    answer = await (await client.as_(world.instructor)).get(f"/academy/cohorts/{world.cohort.id}/gain")
    assert answer.status_code == 200
    told = answer.json()
    assert told["population"] == 9
    assert told["excluded"] == {
        "total": 5,
        "reasons": {"ceiling": 1, "no_pre": 1, "no_post": 1, "pending": 1, "left": 1},
    }
    summary = told["summary"]
    individual, of_averages = summary["average_of_individual_gains"], summary["class_average_gain"]
    assert individual["n"] == of_averages["n"] == 4
    assert individual["value"] == pytest.approx((0.75 + 0.6 - 0.125 + 0.5) / 4, abs=1e-9)
    assert of_averages["value"] == pytest.approx((58.75 - 33.75) / (100 - 33.75), abs=1e-9)
    assert individual["interval"]["low"] < individual["value"] < individual["interval"]["high"]
    assert summary["bands"] == {"high": 1, "medium": 2, "low": 1, "negative": 1}
    assert [(each["teaching"], each["average_gain"], each["standard_deviation"]) for each in told["published"]] == [
        ("traditional", 0.23, 0.04),
        ("interactive_engagement", 0.48, 0.14),
    ]
    assert not told["is_anonymous"]


@pytest.mark.req("A-GAN-08")
async def test_gains_are_comparable_across_cohorts_courses_and_organizations(
    client: ApiClient, session: AsyncSession, world: World, admin: Account, customer: Organization
) -> None:
    """The same learners make the same figures, whatever they are a part of."""
    theirs = {"organization_id": customer.id, "payment_type": "b2b"}
    await learners(session, world, (40, 85), (75, 90), (20, 60), (50, 60), (30, 95), **theirs)
    second = academy.cohort(world.course)
    session.add(second)
    await session.flush()  # enrollments point at it
    await session.commit()
    asking = await client.as_(admin)
    paths = [f"cohorts/{world.cohort.id}", f"courses/{world.course.id}", f"organizations/{customer.id}"]
    first, *others = [(await asking.get(f"/academy/{path}/gain")).json() for path in paths]
    for other in others:
        for name in ("average_of_individual_gains", "class_average_gain", "average_pre", "average_post"):
            assert other["summary"][name] == first["summary"][name]
    # Somebody in another cohort belongs to the course and not to the first cohort.
    await learners(session, world, (0, 100), cohort=second)
    await session.commit()
    cohort, course, organization = [(await asking.get(f"/academy/{path}/gain")).json() for path in paths]
    assert cohort["summary"] == first["summary"]
    assert course["summary"]["average_of_individual_gains"]["n"] == 6
    assert organization["summary"]["average_of_individual_gains"]["n"] == 5


@pytest.mark.req("A-GAN-06")
async def test_skills_are_reported_with_who_knew_them_before(
    client: ApiClient, session: AsyncSession, world: World
) -> None:
    answers = [([5, 0, 0, 0], [5, 5, 5, 0]), ([0, 0, 5, 5], [5, 0, 5, 0]), ([0, 0, 0, 0], [0, 0, 5, 5])]
    for before, after in answers:
        enrollment = await enroll(session, world)
        await take(session, world, enrollment, world.pre, before)
        await take(session, world, enrollment, world.post, after)
    await service.write_measured(session, HOUSE, ALL)
    await session.commit()
    answer = await (await client.as_(world.instructor)).get(f"/academy/cohorts/{world.cohort.id}/gain")
    first, second = answer.json()["skills"]
    assert {name: first[name] for name in ("name", "n", "ceiling")} == {"name": "Skill 0", "n": 3, "ceiling": 0}
    assert first["average_of_individual_gains"] == pytest.approx((1 + 0.5 + 0) / 3, abs=1e-9)
    assert first["class_average_gain"] == pytest.approx((50 - 50 / 3) / (100 - 50 / 3), abs=1e-9)
    assert {name: second[name] for name in ("n", "ceiling", "average_pre", "average_post", "improvement")} == {
        "n": 2,
        "ceiling": 1,
        "average_pre": 0,
        "average_post": 75,
        "improvement": 75,
    }
    assert second["average_of_individual_gains"] == second["class_average_gain"] == pytest.approx(0.75, abs=1e-9)


async def test_a_cohort_in_which_nobody_was_measured_has_reasons_and_no_numbers(
    client: ApiClient, session: AsyncSession, world: World
) -> None:
    await learners(session, world, (100, 100))
    await session.commit()
    answer = await (await client.as_(world.instructor)).get(f"/academy/cohorts/{world.cohort.id}/gain")
    summary = answer.json()["summary"]
    for name in ("average_of_individual_gains", "class_average_gain"):
        assert (summary[name]["value"], summary[name]["n"], summary[name]["reason"]) == (None, 0, "nobody_measured")
        assert summary[name]["interval"]["reason"] == "nobody_measured"


@pytest.mark.req("A-PRV-09", "Z-165")
@pytest.mark.parametrize(("people", "is_told"), [(4, False), (5, True)])
async def test_an_organization_is_told_of_five_people_or_of_nobody(
    client: ApiClient,
    session: AsyncSession,
    world: World,
    manager: Account,
    customer: Organization,
    people: int,
    *,
    is_told: bool,
) -> None:
    theirs = {"organization_id": customer.id, "payment_type": "b2b"}
    await learners(session, world, *[(40, 85)] * people, **theirs)
    await learners(session, world, *[(40, 60)] * 6)
    await session.commit()
    answer = await (await client.as_(manager)).get(f"/academy/organizations/{customer.id}/gain")
    assert answer.status_code == 200
    told = answer.json()
    assert told["is_anonymous"]
    figure = told["summary"]["average_of_individual_gains"]
    assert figure["value"] == (pytest.approx(0.75, abs=1e-9) if is_told else None)
    assert figure["reason"] == (None if is_told else "anonymity")


@pytest.mark.req("A-PRV-09", "Z-165")
async def test_one_person_at_the_ceiling_is_not_told_to_their_organization(
    client: ApiClient, session: AsyncSession, world: World, manager: Account, customer: Organization
) -> None:
    theirs = {"organization_id": customer.id, "payment_type": "b2b"}
    await learners(session, world, *[(40, 85)] * 5, (100, 90), **theirs)
    await session.commit()
    answer = await (await client.as_(manager)).get(f"/academy/organizations/{customer.id}/gain")
    assert answer.json()["excluded"] == {"total": 1, "reasons": None}


# Who may


async def test_reports_are_for_those_who_teach_and_for_platform_admins(
    client: ApiClient, session: AsyncSession, world: World, admin: Account, learner: Account, manager: Account
) -> None:
    teaches_course, teaches_other = await enter(session), await enter(session)
    session.add(CourseInstructor(course_id=world.course.id, user_id=teaches_course.id))
    session.add(academy.cohort(world.course, instructor_id=teaches_other.id))
    await session.commit()
    cohort, course = f"/academy/cohorts/{world.cohort.id}/gain", f"/academy/courses/{world.course.id}/gain"
    expected = {
        admin: (200, 200),
        world.instructor: (200, 200),
        teaches_course: (403, 200),
        teaches_other: (403, 200),
        learner: (403, 403),
        manager: (403, 403),
    }
    for who, statuses in expected.items():
        asking = await client.as_(who)
        assert ((await asking.get(cohort)).status_code, (await asking.get(course)).status_code) == statuses
    assert (await client.get(cohort)).status_code == (await client.get(course)).status_code == 401


@pytest.mark.req("Z-106")
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"permissions": ["view_scores"]}, 403),
        ({"is_active": False}, 403),
        ({"team_scope": "listed"}, 403),
        ({"department_scope": ["Sales"]}, 403),
    ],
)
async def test_a_manager_reads_the_whole_organization_with_the_right_for_the_whole(
    client: ApiClient,
    session: AsyncSession,
    customer: Organization,
    member: Account,
    changes: dict[str, Any],
    status: int,
) -> None:
    values = {"role": "manager", "permissions": ["view_analytics"], "team_scope": "all"}
    session.add(OrganizationManager(user_id=member.id, organization_id=customer.id, **values | changes))
    await session.commit()
    answer = await (await client.as_(member)).get(f"/academy/organizations/{customer.id}/gain")
    assert answer.status_code == status


async def test_an_organization_is_no_business_of_others(
    client: ApiClient, session: AsyncSession, customer: Organization, member: Account, admin: Account, learner: Account
) -> None:
    foreign = await enter(session, Role.org_admin, await found(session))
    await session.commit()
    path = f"/academy/organizations/{customer.id}/gain"
    statuses = {who: (await (await client.as_(who)).get(path)).status_code for who in (member, foreign, learner, admin)}
    assert list(statuses.values()) == [403, 404, 404, 200]


async def test_a_report_costs_the_same_statements_for_one_and_for_many(
    client: ApiClient, session: AsyncSession, world: World, admin: Account, engine: AsyncEngine
) -> None:
    asking = await client.as_(admin)
    path = f"/academy/cohorts/{world.cohort.id}/gain"
    counts = []
    for people in (1, 20):
        await learners(session, world, *[(40, 85)] * people)
        await session.commit()
        with recorded(engine) as statements:
            assert (await asking.get(path)).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
