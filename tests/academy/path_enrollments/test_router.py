"""Getting into a path, seeing how it stands, resting, renewing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.academy.models import (
    CourseInstructor,
    LearningPath,
    Organization,
    PathEnrollment,
    PathPaymentType,
    PathPurchase,
    PathStepCompletion,
    Role,
    UnlockRule,
)
from app.core.clock import utc_now
from app.core.ids import new_id
from app.identity.models import Account
from tests.academy.conftest import enter, found
from tests.academy.path_enrollments.world import (
    OPTIONAL,
    Track,
    after,
    after_days,
    fresh,
    fresh_path,
    in_path,
    learned,
    track,
)
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

INDIVIDUAL = {"payment_type": "individual"}
YEAR = timedelta(days=365)


async def enroll(client: ApiClient, made: Track, body: dict[str, Any], key: str | None = None) -> Any:
    return await client.post(f"{made.url}/enrollments", body, key=key or str(new_id()))


# ── enrolling ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("A-LPA-04", "A-LPA-05", "A-LPA-12", "Z-125")
async def test_who_enrolls_begins_with_nothing_done_and_a_year_before_them(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session)
    await session.commit()
    answer = await enroll(await client.as_(learner), made, INDIVIDUAL)
    assert answer.status_code == 201
    told = answer.json()
    shown = ("status", "progress_percent", "completed_step_ids", "payment_type", "started_at", "completed_at")
    assert [told[name] for name in shown] == ["active", 0, [], "individual", None, None]
    assert told["account_id"] == str(learner.id)
    assert datetime.fromisoformat(told["expires_at"]) - datetime.fromisoformat(told["enrolled_at"]) == YEAR
    assert told["current_step_id"] == str(made.steps[0].id)
    assert (await fresh_path(session, made)).enrollment_count == 1
    assert [each.kind for each in await worker.announced()] == ["academy.path_enrolled"]


@pytest.mark.req("A-LPA-03")
@pytest.mark.parametrize("status", ["active", "paused", "completed"])
async def test_a_live_enrollment_is_enough(
    client: ApiClient, session: AsyncSession, learner: Account, status: str
) -> None:
    made = await track(session)
    completed_at = utc_now() if status == "completed" else None
    await in_path(session, learner, made.path, status=status, completed_at=completed_at)
    await session.commit()
    answer = await enroll(await client.as_(learner), made, INDIVIDUAL)
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.path_already_enrolled")
    assert answer.json()["title"] == "Already enrolled in this path"
    assert (await fresh_path(session, made)).enrollment_count == 1


@pytest.mark.req("A-LPA-03", "Z-124")
@pytest.mark.parametrize("status", ["expired", "active", "paused"])
async def test_one_that_is_over_is_renewed_and_keeps_what_was_done(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand, status: str
) -> None:
    made = await track(session, UnlockRule.immediate, UnlockRule.sequential, UnlockRule.sequential)
    former = await in_path(
        session, learner, made.path, status=status, progress_percent=33, expires_at=utc_now() - timedelta(days=1)
    )
    done = {"path_enrollment_id": former.id, "step_id": made.steps[0].id, "path_id": made.path.id}
    session.add(PathStepCompletion(**done))
    await session.commit()
    answer = await enroll(await client.as_(learner), made, INDIVIDUAL)
    told = answer.json()
    assert (answer.status_code, told["id"], told["status"]) == (201, str(former.id), "active")
    assert (told["progress_percent"], told["completed_step_ids"]) == (33, [str(made.steps[0].id)])
    assert datetime.fromisoformat(told["expires_at"]) > utc_now() + timedelta(days=364)
    assert (await fresh_path(session, made)).enrollment_count == 1
    assert [each.kind for each in await worker.announced()] == ["academy.path_enrollment_renewed"]


@pytest.mark.req("A-LPA-12", "Z-124")
@pytest.mark.parametrize(
    "body",
    [
        {"payment_type": "bundle"},
        {"payment_type": "subscription"},
        {"payment_type": "subscription", "stripe_subscription_id": "sub_somebody_elses"},
    ],
)
async def test_what_was_not_paid_is_not_believed(
    client: ApiClient, session: AsyncSession, learner: Account, body: dict[str, Any]
) -> None:
    made = await track(session)
    other = await enter(session)
    bought = {"path_id": made.path.id, "state": "paid", "amount_cents": 1, "currency": "usd", "success_url": ""}
    monthly = {"kind": "subscription", "billing_interval": "month", "stripe_subscription_id": "sub_somebody_elses"}
    common = {**bought, "cancel_url": "", "expires_at": utc_now(), "user_id": other.id}
    session.add_all([PathPurchase(**common, **monthly), PathPurchase(**common, kind="bundle")])
    await session.commit()
    answer = await enroll(await client.as_(learner), made, body)
    assert (answer.status_code, answer.json()["code"]) == (402, "academy.path_not_paid")
    assert (await fresh_path(session, made)).enrollment_count == 0


@pytest.mark.req("A-LPA-12")
async def test_an_organization_pays_for_its_own_people(
    client: ApiClient, session: AsyncSession, member: Account, customer: Organization
) -> None:
    made = await track(session)
    await session.commit()
    told = (await enroll(await client.as_(member), made, {"payment_type": "organization"})).json()
    assert (told["payment_type"], told["organization_id"]) == ("organization", str(customer.id))


@pytest.mark.req("A-LPA-12")
@pytest.mark.parametrize(
    ("billing", "status", "code"),
    [
        ({"status": "suspended"}, 403, "academy.path_without_organization"),
        ({"seats_purchased": 3, "seats_used": 3}, 402, "academy.path_seats_used"),
    ],
)
async def test_an_organization_that_cannot_pay_does_not(
    client: ApiClient, session: AsyncSession, billing: dict[str, Any], status: int, code: str
) -> None:
    made = await track(session)
    person = await enter(session, Role.org_member, await found(session, **billing))
    await session.commit()
    answer = await enroll(await client.as_(person), made, {"payment_type": "organization"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.req("A-LPA-12")
async def test_who_has_no_organization_cannot_name_one(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    await session.commit()
    answer = await enroll(await client.as_(learner), made, {"payment_type": "organization"})
    assert (answer.status_code, answer.json()["code"]) == (403, "academy.path_without_organization")


async def test_an_organizations_admin_enrolls_its_people_and_nobody_elses(
    client: ApiClient, session: AsyncSession, manager: Account, member: Account, learner: Account
) -> None:
    made = await track(session)
    await session.commit()
    boss = await client.as_(manager)
    theirs = await enroll(boss, made, {"payment_type": "organization", "account_id": str(member.id)})
    assert (theirs.status_code, theirs.json()["account_id"]) == (201, str(member.id))
    foreign = await enroll(boss, made, {"payment_type": "organization", "account_id": str(learner.id)})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "academy.path_without_organization")
    free = await enroll(boss, made, {"payment_type": "individual", "account_id": str(member.id)})
    assert free.status_code == 403


async def test_an_admin_grants_a_path(
    client: ApiClient, session: AsyncSession, admin: Account, learner: Account
) -> None:
    made = await track(session)
    await session.commit()
    body = {"payment_type": "bundle", "account_id": str(learner.id)}
    assert (await enroll(await client.as_(admin), made, body)).status_code == 201
    assert (await enroll(await client.as_(learner), made, {**body, "account_id": str(admin.id)})).status_code == 403


async def test_a_path_outside_of_the_catalogue_lets_nobody_in(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    made = await track(session)
    await session.execute(update(LearningPath).values(is_active=False))
    await session.commit()
    assert (await enroll(await client.as_(learner), made, INDIVIDUAL)).status_code == 404
    answer = await enroll(await client.as_(admin), made, INDIVIDUAL)
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.path_not_for_sale")


async def test_the_same_key_enrolls_once(client: ApiClient, session: AsyncSession, learner: Account) -> None:
    made = await track(session)
    await session.commit()
    mine = await client.as_(learner)
    first, again = [await enroll(mine, made, INDIVIDUAL, key="the-same") for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.req("A-LPA-13")
async def test_a_course_completed_before_counts_from_the_start(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    await learned(session, learner, made.courses[0])
    await learned(session, learner, made.courses[1], payment_status="refunded")
    await session.commit()
    told = (await enroll(await client.as_(learner), made, INDIVIDUAL)).json()
    assert (told["progress_percent"], told["completed_step_ids"]) == (50, [str(made.steps[0].id)])


# ── seeing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("A-LPA-02")
async def test_it_shows_every_step_with_its_course_and_whether_it_is_done_and_open(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    rules = (UnlockRule.immediate, UnlockRule.sequential, UnlockRule.sequential, after_days(30), after(2), OPTIONAL)
    made = await track(session, *rules)
    begun = await in_path(session, learner, made.path)
    done = {"path_enrollment_id": begun.id, "step_id": made.steps[0].id, "path_id": made.path.id}
    session.add(PathStepCompletion(**done))
    await session.commit()
    mine = await client.as_(learner)
    told = (await mine.get(f"{made.url}/enrollment")).json()
    assert told["id"] == str(begun.id)
    assert (told["path"]["title"], told["path"]["id"]) == (made.path.title, str(made.path.id))
    assert [each["course"]["title"] for each in told["steps"]] == [f"Course {place}" for place in range(1, 7)]
    assert [each["is_completed"] for each in told["steps"]] == [True, False, False, False, False, False]
    assert [each["is_unlocked"] for each in told["steps"]] == [True, True, False, False, False, True]
    ids = [str(each.id) for each in made.steps]
    in_thirty_days = datetime.fromisoformat(told["enrolled_at"]) + timedelta(days=30)
    locks = [(lock["by"], lock["step_ids"]) for each in told["steps"] if (lock := each["lock"])]
    assert locks == [("previous_step", [ids[1]]), ("days", []), ("another_step", [ids[1]])]
    assert datetime.fromisoformat(told["steps"][3]["lock"]["opens_at"]) == in_thirty_days
    assert (await mine.get(f"/academy/path-enrollments/{begun.id}")).json() == told


@pytest.mark.req("A-LPA-02")
async def test_who_is_not_in_it_finds_nothing(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    made = await track(session)
    begun = await in_path(session, learner, made.path)
    other = await enter(session)
    await session.commit()
    stranger = await client.as_(other)
    assert (await stranger.get(f"{made.url}/enrollment")).status_code == 404
    assert (await stranger.get(f"{made.url}/enrollment?account_id={learner.id}")).status_code == 404
    assert (await stranger.get(f"/academy/path-enrollments/{begun.id}")).status_code == 404
    boss = await client.as_(admin)
    assert (await boss.get(f"{made.url}/enrollment?account_id={learner.id}")).json()["id"] == str(begun.id)
    assert (await boss.get(f"{made.url}/enrollment?account_id={other.id}")).status_code == 404


async def test_its_organizations_admin_and_the_instructors_of_its_courses_see_it(
    client: ApiClient, session: AsyncSession, member: Account, manager: Account, customer: Organization
) -> None:
    made = await track(session)
    paid = {"payment_type": PathPaymentType.organization, "organization_id": customer.id}
    begun = await in_path(session, member, made.path, **paid)
    teacher = await enter(session)
    session.add(CourseInstructor(course_id=made.courses[1].id, user_id=teacher.id))
    foreign = await enter(session, Role.org_admin, await found(session))
    await session.commit()
    answers = [await (await client.as_(who)).get(f"/academy/path-enrollments/{begun.id}") for who in (manager, teacher)]
    assert [each.status_code for each in answers] == [200, 200]
    assert (await (await client.as_(foreign)).get(f"/academy/path-enrollments/{begun.id}")).status_code == 404


async def test_lists_are_filtered_and_turned_page_by_page(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    made = [await track(session) for _ in range(3)]
    for place, each in enumerate(made):
        await in_path(
            session,
            learner,
            each.path,
            status=("active", "paused", "active")[place],
            enrolled_at=utc_now() - timedelta(days=place),
        )
    for _ in range(2):
        await in_path(session, await enter(session), made[0].path)
    await session.commit()
    mine, boss = await client.as_(learner), await client.as_(admin)
    first = (await mine.get("/academy/me/path-enrollments?limit=2")).json()
    rest = (await mine.get(f"/academy/me/path-enrollments?limit=2&cursor={first['next_cursor']}")).json()
    order = [each["path_id"] for each in first["items"] + rest["items"]]
    assert order == [str(each.path.id) for each in made]
    assert rest["next_cursor"] is None
    paused = (await mine.get("/academy/me/path-enrollments?status=paused")).json()["items"]
    assert [each["path_id"] for each in paused] == [str(made[1].path.id)]
    assert len((await boss.get(f"{made[0].url}/enrollments")).json()["items"]) == 3
    assert len((await mine.get(f"{made[0].url}/enrollments")).json()["items"]) == 1
    assert (await boss.get(f"/academy/paths/{new_id()}/enrollments")).status_code == 404


@pytest.mark.req("A-LPA-02")
async def test_twenty_steps_take_as_many_statements_as_two(
    engine: AsyncEngine, client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    counts = []
    for many in (2, 20):
        made = await track(session, *[UnlockRule.immediate] * many)
        begun = await in_path(session, learner, made.path)
        await session.commit()
        mine = await client.as_(learner)
        with recorded(engine) as seen:
            assert len((await mine.get(f"/academy/path-enrollments/{begun.id}")).json()["steps"]) == many
        counts.append(len(seen))
    assert counts[0] == counts[1]


# ── resting and running out ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("A-LPA-10")
@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [
        ("active", "PUT", "paused"),
        ("paused", "PUT", "paused"),
        ("completed", "PUT", "academy.path_not_pausable"),
        ("expired", "PUT", "academy.path_enrollment_expired"),
        ("active", "DELETE", "active"),
        ("paused", "DELETE", "active"),
        ("completed", "DELETE", "academy.path_not_pausable"),
        ("expired", "DELETE", "academy.path_enrollment_expired"),
    ],
)
@pytest.mark.parametrize("who", ["learner", "admin"])
async def test_it_rests_and_goes_on_by_its_learner_or_an_admin(
    client: ApiClient,
    session: AsyncSession,
    learner: Account,
    admin: Account,
    worker: WorkerOnDemand,
    status: str,
    method: str,
    expected: str,
    who: str,
) -> None:
    made = await track(session)
    completed_at = utc_now() if status == "completed" else None
    begun = await in_path(session, learner, made.path, status=status, completed_at=completed_at)
    await session.commit()
    caller = await client.as_({"learner": learner, "admin": admin}[who])
    answer = await caller.request(method, f"/academy/path-enrollments/{begun.id}/pause")
    told = answer.json()
    assert told.get("code", told.get("status")) == expected or told["status"] == expected
    assert answer.status_code == (409 if "." in expected else 200)
    moved = expected != status and "." not in expected
    kinds = {"PUT": "academy.path_enrollment_paused", "DELETE": "academy.path_enrollment_resumed"}
    assert [each.kind for each in await worker.announced()] == ([kinds[method]] if moved else [])


@pytest.mark.req("A-LPA-10")
async def test_nobody_else_lets_it_rest(client: ApiClient, session: AsyncSession, learner: Account) -> None:
    made = await track(session)
    begun = await in_path(session, learner, made.path)
    teacher = await enter(session)
    session.add(CourseInstructor(course_id=made.courses[0].id, user_id=teacher.id))
    await session.commit()
    for who, status in ((teacher, 403), (await enter(session), 404)):
        await session.commit()
        assert (await (await client.as_(who)).put(f"/academy/path-enrollments/{begun.id}/pause")).status_code == status


@pytest.mark.req("A-LPA-10")
async def test_what_was_learned_while_it_rested_counts_when_it_goes_on(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    made = await track(session)
    begun = await in_path(session, learner, made.path, status="paused")
    await learned(session, learner, made.courses[0])
    await session.commit()
    told = (await (await client.as_(learner)).delete(f"/academy/path-enrollments/{begun.id}/pause")).json()
    assert (told["status"], told["progress_percent"]) == ("active", 50)


@pytest.mark.req("A-LPA-10")
async def test_a_job_ends_what_the_clock_has_ended(
    session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    past, ahead = utc_now() - timedelta(minutes=1), utc_now() + timedelta(minutes=1)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"expires_at": past}, "expired"),
        ({"expires_at": past, "status": "paused"}, "expired"),
        ({"expires_at": ahead}, "active"),
        ({"expires_at": None}, "active"),
        ({"expires_at": past, "status": "completed", "completed_at": past}, "completed"),
        # A subscription's next period may be on its way.
        ({"expires_at": past, "payment_type": "subscription", "stripe_subscription_id": "sub_1"}, "active"),
        (
            {
                "expires_at": past - timedelta(hours=1),
                "payment_type": "subscription",
                "stripe_subscription_id": "sub_2",
            },
            "expired",
        ),
    ]
    rows: list[PathEnrollment] = []
    for values, _ in cases:
        made = await track(session)
        rows.append(await in_path(session, learner, made.path, **values))
    await session.commit()
    await worker.run_schedule("academy.expire_path_enrollments")
    await worker.run_schedule("academy.expire_path_enrollments")
    assert [(await fresh(session, each.id)).status for each in rows] == [status for _, status in cases]
    told = await worker.announced("academy.path_enrollment_expired")
    assert {each.payload["reason"] for each in told} == {"time"}
    assert len(told) == 3


@pytest.mark.req("A-LPA-10")
async def test_the_job_works_in_batches_and_passes_by_what_is_in_use(
    session: AsyncSession, worker: WorkerOnDemand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.academy.path_enrollments.service.EXPIRED_AT_ONCE", 2)
    made = await track(session)
    for _ in range(5):
        session.add(learning.path_enrollment(await enter(session), made.path, expires_at=utc_now() - timedelta(days=1)))
    await session.commit()
    await worker.run_schedule("academy.expire_path_enrollments")
    left = await session.scalar(text("SELECT count(*) FROM academy.user_path_enrollments WHERE status <> 'expired'"))
    assert left == 0
