"""One's own gain, one's learners', and having gains measured again, through the API."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Enrollment, EnrollmentStatus, Organization, OrganizationManager
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.gain.conftest import Measure, row_of
from tests.academy.gain.world import World, create, enroll, score, take
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand


@pytest.mark.req("A-GAN-01", "A-GAN-02", "A-GAN-03", "A-GAN-06")
async def test_a_learner_reads_what_they_gained(
    client: ApiClient, session: AsyncSession, world: World, measure: Measure
) -> None:
    person = await enter(session)
    enrollment = await enroll(session, world, person)
    before = await take(session, world, enrollment, world.pre, [5, 0, 0, 0])
    after = await take(session, world, enrollment, world.post, [5, 5, 5, 0])
    best = await take(session, world, enrollment, world.post, [5, 5, 5, 5], number=2)
    await measure(enrollment)
    await session.commit()
    answer = await (await client.as_(person)).get(f"/academy/enrollments/{enrollment.id}/gain")
    assert answer.status_code == 200
    found = answer.json()
    skills = sorted(found["measures"].pop("skill_gains"), key=lambda skill: str(skill["name"]))
    assert found["measures"].pop("calculated_at")
    assert found == {
        "enrollment_id": str(enrollment.id),
        "account_id": str(person.id),
        "course_id": str(world.course.id),
        "reason": None,
        "measures": {
            "pre": {"assessment_id": str(world.pre.id), "attempt_id": str(before.id), "score": 25},
            "post": {"assessment_id": str(world.post.id), "attempt_id": str(after.id), "score": 75},
            "best_post": {"assessment_id": str(world.post.id), "attempt_id": str(best.id), "score": 100},
            "counted_attempt": "first",
            "score_improvement": 50,
            "percentage_gain": 200,
            "normalized_gain": 0.666666666667,
            "band": "medium",
            "is_negative": False,
            "loss_points": None,
            "same_questions": True,
        },
    }
    assert [(skill["name"], skill["normalized_gain"], skill["band"]) for skill in skills] == [
        ("Skill 0", 1, "high"),
        ("Skill 1", 0.5, "medium"),
    ]


@pytest.mark.req("A-GAN-03", "A-GAN-04", "Z-90", "Z-91", "Z-92")
@pytest.mark.parametrize(
    ("pre", "post", "expected"),
    [
        (
            100,
            90,
            {"normalized_gain": None, "band": None, "loss_points": 10, "is_negative": False, "reason": "ceiling"},
        ),
        (100, 100, {"normalized_gain": None, "loss_points": None, "reason": "ceiling", "percentage_gain": 0}),
        (0, 35, {"normalized_gain": 0.35, "percentage_gain": None, "band": "medium", "reason": None}),
        (50, 20, {"normalized_gain": -0.6, "band": "low", "is_negative": True, "reason": None}),
        (40, 40, {"normalized_gain": 0, "band": "low", "is_negative": False, "reason": None}),
    ],
)
async def test_what_has_no_number_has_a_reason(
    client: ApiClient,
    session: AsyncSession,
    world: World,
    measure: Measure,
    pre: int,
    post: int,
    expected: dict[str, Any],
) -> None:
    person = await enter(session)
    enrollment = await enroll(session, world, person)
    await score(session, world, enrollment, world.pre, pre)
    await score(session, world, enrollment, world.post, post)
    await measure(enrollment)
    await session.commit()
    answer = await (await client.as_(person)).get(f"/academy/enrollments/{enrollment.id}/gain")
    found = answer.json()
    assert {name: found[name] if name == "reason" else found["measures"][name] for name in expected} == expected
    assert not {"NaN", "Infinity"} & set(answer.text.replace(",", " ").replace("}", " ").split())


@pytest.mark.parametrize(
    ("taken", "more", "reason"),
    [
        ((), {}, "no_pre"),
        (("post",), {}, "no_pre"),
        (("pre",), {}, "no_post"),
        (("pre", "post"), {}, "pending"),
        (("pre",), {"enrollment_status": EnrollmentStatus.cancelled, "has_seat": False}, "left"),
    ],
)
async def test_without_both_attempts_the_reason_is_all_there_is(
    client: ApiClient, session: AsyncSession, world: World, taken: tuple[str, ...], more: dict[str, Any], reason: str
) -> None:
    person = await enter(session)
    enrollment = await enroll(session, world, person, **more)
    for which in taken:
        await score(session, world, enrollment, getattr(world, which), 50)
    await session.commit()
    answer = await (await client.as_(person)).get(f"/academy/enrollments/{enrollment.id}/gain")
    assert (answer.json()["reason"], answer.json()["measures"]) == (reason, None)


@pytest.mark.req("A-GAN-05", "Z-94")
@pytest.mark.parametrize(("drawn", "is_same"), [(4, True), (3, False)])
async def test_it_is_said_whether_both_attempts_asked_the_same(
    client: ApiClient, session: AsyncSession, world: World, measure: Measure, drawn: int, *, is_same: bool
) -> None:
    person = await enter(session)
    enrollment = await enroll(session, world, person)
    await take(session, world, enrollment, world.pre, [5, 0, 0, 0])
    await take(session, world, enrollment, world.post, [5, 5, 5, 0][:drawn])
    await measure(enrollment)
    await session.commit()
    answer = await (await client.as_(person)).get(f"/academy/enrollments/{enrollment.id}/gain")
    assert answer.json()["measures"]["same_questions"] is is_same


@pytest.mark.req("A-ASM-16", "Z-106")
async def test_scores_of_a_person_are_for_them_and_their_instructor(
    client: ApiClient,
    session: AsyncSession,
    world: World,
    admin: Account,
    manager: Account,
    member: Account,
    customer: Organization,
) -> None:
    """An organization's admin, and a manager with every right, knows of the enrollment and may not see the score."""
    rights = ["view_progress", "view_scores", "view_analytics"]
    session.add(
        OrganizationManager(
            user_id=member.id,
            organization_id=customer.id,
            role="manager",
            permissions=rights,
            team_scope="all",
        )
    )
    person = await enter(session)
    enrollment = await enroll(session, world, person, organization_id=customer.id, payment_type="b2b")
    stranger = await enter(session)
    await session.commit()
    path = f"/academy/enrollments/{enrollment.id}/gain"
    expected = {person: 200, world.instructor: 200, admin: 200, manager: 403, member: 404, stranger: 404}
    for who, status in expected.items():
        assert (await (await client.as_(who)).get(path)).status_code == status
    assert (await client.get(path)).status_code == 401


