"""The door of enrollments: stranger, outsider, insider without the right, refusal, success, and what was announced."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Cohort, Enrollment, Learner, Organization, Payment, Role
from app.core.clock import utc_now
from app.identity.models import Account
from tests.academy.conftest import enter, found
from tests.academy.enrollments.conftest import RETURN_TO, Buy, Plan
from tests.factories import academy, identity
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

Count = Callable[[Cohort], Awaitable[tuple[int, int, int]]]


def instant(value: str) -> datetime:
    return datetime.fromisoformat(value)


# Buying


async def test_a_stranger_cannot_check_out(client: ApiClient, plan: Plan) -> None:
    answer = await client.post(f"/academy/cohorts/{(await plan()).id}/checkout", RETURN_TO, key="k")
    assert answer.status_code == 401


@pytest.mark.req("A-ENR-01")
async def test_a_new_checkout_is_a_pending_enrollment_of_the_cohorts_course(
    plan: Plan, learner: Account, buy: Buy
) -> None:
    cohort = await plan(price=49_900)
    before = utc_now() - timedelta(minutes=1)
    enrollment = await buy(learner, cohort)
    assert enrollment["payment_status"] == "pending"
    assert enrollment["payment_type"] == "b2c"
    assert enrollment["intake_survey_completed"] is False
    assert enrollment["course_id"] == str(cohort.course_id)
    assert enrollment["account_id"] == str(learner.id)
    assert before < instant(enrollment["purchase_date"]) < before + timedelta(minutes=2)


@pytest.mark.req("A-ENR-01")
async def test_the_checkout_session_is_kept_with_the_enrollment(
    session: AsyncSession, plan: Plan, learner: Account, buy: Buy
) -> None:
    enrollment = await buy(learner, await plan(price=49_900))
    row = await session.get_one(Enrollment, enrollment["id"])
    assert row.stripe_checkout_session_id is not None
    payment = await session.scalar(select(Payment).where(Payment.enrollment_id == row.id))
    assert payment is not None
    assert payment.stripe_checkout_session_id == row.stripe_checkout_session_id


@pytest.mark.req("A-ENR-04")
async def test_a_seat_is_counted_with_its_enrollment(plan: Plan, learner: Account, buy: Buy, counters: Count) -> None:
    cohort = await plan(price=49_900)
    await buy(learner, cohort)
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-ENR-03")
async def test_a_full_cohort_refuses_and_writes_nothing(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy, counters: Count
) -> None:
    cohort = await plan(max_capacity=1)
    await buy(learner, cohort)
    late = await client.as_(await enter(session))
    answer = await late.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="late")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.cohort_full")
    assert answer.json()["detail"] == "Cohort is full"
    assert await counters(cohort) == (1, 0, 1)


REFUSALS = [
    ({"status": "scheduled"}, "academy.cohort_not_open"),
    ({"status": "cancelled"}, "academy.cohort_not_open"),
    ({"status": "in_progress"}, "academy.cohort_started"),
    ({"status": "completed"}, "academy.cohort_started"),
    ({"start_date": utc_now() - timedelta(minutes=1)}, "academy.cohort_started"),
]


@pytest.mark.req("A-ENR-10")
@pytest.mark.parametrize(("cohort", "code"), REFUSALS)
async def test_only_an_open_cohort_before_its_start_takes_anybody(
    client: ApiClient, plan: Plan, learner: Account, cohort: dict[str, Any], code: str, counters: Count
) -> None:
    planned = await plan(**cohort)
    answer = await (await client.as_(learner)).post(f"/academy/cohorts/{planned.id}/checkout", RETURN_TO, key="k")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert await counters(planned) == (0, 0, 0)


@pytest.mark.req("A-ENR-10")
async def test_an_archived_course_takes_nobody_new(client: ApiClient, plan: Plan, admin: Account) -> None:
    # The operator sees every course; whoever never learned in an archived one does not know of it.
    cohort = await plan(status_of_course="archived")
    answer = await (await client.as_(admin)).post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="k")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.course_archived")


@pytest.mark.req("A-ENR-10")
async def test_a_second_seat_in_one_cohort_is_refused(
    client: ApiClient, plan: Plan, learner: Account, buy: Buy, counters: Count
) -> None:
    cohort = await plan()
    await buy(learner, cohort)
    answer = await (await client.as_(learner)).post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="again")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.already_enrolled")
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-ENR-10")
async def test_an_unknown_cohort_is_404(client: ApiClient, learner: Account) -> None:
    answer = await (await client.as_(learner)).post(f"/academy/cohorts/{uuid4()}/checkout", RETURN_TO, key="k")
    assert answer.status_code == 404


async def test_a_cohort_of_a_draft_course_is_404(client: ApiClient, plan: Plan, learner: Account) -> None:
    cohort = await plan(status_of_course="draft")
    answer = await (await client.as_(learner)).post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="k")
    assert answer.status_code == 404


@pytest.mark.req("A-COH-06")
async def test_a_customers_own_cohort_does_not_exist_for_others(
    client: ApiClient, plan: Plan, learner: Account, customer: Organization
) -> None:
    cohort = await plan(is_b2b=True, organization_id=customer.id)
    answer = await (await client.as_(learner)).post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="k")
    assert answer.status_code == 404


@pytest.mark.req("X-API-03")
async def test_a_checkout_without_a_key_is_refused(client: ApiClient, plan: Plan, learner: Account) -> None:
    answer = await (await client.as_(learner)).post(f"/academy/cohorts/{(await plan()).id}/checkout", RETURN_TO)
    assert (answer.status_code, answer.json()["code"]) == (400, "core.idempotency_key_required")


@pytest.mark.req("A-ENR-06", "A-ENR-07", "A-ENR-08")
async def test_the_windows_count_from_the_cohorts_end(plan: Plan, learner: Account, buy: Buy) -> None:
    cohort = await plan()
    enrollment = await buy(learner, cohort)
    assert instant(enrollment["office_hours_eligible_until"]) == cohort.end_date + timedelta(hours=90 * 24)
    assert instant(enrollment["materials_access_until"]) == cohort.end_date + timedelta(hours=365 * 24)
    assert instant(enrollment["chatbot_access_until"]) == cohort.end_date + timedelta(hours=90 * 24)


ACCESS = ("has_materials_access", "has_office_hours_access", "has_chatbot_access")


@pytest.mark.req("A-ENR-15")
@pytest.mark.parametrize("payment", ["pending", "failed", "refunded"])
async def test_without_a_completed_payment_no_window_grants_anything(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy, payment: str
) -> None:
    enrollment = await buy(learner, await plan())
    await session.execute(update(Enrollment).values(payment_status=payment))
    await session.commit()
    shown = (await (await client.as_(learner)).get(f"/academy/enrollments/{enrollment['id']}")).json()
    assert [shown[window] for window in ACCESS] == [False, False, False]


@pytest.mark.req("A-ENR-15")
async def test_a_completed_payment_grants_until_each_window_closes(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy
) -> None:
    enrollment = await buy(learner, await plan())
    assert [enrollment[window] for window in ACCESS] == [True, True, True]
    await session.execute(update(Enrollment).values(chatbot_access_until=utc_now() - timedelta(hours=1)))
    await session.commit()
    shown = (await (await client.as_(learner)).get(f"/academy/enrollments/{enrollment['id']}")).json()
    assert [shown[window] for window in ACCESS] == [True, True, False]


@pytest.mark.req("A-AUT-08")
async def test_the_buyer_comes_from_the_token_and_not_from_the_body(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account
) -> None:
    other = await enter(session)
    body = RETURN_TO | {"account_id": str(other.id)}
    answer = await (await client.as_(learner)).post(f"/academy/cohorts/{(await plan()).id}/checkout", body, key="k")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/account_id"


async def test_a_first_purchase_makes_somebody_a_learner(session: AsyncSession, plan: Plan, buy: Buy) -> None:
    newcomer = identity.account()
    session.add(newcomer)
    await session.flush()
    await buy(newcomer, await plan())
    profile = await session.get(Learner, newcomer.id)
    assert profile is not None
    assert profile.role == Role.individual


# Seats of an organization


@pytest.mark.req("A-ENR-12")
async def test_an_organizations_seat_is_completed_at_once_without_stripe(
    client: ApiClient, session: AsyncSession, plan: Plan, member: Account, customer: Organization, counters: Count
) -> None:
    cohort = await plan(price=49_900)
    answer = await (await client.as_(member)).post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key="seat")
    assert answer.status_code == 201
    assert (answer.json()["payment_type"], answer.json()["payment_status"]) == ("b2b", "completed")
    row = await session.get_one(Enrollment, answer.json()["id"])
    assert row.stripe_checkout_session_id is None
    assert row.stripe_payment_intent_id is None
    assert await session.scalar(select(Organization.seats_used).where(Organization.id == customer.id)) == 1
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-ENR-12")
async def test_an_organizations_seat_needs_a_free_seat_in_the_cohort_too(
    client: ApiClient, session: AsyncSession, plan: Plan, member: Account, learner: Account, buy: Buy
) -> None:
    cohort = await plan(max_capacity=1)
    await buy(learner, cohort)
    answer = await (await client.as_(member)).post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key="seat")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.cohort_full")
    assert await session.scalar(select(Organization.seats_used)) == 0


async def test_a_used_up_organization_has_no_seats(client: ApiClient, session: AsyncSession, plan: Plan) -> None:
    customer = await found(session, seats_purchased=1, seats_used=1)
    person = await enter(session, Role.org_member, customer)
    answer = await (await client.as_(person)).post(f"/academy/cohorts/{(await plan()).id}/enrollments", {}, key="seat")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.no_seats")


@pytest.mark.parametrize("status", ["pending_payment", "suspended"])
async def test_only_an_active_organization_uses_seats(
    client: ApiClient, session: AsyncSession, plan: Plan, status: str
) -> None:
    person = await enter(session, Role.org_member, await found(session, status=status))
    answer = await (await client.as_(person)).post(f"/academy/cohorts/{(await plan()).id}/enrollments", {}, key="seat")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.organization_not_active")


async def test_a_manager_gives_a_seat_to_one_of_their_people(
    client: ApiClient, plan: Plan, manager: Account, member: Account
) -> None:
    body = {"account_id": str(member.id)}
    answer = await (await client.as_(manager)).post(
        f"/academy/cohorts/{(await plan()).id}/enrollments", body, key="seat"
    )
    assert answer.status_code == 201
    assert answer.json()["account_id"] == str(member.id)


@pytest.mark.req("A-AUT-08")
async def test_a_member_cannot_enroll_a_colleague(
    client: ApiClient, session: AsyncSession, plan: Plan, member: Account, customer: Organization
) -> None:
    colleague = await enter(session, Role.org_member, customer)
    answer = await (await client.as_(member)).post(
        f"/academy/cohorts/{(await plan()).id}/enrollments", {"account_id": str(colleague.id)}, key="seat"
    )
    assert answer.status_code == 403


@pytest.mark.req("A-AUT-08")
async def test_a_manager_cannot_enroll_somebody_of_another_organization(
    client: ApiClient, session: AsyncSession, plan: Plan, manager: Account
) -> None:
    stranger = await enter(session, Role.org_member, await found(session))
    answer = await (await client.as_(manager)).post(
        f"/academy/cohorts/{(await plan()).id}/enrollments", {"account_id": str(stranger.id)}, key="seat"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "academy.not_in_organization")


async def test_an_individual_cannot_skip_the_checkout(client: ApiClient, plan: Plan, learner: Account) -> None:
    answer = await (await client.as_(learner)).post(f"/academy/cohorts/{(await plan()).id}/enrollments", {}, key="seat")
    assert answer.status_code == 403


async def test_a_platform_admin_enrolls_anyone(client: ApiClient, plan: Plan, admin: Account, learner: Account) -> None:
    answer = await (await client.as_(admin)).post(
        f"/academy/cohorts/{(await plan(price=49_900)).id}/enrollments", {"account_id": str(learner.id)}, key="seat"
    )
    assert answer.status_code == 201
    assert (answer.json()["payment_type"], answer.json()["payment_status"]) == ("b2c", "completed")


async def test_enrolling_an_unknown_account_is_refused(client: ApiClient, plan: Plan, admin: Account) -> None:
    answer = await (await client.as_(admin)).post(
        f"/academy/cohorts/{(await plan()).id}/enrollments", {"account_id": str(uuid4())}, key="seat"
    )
    assert 400 <= answer.status_code < 500


@pytest.mark.req("A-COH-06")
async def test_a_customers_own_cohort_takes_only_its_people(
    client: ApiClient, plan: Plan, admin: Account, learner: Account, customer: Organization
) -> None:
    cohort = await plan(is_b2b=True, organization_id=customer.id)
    answer = await (await client.as_(admin)).post(
        f"/academy/cohorts/{cohort.id}/enrollments", {"account_id": str(learner.id)}, key="seat"
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "academy.not_in_organization")


@pytest.mark.req("A-ENR-02")
async def test_a_checkout_opened_elsewhere_becomes_one_enrollment_however_often_it_is_named(
    client: ApiClient, plan: Plan, admin: Account, learner: Account, counters: Count
) -> None:
    cohort = await plan(price=49_900)
    caller = await client.as_(admin)
    body = {"account_id": str(learner.id), "stripe_checkout_session_id": "cs_test_elsewhere"}
    path = f"/academy/cohorts/{cohort.id}/enrollments"
    first = await caller.post(path, body, key="first")
    again = await caller.post(path, body, key="again")
    assert (first.status_code, first.json()["payment_status"]) == (201, "pending")
    assert again.json()["id"] == first.json()["id"]
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-ENR-02")
async def test_a_checkout_of_another_person_is_not_handed_over(
    client: ApiClient, session: AsyncSession, plan: Plan, admin: Account, learner: Account
) -> None:
    path = f"/academy/cohorts/{(await plan(price=49_900)).id}/enrollments"
    caller = await client.as_(admin)
    body = {"account_id": str(learner.id), "stripe_checkout_session_id": "cs_test_elsewhere"}
    await caller.post(path, body, key="first")
    other = await enter(session)
    answer = await caller.post(path, body | {"account_id": str(other.id)}, key="other")
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.checkout_session_taken")


async def test_a_member_cannot_claim_to_have_checked_out_elsewhere(
    client: ApiClient, plan: Plan, member: Account
) -> None:
    body = {"stripe_checkout_session_id": "cs_test_elsewhere"}
    answer = await (await client.as_(member)).post(f"/academy/cohorts/{(await plan()).id}/enrollments", body, key="k")
    assert answer.status_code == 403


# Looking


async def test_ones_own_enrollments_are_listed_newest_first_and_nobody_elses(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy
) -> None:
    mine = [(await buy(learner, await plan()))["id"] for _ in range(2)]
    await buy(await enter(session), await plan())
    shown = (await (await client.as_(learner)).get("/academy/me/enrollments")).json()
    assert sorted(item["id"] for item in shown["items"]) == sorted(mine)


async def test_somebody_elses_enrollment_is_404(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy
) -> None:
    enrollment = await buy(learner, await plan())
    answer = await (await client.as_(await enter(session))).get(f"/academy/enrollments/{enrollment['id']}")
    assert answer.status_code == 404


async def test_an_instructor_sees_who_is_in_their_cohort(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy
) -> None:
    instructor = await enter(session)
    cohort = await plan(instructor_id=instructor.id)
    await buy(learner, cohort)
    shown = (await (await client.as_(instructor)).get(f"/academy/cohorts/{cohort.id}/enrollments")).json()
    assert [item["account_id"] for item in shown["items"]] == [str(learner.id)]


@pytest.mark.req("A-ENR-11")
async def test_enrolled_cohorts_are_those_paid_for_with_cohort_and_course(
    client: ApiClient, plan: Plan, learner: Account, buy: Buy
) -> None:
    paid_for = await plan()
    await buy(learner, paid_for)
    await buy(learner, await plan(price=49_900))  # still pending
    shown = (await (await client.as_(learner)).get("/academy/me/cohorts")).json()["items"]
    assert [item["cohort"]["id"] for item in shown] == [str(paid_for.id)]
    assert shown[0]["course"]["id"] == str(paid_for.course_id)
    assert shown[0]["enrollment"]["payment_status"] == "completed"


# Ending


@pytest.mark.req("A-ENR-16")
async def test_cancelling_frees_the_seat_and_keeps_payment_and_history(
    client: ApiClient, plan: Plan, learner: Account, buy: Buy, counters: Count, worker: WorkerOnDemand
) -> None:
    cohort = await plan()
    enrollment = await buy(learner, cohort)
    caller = await client.as_(learner)
    answer = await caller.post(f"/academy/enrollments/{enrollment['id']}/cancellation", {"reason": "Ill"})
    assert answer.status_code == 200
    assert answer.json()["enrollment_status"] == "cancelled"
    assert answer.json()["payment_status"] == "completed"
    assert answer.json()["end_reason"] == "Ill"
    assert answer.json()["ended_at"] is not None
    assert [answer.json()[window] for window in ACCESS] == [False, False, False]
    assert await counters(cohort) == (0, 0, 0)
    assert (await caller.get("/academy/me/enrollments")).json()["items"][0]["id"] == enrollment["id"]
    assert len(await worker.announced("academy.enrollment_cancelled")) == 1


async def test_cancelling_twice_is_refused(client: ApiClient, plan: Plan, learner: Account, buy: Buy) -> None:
    enrollment = await buy(learner, await plan())
    caller = await client.as_(learner)
    path = f"/academy/enrollments/{enrollment['id']}/cancellation"
    await caller.post(path, {})
    answer = await caller.post(path, {})
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.enrollment_ended")


async def test_an_instructor_cannot_cancel_a_learners_enrollment(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy
) -> None:
    instructor = await enter(session)
    enrollment = await buy(learner, await plan(instructor_id=instructor.id))
    answer = await (await client.as_(instructor)).post(f"/academy/enrollments/{enrollment['id']}/cancellation", {})
    assert answer.status_code == 403


async def test_after_cancelling_one_may_enroll_again(
    client: ApiClient, plan: Plan, learner: Account, buy: Buy, counters: Count
) -> None:
    cohort = await plan()
    enrollment = await buy(learner, cohort)
    caller = await client.as_(learner)
    await caller.post(f"/academy/enrollments/{enrollment['id']}/cancellation", {})
    again = await caller.post(f"/academy/cohorts/{cohort.id}/checkout", RETURN_TO, key="again")
    assert again.status_code == 201
    assert await counters(cohort) == (1, 0, 1)


@pytest.mark.req("A-ENR-16")
async def test_a_transfer_moves_the_seat_and_recomputes_the_windows_in_one_go(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy, counters: Count
) -> None:
    course = academy.course(price_b2c=0)
    session.add(course)
    await session.flush()
    start = utc_now() + timedelta(days=90)
    old, new = await plan(course), await plan(course, start_date=start)
    enrollment = await buy(learner, old)
    answer = await (await client.as_(learner)).post(
        f"/academy/enrollments/{enrollment['id']}/transfer", {"cohort_id": str(new.id)}
    )
    assert answer.status_code == 201
    assert answer.json()["cohort_id"] == str(new.id)
    assert answer.json()["payment_status"] == "completed"
    assert instant(answer.json()["materials_access_until"]) == new.end_date + timedelta(days=365)
    assert await counters(old) == (0, 0, 0)
    assert await counters(new) == (1, 0, 1)
    former = (await (await client.as_(learner)).get(f"/academy/enrollments/{enrollment['id']}")).json()
    assert former["enrollment_status"] == "transferred"
    assert former["transferred_to_id"] == answer.json()["id"]


@pytest.mark.req("A-ENR-16")
async def test_a_transfer_into_a_full_cohort_changes_nothing(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy, counters: Count
) -> None:
    course = academy.course(price_b2c=0)
    session.add(course)
    await session.flush()
    old, full = await plan(course), await plan(course, max_capacity=1)
    await buy(await enter(session), full)
    enrollment = await buy(learner, old)
    answer = await (await client.as_(learner)).post(
        f"/academy/enrollments/{enrollment['id']}/transfer", {"cohort_id": str(full.id)}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.cohort_full")
    assert await counters(old) == (1, 0, 1)
    assert await counters(full) == (1, 0, 1)


async def test_a_transfer_stays_within_the_course(client: ApiClient, plan: Plan, learner: Account, buy: Buy) -> None:
    enrollment = await buy(learner, await plan())
    answer = await (await client.as_(learner)).post(
        f"/academy/enrollments/{enrollment['id']}/transfer", {"cohort_id": str((await plan()).id)}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "academy.other_course")


async def test_an_organizations_person_moves_without_a_second_seat_of_it(
    client: ApiClient, session: AsyncSession, plan: Plan
) -> None:
    customer = await found(session, seats_purchased=1)
    person = await enter(session, Role.org_member, customer)
    course = academy.course()
    session.add(course)
    await session.flush()
    old, new = await plan(course), await plan(course)
    caller = await client.as_(person)
    enrollment = (await caller.post(f"/academy/cohorts/{old.id}/enrollments", {}, key="seat")).json()
    answer = await caller.post(f"/academy/enrollments/{enrollment['id']}/transfer", {"cohort_id": str(new.id)})
    assert answer.status_code == 201
    assert await session.scalar(select(Organization.seats_used).where(Organization.id == customer.id)) == 1


@pytest.mark.req("A-ORG-08")
@pytest.mark.parametrize(("starts_in_days", "used_after"), [(30, 0), (-1, 1)])
async def test_an_organizations_seat_returns_only_before_the_start(
    client: ApiClient,
    session: AsyncSession,
    plan: Plan,
    member: Account,
    customer: Organization,
    starts_in_days: int,
    used_after: int,
) -> None:
    cohort = await plan()
    caller = await client.as_(member)
    enrollment = (await caller.post(f"/academy/cohorts/{cohort.id}/enrollments", {}, key="seat")).json()
    await session.execute(update(Cohort).values(start_date=utc_now() + timedelta(days=starts_in_days)))
    await session.commit()
    await caller.post(f"/academy/enrollments/{enrollment['id']}/cancellation", {})
    assert await session.scalar(select(Organization.seats_used).where(Organization.id == customer.id)) == used_after


# Studying


@pytest.mark.req("A-ENR-13")
async def test_the_intake_survey_is_answered_once(
    client: ApiClient, session: AsyncSession, plan: Plan, learner: Account, buy: Buy
) -> None:
    enrollment = await buy(learner, await plan())
    caller = await client.as_(learner)
    path = f"/academy/enrollments/{enrollment['id']}/intake-survey"
    first = await caller.post(path, {"answers": {"goal": "Automate reports"}})
    assert (first.status_code, first.json()["intake_survey_completed"]) == (201, True)
    second = await caller.post(path, {"answers": {"goal": "Something else"}})
    assert (second.status_code, second.json()["code"]) == (409, "academy.intake_survey_done")
    row = await session.get_one(Enrollment, enrollment["id"])
    assert row.intake_answers == {"goal": "Automate reports"}


async def test_nobody_answers_the_survey_for_a_learner(
    client: ApiClient, plan: Plan, learner: Account, admin: Account, buy: Buy
) -> None:
    enrollment = await buy(learner, await plan())
    answer = await (await client.as_(admin)).post(
        f"/academy/enrollments/{enrollment['id']}/intake-survey", {"answers": {"goal": "x"}}
    )
    assert answer.status_code == 403
