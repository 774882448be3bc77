"""Getting on in a path: steps done by courses or by word, seats that steps entitle to, and the end of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    Cohort,
    CourseInstructor,
    Enrollment,
    Organization,
    PathCertificate,
    PathEnrollment,
    PathPaymentType,
    PathSkill,
    PathStepCompletion,
    SkillProgress,
    UnlockRule,
)
from app.academy.path_progress import service
from app.academy.permissions import AcademyActor
from app.academy.progress import service as courses
from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import PathStepsChanged
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.academy.credentials.conftest import new_skill
from tests.academy.path_enrollments.world import (
    OPTIONAL,
    Track,
    after,
    after_days,
    fresh,
    fresh_path,
    in_path,
    learned,
    open_cohort,
    seated,
    track,
)
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

HOUSE = AcademyActor.system()
ONE, NEXT = UnlockRule.immediate, UnlockRule.sequential


def completion(enrollment: PathEnrollment, made: Track, place: int) -> str:
    """The address of a step's completion."""
    return f"/academy/path-enrollments/{enrollment.id}/steps/{made.steps[place - 1].id}/completion"


def seats_of(enrollment: PathEnrollment, made: Track, place: int) -> str:
    """The address of a step's seats."""
    return f"/academy/path-enrollments/{enrollment.id}/steps/{made.steps[place - 1].id}/enrollments"


async def take(client: ApiClient, enrollment: PathEnrollment, made: Track, place: int, cohort: Cohort) -> Any:
    return await client.post(seats_of(enrollment, made, place), {"cohort_id": str(cohort.id)}, key=str(new_id()))


async def complete(session: AsyncSession, worker: WorkerOnDemand, enrollment: Enrollment) -> None:
    """An instructor says that the course is completed, and what follows happens."""
    session.expunge_all()
    await courses.refresh(session, HOUSE, enrollment.id, marked_by=enrollment.user_id)
    await session.commit()
    await worker.drain()


# ── by courses ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("A-LPA-13", "A-LPA-11", "A-LPA-06", "A-LPA-08", "Z-125", "Z-127")
async def test_a_path_is_gone_course_by_course_to_its_end(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session, ONE, NEXT, NEXT)
    begun = await in_path(session, learner, made.path)
    cohorts = [await open_cohort(session, course) for course in made.courses]
    await session.commit()
    mine = await client.as_(learner)
    seen: list[tuple[object, ...]] = []
    for place, cohort in enumerate(cohorts, start=1):
        seat = await take(mine, begun, made, place, cohort)
        assert (seat.status_code, seat.json()["payment_status"]) == (201, "completed")
        await complete(session, worker, await session.get_one(Enrollment, seat.json()["id"]))
        now = await fresh(session, begun.id)
        current = [step.id for step in made.steps].index(now.current_step_id) + 1 if now.current_step_id else None
        seen.append((now.progress_percent, now.status, current))
    assert seen == [(33, "active", 2), (66, "active", 3), (100, "completed", None)]
    now = await fresh(session, begun.id)
    assert now.started_at is not None
    assert now.completed_at is not None
    assert now.started_at <= now.completed_at
    assert (await fresh_path(session, made)).completion_count == 1
    done = (await session.scalars(select(PathStepCompletion.enrollment_id))).all()
    assert None not in done
    kinds = [each.kind for each in await worker.announced() if ".path_" in each.kind]
    assert kinds == [
        *["academy.path_step_completed"] * 3,
        "academy.path_completed",
        "academy.path_certificate_issued",
    ]


@pytest.mark.req("A-LPA-13", "A-LPA-06")
async def test_the_same_event_again_changes_nothing(
    session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session, ONE, NEXT)
    begun = await in_path(session, learner, made.path)
    seat = await seated(session, learner, made.courses[0])
    await session.commit()
    await complete(session, worker, seat)
    first = await fresh(session, begun.id)
    before = (first.progress_percent, first.started_at, first.updated_at, first.current_step_id)
    for _ in range(2):
        await service.follow_course(session, HOUSE, learner.id, seat.course_id)
        await session.commit()
    again = await fresh(session, begun.id)
    assert (again.progress_percent, again.started_at, again.updated_at, again.current_step_id) == before
    assert len(await worker.announced("academy.path_step_completed")) == 1