# Again


@pytest.mark.parametrize("scope", ["enrollment", "cohort", "course", "everybody"])
async def test_an_admin_has_a_scope_measured_again(
    client: ApiClient, session: AsyncSession, world: World, admin: Account, worker: WorkerOnDemand, scope: str
) -> None:
    enrollment = await enroll(session, world)
    await score(session, world, enrollment, world.pre, 40)
    await score(session, world, enrollment, world.post, 85)
    await session.commit()
    ids = {"enrollment": enrollment.id, "cohort": world.cohort.id, "course": world.course.id}
    body = {f"{scope}_id": str(ids[scope])} if scope in ids else {}
    asked = await (await client.as_(admin)).post("/academy/gain-recomputations", body, key=str(new_id()))
    assert asked.status_code == 202
    assert asked.json()["scope"] == scope
    assert asked.json()["scope_id"] == body.get(f"{scope}_id")
    await worker.drain()
    row = await row_of(session, await session.get_one(Enrollment, enrollment.id))
    assert row is not None
    (told,) = await worker.announced("academy.gains_recomputed")
    assert told.payload["recomputation_id"] == asked.json()["id"]


async def test_the_same_key_asks_once(
    client: ApiClient, session: AsyncSession, admin: Account, worker: WorkerOnDemand
) -> None:
    await session.commit()
    asking = await client.as_(admin)
    first, second = [await asking.post("/academy/gain-recomputations", {}, key="once") for _ in range(2)]
    assert first.json() == second.json()
    assert len(await worker.announced("academy.gain_recomputation_requested")) == 1


@pytest.mark.parametrize("scope", ["enrollment", "cohort", "course", "organization"])
async def test_a_scope_that_is_not_there_is_refused_by_name(
    client: ApiClient, session: AsyncSession, admin: Account, worker: WorkerOnDemand, scope: str
) -> None:
    await session.commit()
    asking = await client.as_(admin)
    refused = await asking.post("/academy/gain-recomputations", {f"{scope}_id": str(new_id())}, key=str(new_id()))
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(f"/{scope}_id", "unknown")]
    assert not await worker.announced("academy.gain_recomputation_requested")


async def test_two_scopes_at_once_are_refused(client: ApiClient, session: AsyncSession, admin: Account) -> None:
    await session.commit()
    body = {"cohort_id": str(new_id()), "course_id": str(new_id())}
    refused = await (await client.as_(admin)).post("/academy/gain-recomputations", body, key=str(new_id()))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "one_scope"


async def test_only_platform_admins_have_gains_measured_again(
    client: ApiClient, session: AsyncSession, manager: Account
) -> None:
    world = await create(session)
    await session.commit()
    for who in (world.instructor, manager):
        refused = await (await client.as_(who)).post("/academy/gain-recomputations", {}, key=str(new_id()))
        assert refused.status_code == 403