@pytest.mark.req("A-LPA-13")
async def test_a_course_in_two_paths_moves_both_and_nobody_elses(
    session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    first, second = await track(session, ONE, NEXT), await track(session, ONE, NEXT)
    second.steps[0].course_id = first.courses[0].id
    mine = [await in_path(session, learner, each.path) for each in (first, second)]
    other = await in_path(session, await enter(session), first.path)
    seat = await seated(session, learner, first.courses[0])
    await session.commit()
    await complete(session, worker, seat)
    assert [(await fresh(session, each.id)).progress_percent for each in (*mine, other)] == [50, 50, 0]


@pytest.mark.req("A-LPA-13", "A-LPA-09")
async def test_a_locked_step_waits_for_its_turn_although_its_course_is_completed(
    session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session, ONE, NEXT, after(2))
    begun = await in_path(session, learner, made.path)
    late = [await seated(session, learner, course) for course in made.courses[1:]]
    first = await seated(session, learner, made.courses[0])
    await session.commit()
    for seat in late:
        await complete(session, worker, seat)
    assert (await fresh(session, begun.id)).progress_percent == 0
    await complete(session, worker, first)
    assert (await fresh(session, begun.id)).status == "completed"


@pytest.mark.req("A-LPA-13", "A-LPA-09")
async def test_a_step_that_waited_for_days_is_done_when_they_have_passed(
    session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session, after_days(30))
    begun = await in_path(session, learner, made.path)
    await learned(session, learner, made.courses[0])
    await session.commit()
    await worker.run_schedule("academy.advance_paths")
    assert (await fresh(session, begun.id)).progress_percent == 0
    await session.execute(update(PathEnrollment).values(enrolled_at=utc_now() - timedelta(days=30, minutes=5)))
    await session.commit()
    await worker.run_schedule("academy.advance_paths")
    assert (await fresh(session, begun.id)).status == "completed"


@pytest.mark.req("A-LPA-06", "Z-121")
@pytest.mark.parametrize(
    ("rules", "choice", "done", "percent", "status"),
    [
        ((ONE, ONE, OPTIONAL), (), [1], 50, "active"),
        ((ONE, ONE, OPTIONAL), (), [3], 0, "active"),
        ((ONE, ONE, OPTIONAL), (), [1, 2], 100, "completed"),
        ((ONE, ONE, ONE), (), [1, 2], 66, "active"),
        ((ONE, ONE, ONE), (2, 3), [3], 50, "active"),
        ((ONE, ONE, ONE), (2, 3), [3, 2], 50, "active"),
        ((ONE, ONE, ONE), (2, 3), [1, 3], 100, "completed"),
    ],
)
async def test_progress_is_required_units_done(
    session: AsyncSession,
    learner: Account,
    worker: WorkerOnDemand,
    rules: tuple[Any, ...],
    choice: tuple[int, ...],
    done: list[int],
    percent: int,
    status: str,
) -> None:
    made = await track(session, *rules, choice=choice)
    begun = await in_path(session, learner, made.path)
    rows = [await seated(session, learner, made.courses[place - 1]) for place in done]
    await session.commit()
    for seat in rows:
        await complete(session, worker, seat)
    now = await fresh(session, begun.id)
    assert (now.progress_percent, now.status) == (percent, status)


@pytest.mark.req("A-LPA-06", "Z-121")
async def test_199_of_200_are_99_percent_and_not_the_end(session: AsyncSession, learner: Account) -> None:
    made = await track(session, *[ONE] * 200)
    begun = await in_path(session, learner, made.path)
    for step in made.steps[:199]:
        session.add(PathStepCompletion(path_enrollment_id=begun.id, step_id=step.id, path_id=made.path.id))
    await session.commit()
    await service.advance(session, HOUSE, begun.id)
    await session.commit()
    now = await fresh(session, begun.id)
    assert (now.progress_percent, now.status, now.current_step_id) == (99, "active", made.steps[199].id)


@pytest.mark.req("A-LPA-06")
async def test_a_path_that_asks_for_more_is_shown_so_to_those_who_go_it_and_not_to_those_who_completed_it(
    session: AsyncSession, learner: Account, worker: WorkerOnDemand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "RIPE_AT_ONCE", 1)
    made = await track(session, ONE, OPTIONAL)
    going, second = [await in_path(session, each, made.path) for each in (learner, await enter(session))]
    graduate = await enter(session)
    gone = await in_path(session, graduate, made.path)
    seat = await seated(session, graduate, made.courses[0])
    await session.commit()
    await complete(session, worker, seat)
    for step in made.steps:
        await session.merge(step)
    session.add_all(
        PathStepCompletion(path_enrollment_id=each.id, step_id=made.steps[1].id, path_id=made.path.id)
        for each in (going, second)
    )
    await session.execute(text("UPDATE academy.learning_path_steps SET is_required = true"))
    await session.commit()
    emit(session, PathStepsChanged(path_id=made.path.id))
    await session.commit()
    await worker.drain()
    rows = [await fresh(session, each.id) for each in (going, second, gone)]
    assert [(each.progress_percent, each.status) for each in rows] == [
        (50, "active"),
        (50, "active"),
        (100, "completed"),
    ]


# ── by word ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("A-LPA-06", "A-LPA-11")
async def test_an_admin_or_the_instructor_of_its_course_completes_a_step_once(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session, ONE, ONE, ONE)
    begun = await in_path(session, learner, made.path)
    teacher = await enter(session)
    session.add(CourseInstructor(course_id=made.courses[0].id, user_id=teacher.id))
    await session.commit()
    teachers, boss = await client.as_(teacher), await client.as_(admin)
    answers = [await teachers.put(completion(begun, made, 1)) for _ in range(3)]
    assert [each.json()["progress_percent"] for each in answers] == [33, 33, 33]
    assert (await teachers.put(completion(begun, made, 2))).status_code == 403
    told = (await boss.put(completion(begun, made, 2))).json()
    assert told["completed_step_ids"] == [str(step.id) for step in made.steps[:2]]
    assert (told["progress_percent"], told["current_step_id"]) == (66, str(made.steps[2].id))
    words = [each.payload["completed_by_id"] for each in await worker.announced("academy.path_step_completed")]
    assert words == [str(teacher.id), str(admin.id)]


async def test_a_learner_cannot_vouch_for_oneself_without_the_course(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    made = await track(session, ONE, NEXT)
    begun = await in_path(session, learner, made.path)
    session.add(CourseInstructor(course_id=made.courses[0].id, user_id=learner.id))
    await session.commit()
    mine = await client.as_(learner)
    answer = await mine.put(completion(begun, made, 1))
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.step_course_not_completed")
    await learned(session, learner, made.courses[0])
    await session.commit()
    assert (await mine.put(completion(begun, made, 1))).json()["progress_percent"] == 50


@pytest.mark.req("A-LPA-07", "Z-121")
async def test_what_cannot_be_completed_is_not(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    made, other = await track(session, ONE, NEXT), await track(session)
    begun = await in_path(session, learner, made.path)
    await session.commit()
    boss = await client.as_(admin)
    base = f"/academy/path-enrollments/{begun.id}/steps"
    locked = await boss.put(completion(begun, made, 2))
    assert (locked.status_code, locked.json()["code"]) == (409, "academy.step_locked")
    foreign = await boss.put(f"{base}/{other.steps[0].id}/completion")
    assert (foreign.status_code, foreign.json()["code"]) == (422, "academy.step_of_another_path")
    assert (await boss.put(f"{base}/{new_id()}/completion")).status_code == 404
    assert await session.scalar(select(func.count()).select_from(PathStepCompletion)) == 0


@pytest.mark.req("A-LPA-07")
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"status": "paused"}, "academy.path_enrollment_paused"),
        ({"status": "expired"}, "academy.path_enrollment_expired"),
        ({"expires_at": utc_now() - timedelta(minutes=1)}, "academy.path_enrollment_expired"),
    ],
)
async def test_nothing_is_done_or_taken_while_it_rests_or_when_it_is_over(
    client: ApiClient,
    session: AsyncSession,
    learner: Account,
    admin: Account,
    worker: WorkerOnDemand,
    values: dict[str, Any],
    code: str,
) -> None:
    made = await track(session, ONE, NEXT)
    begun = await in_path(session, learner, made.path, **values)
    cohort = await open_cohort(session, made.courses[0])
    seat = await seated(session, learner, made.courses[0])
    await session.commit()
    answer = await (await client.as_(admin)).put(completion(begun, made, 1))
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    answer = await take(await client.as_(learner), begun, made, 1, cohort)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    await complete(session, worker, seat)
    assert (await fresh(session, begun.id)).progress_percent == 0


# ── the certificate ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("A-LPC-01", "A-LPA-08", "Z-129")
async def test_the_certificate_lists_every_course_and_the_skills_with_their_levels(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session, ONE, NEXT)
    begun = await in_path(session, learner, made.path)
    skill = await new_skill(session, name="Prompting")
    session.add(PathSkill(path_id=made.path.id, skill_id=skill.id))
    level = {"user_id": learner.id, "skill_id": skill.id, "current_level": "practitioner"}
    session.add(SkillProgress(id=new_id(), **level))
    rows = [await seated(session, learner, course) for course in made.courses]
    await session.commit()
    for seat in rows:
        await complete(session, worker, seat)
    mine = await client.as_(learner)
    (told,) = (await mine.get("/academy/me/path-certificates")).json()["items"]
    assert told["certificate_number"] == f"PATH-{utc_now().year}-000001"
    assert [each["title"] for each in told["courses_completed"]] == ["Course 1", "Course 2"]
    assert [(each["skill_id"], each["level"]) for each in told["skills_achieved"]] == [(str(skill.id), "practitioner")]
    verified = (await client.get(f"/academy/credentials/{told['id']}/verification")).json()
    assert verified["status"] == "valid"
    found = await session.scalar(select(PathCertificate.enrollment_id))
    assert found == begun.id


# ── seats ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("A-LPA-13", "Z-127")
async def test_a_step_entitles_to_one_seat_in_an_open_cohort_of_its_course(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session, ONE, NEXT)
    begun = await in_path(session, learner, made.path)
    cohort, later = [await open_cohort(session, made.courses[0]) for _ in range(2)]
    locked = await open_cohort(session, made.courses[1])
    await session.commit()
    mine = await client.as_(learner)
    taken = await take(mine, begun, made, 1, cohort)
    assert taken.status_code == 201
    shown = [taken.json()[name] for name in ("payment_status", "payment_type", "has_seat", "checkout_url")]
    assert shown == ["completed", "b2c", True, None]
    seat = await session.get_one(Enrollment, taken.json()["id"])
    assert seat.path_enrollment_id == begun.id
    assert (await session.get_one(Cohort, cohort.id, populate_existing=True)).current_enrollment == 1
    refused = [
        await take(mine, begun, made, 1, later),
        await take(mine, begun, made, 1, cohort),
        await take(mine, begun, made, 2, locked),
    ]
    codes = ["academy.step_taken", "academy.step_taken", "academy.step_locked"]
    assert [each.json()["code"] for each in refused] == codes
    detail = (await mine.get(f"/academy/path-enrollments/{begun.id}")).json()
    assert [each["enrollment_id"] for each in detail["steps"]] == [str(seat.id), None]
    kinds = [each.kind for each in await worker.announced()]
    assert kinds == ["academy.enrollment_created", "academy.enrollment_confirmed"]


async def test_a_seat_that_was_given_up_can_be_taken_again_and_a_moved_one_stays_the_paths(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    made = await track(session, ONE, NEXT)
    begun = await in_path(session, learner, made.path)
    cohort, later = [await open_cohort(session, made.courses[0]) for _ in range(2)]
    await session.commit()
    mine = await client.as_(learner)
    first = (await take(mine, begun, made, 1, cohort)).json()
    moved = await mine.post(f"/academy/enrollments/{first['id']}/transfer", {"cohort_id": str(later.id)}, key="move")
    assert moved.status_code == 201
    seat = await session.get_one(Enrollment, moved.json()["id"])
    assert seat.path_enrollment_id == begun.id
    assert (await take(mine, begun, made, 1, cohort)).json()["code"] == "academy.step_taken"
    await mine.post(f"/academy/enrollments/{moved.json()['id']}/cancellation", {})
    assert (await take(mine, begun, made, 1, cohort)).status_code == 201


@pytest.mark.req("Z-127")
@pytest.mark.parametrize(
    ("cohort", "code"),
    [
        ({"max_capacity": 1, "current_enrollment": 1}, "academy.cohort_full"),
        ({"status": "scheduled"}, "academy.cohort_not_open"),
        ({"start_date": utc_now() - timedelta(days=1)}, "academy.cohort_started"),
    ],
)
async def test_the_rules_of_all_seats_hold(
    client: ApiClient, session: AsyncSession, learner: Account, cohort: dict[str, Any], code: str
) -> None:
    made = await track(session, ONE, NEXT)
    begun = await in_path(session, learner, made.path)
    there = await open_cohort(session, made.courses[0], **cohort)
    await session.commit()
    answer = await take(await client.as_(learner), begun, made, 1, there)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_a_cohort_of_another_course_and_a_step_that_is_done_are_refused(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    made = await track(session, ONE, ONE)
    begun = await in_path(session, learner, made.path)
    cohorts = [await open_cohort(session, course) for course in made.courses]
    await session.commit()
    mine = await client.as_(learner)
    answer = await take(mine, begun, made, 1, cohorts[1])
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.other_course")
    await (await client.as_(admin)).put(completion(begun, made, 1))
    answer = await take(mine, begun, made, 1, cohorts[0])
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.step_completed_before")


@pytest.mark.req("A-LPA-12", "Z-127")
async def test_who_pays_by_the_course_buys_the_seat_and_it_counts_all_the_same(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await track(session, ONE, ONE)
    begun = await in_path(session, learner, made.path, payment_type="individual")
    made.courses[1].price_b2c = 0
    cohorts = [await open_cohort(session, course) for course in made.courses]
    seat = await seated(session, learner, made.courses[0])
    await session.commit()
    mine = await client.as_(learner)
    answer = await take(mine, begun, made, 1, cohorts[0])
    assert (answer.status_code, answer.json()["code"]) == (402, "academy.step_not_paid")
    assert (await take(mine, begun, made, 2, cohorts[1])).status_code == 201
    await complete(session, worker, seat)
    assert (await fresh(session, begun.id)).progress_percent == 50


@pytest.mark.req("A-LPA-12", "A-ORG-03")
async def test_an_organizations_path_uses_its_seats_course_by_course(
    client: ApiClient, session: AsyncSession, member: Account, customer: Organization
) -> None:
    customer.seats_purchased = 1
    made = await track(session, ONE, ONE)
    paid = {"payment_type": PathPaymentType.organization, "organization_id": customer.id}
    begun = await in_path(session, member, made.path, **paid)
    cohorts = [await open_cohort(session, course) for course in made.courses]
    await session.commit()
    mine = await client.as_(member)
    first = (await take(mine, begun, made, 1, cohorts[0])).json()
    assert (first["payment_type"], first["organization_id"]) == ("b2b", str(customer.id))
    second = await take(mine, begun, made, 2, cohorts[1])
    assert (second.status_code, second.json()["code"]) == (409, "academy.no_seats")
    assert (await session.get_one(Organization, customer.id, populate_existing=True)).seats_used == 1


async def test_only_ones_own_steps_are_taken(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    made = await track(session, ONE, NEXT)
    begun = await in_path(session, learner, made.path)
    cohort = await open_cohort(session, made.courses[0])
    teacher = await enter(session)
    session.add(CourseInstructor(course_id=made.courses[0].id, user_id=teacher.id))
    stranger = await enter(session)
    await session.commit()
    assert (await take(await client.as_(stranger), begun, made, 1, cohort)).status_code == 404
    assert (await take(await client.as_(teacher), begun, made, 1, cohort)).status_code == 403
    taken = await take(await client.as_(admin), begun, made, 1, cohort)
    assert (taken.status_code, taken.json()["account_id"]) == (201, str(learner.id))
    count = await session.scalar(text("SELECT count(*) FROM academy.enrollments"))
    assert count == 1
