"""Every promise is silent about a healthy world, and names the row that breaks it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.academy.models import Cohort
from app.core.constraints import constraint_of
from app.core.invariants import Invariant, Kind, _ask
from app.flows.invariants.rules import INVARIANTS
from tests.architecture.sources import PROJECT
from tests.flows.invariants.conftest import World
from tests.support.requirements import defined_ids

BY_NAME = {invariant.name: invariant for invariant in INVARIANTS}
EVERY = [pytest.param(invariant, id=invariant.name) for invariant in INVARIANTS]

COHORT = "UPDATE academy.cohorts SET {} WHERE id = :cohort_id"
SEAT = "UPDATE academy.enrollments SET {} WHERE cohort_id = :cohort_id AND {}"
ONE = "id = (SELECT id FROM {} WHERE {} ORDER BY id LIMIT 1)"
PAID = "payment_status = 'completed' AND payment_type = 'b2c' AND stripe_payment_intent_id IS NULL AND has_seat"
PENDING = "payment_status = 'pending' AND has_seat"


def one(table: str, change: str, where: str) -> str:
    """Spoil one row."""
    return f"UPDATE {table} SET {change} WHERE {ONE.format(table, where)}"  # noqa: S608  (our own text)


def of_payment(change: str, state: str = "paid") -> str:
    return one("academy.payments", change, f"state = '{state}'")


# What breaks each promise; several statements where one alone would be refused by a constraint.
SPOILED: dict[str, tuple[str, ...]] = {
    "academy.seats_counted": (COHORT.format("current_enrollment = current_enrollment - 1"),),
    "academy.offers_counted": (COHORT.format("held = held - 1"),),
    "academy.waiters_counted": (COHORT.format("waiting = waiting + 1"),),
    "academy.capacity_kept": (COHORT.format("max_capacity = 5, current_enrollment = 1, held = 0"),),
    "academy.one_place_each": (
        (
            "UPDATE academy.waitlist SET user_id = (SELECT user_id FROM academy.enrollments WHERE has_seat"
            " ORDER BY id LIMIT 1) WHERE status = 'offered'"
        ),
    ),
    "academy.organization_seats_counted": (one("academy.organizations", "seats_used = 2", "seats_used = 1"),),
    "academy.no_seat_after_the_end": (SEAT.format("enrollment_status = 'cancelled'", PENDING),),
    "academy.enrollments_are_announced": (
        "UPDATE core.outbox SET key = gen_random_uuid() WHERE kind = 'academy.enrollment_confirmed'",
    ),
    "academy.a_pending_seat_ends": (SEAT.format("hold_expires_at = NULL", PENDING),),
    "academy.holds_are_released": (SEAT.format("hold_expires_at = now() - interval '16 minutes'", PENDING),),
    "academy.cancelled_cohorts_are_settled": (
        COHORT.format("status = 'cancelled', updated_at = now() - interval '2 hours'"),
    ),
    "academy.nobody_overtaken": (
        one("academy.waitlist", "position = 1000", "status = 'offered'"),
        COHORT.format("waitlist_last_position = 1000"),
    ),
    "academy.places_in_line_are_unique": (
        "UPDATE academy.waitlist SET position = 4 WHERE status = 'waiting' AND cohort_id IS NOT NULL",
    ),
    "academy.accepted_offers_have_a_seat": (one("academy.waitlist", "enrollment_id = NULL", "status = 'enrolled'"),),
    "academy.offers_end": (
        one("academy.waitlist", "offer_expires_at = now() - interval '16 minutes'", "status = 'offered'"),
    ),
    "academy.free_seats_are_offered": (
        COHORT.format("max_capacity = max_capacity + 1, updated_at = now() - interval '16 minutes'"),
    ),
    "academy.queues_are_closed": (COHORT.format("status = 'in_progress', updated_at = now() - interval '16 minutes'"),),
    "academy.money_has_a_seat_or_goes_back": (SEAT.format("payment_status = 'pending'", PAID),),
    "academy.paid_seats_have_their_money": (of_payment("state = 'failed'"),),
    "academy.nobody_pays_twice": (
        (
            "UPDATE academy.payments SET enrollment_id ="
            " (SELECT enrollment_id FROM academy.payments WHERE state = 'paid' LIMIT 1) WHERE state = 'paid'"
        ),
    ),
    "academy.one_checkout_at_a_time": (
        (
            "UPDATE academy.payments SET enrollment_id ="
            " (SELECT enrollment_id FROM academy.payments WHERE state = 'created' LIMIT 1) WHERE state = 'created'"
        ),
    ),
    "academy.paid_amounts_are_known": (of_payment("amount_paid_cents = NULL"),),
    "academy.refunds_within_payments": (of_payment("refunded_cents = amount_paid_cents + 1"),),
    "academy.checkouts_end": (of_payment("expires_at = now() - interval '2 hours'", "created"),),
    "academy.refunds_arrive": (of_payment("state = 'refund_due', updated_at = now() - interval '25 hours'"),),
    "academy.attempts_end": (
        one(
            "academy.assessment_attempts",
            "started_at = now() - interval '1 hour', expires_at = now() - interval '16 minutes'",
            "status = 'in_progress'",
        ),
    ),
    "academy.handed_in_is_graded": (
        "UPDATE academy.question_responses SET review_state = 'none' WHERE review_state = 'required'",
    ),
    "academy.certificates_are_paid": (
        (
            "UPDATE academy.enrollments SET payment_status = 'refunded', updated_at = now() - interval '16 minutes'"
            " WHERE id IN (SELECT enrollment_id FROM academy.certificates)"
        ),
    ),
    "academy.certificates_have_papers": (
        one(
            "academy.certificates", "status = 'issuing', created_at = now() - interval '3 hours'", "pdf_id IS NOT NULL"
        ),
    ),
    "academy.path_numbers_are_given_once": ("UPDATE academy.path_certificate_years SET last_number = 0",),
    "academy.evidence_counted": ("UPDATE academy.user_skill_progress SET evidence_count = evidence_count + 1",),
    "academy.levels_are_earned": (
        one(
            "academy.user_skill_progress",
            "verified_by_instructor = false, verified_by_id = NULL, verified_at = NULL",
            "current_level = 'advanced'",
        ),
    ),
    "academy.signatures_have_their_badge": (
        "UPDATE academy.skill_badges SET level = 'expert' WHERE level = 'advanced'",
    ),
    "academy.path_people_counted": (
        one("academy.learning_paths", "completion_count = completion_count + 1", "completion_count > 0"),
    ),
    "academy.completed_paths_are_certified": ("DELETE FROM academy.path_certificates WHERE revoked_at IS NULL",),
    "academy.path_progress_agrees": (
        "UPDATE academy.learning_paths SET updated_at = now() - interval '1 hour'",
        one(
            "academy.user_path_enrollments",
            "progress_percent = 99, updated_at = now() - interval '16 minutes'",
            "status = 'active'",
        ),
    ),
    "academy.path_seats_are_their_learners": (
        (
            "UPDATE academy.user_path_enrollments SET user_id = (SELECT user_id FROM academy.payments payment"
            " JOIN academy.enrollments seat ON seat.id = payment.enrollment_id LIMIT 1)"
            " WHERE id IN (SELECT path_enrollment_id FROM academy.enrollments)"
        ),
    ),
    "academy.bought_paths_are_open": (
        one(
            "academy.path_purchases",
            "path_enrollment_id = NULL, updated_at = now() - interval '16 minutes'",
            "state = 'paid'",
        ),
    ),
    "academy.path_access_is_paid": (
        one(
            "academy.path_purchases",
            "state = 'refunded', updated_at = now() - interval '16 minutes'",
            "state = 'paid'",
        ),
    ),
    "academy.paths_run_out": (
        one("academy.user_path_enrollments", "expires_at = now() - interval '61 minutes'", "status = 'active'"),
    ),
    "academy.path_checkouts_end": (
        one("academy.path_purchases", "state = 'open', expires_at = now() - interval '61 minutes'", "state = 'paid'"),
    ),
    "academy.path_refunds_arrive": (
        one(
            "academy.path_purchases",
            "state = 'refund_due', updated_at = now() - interval '26 hours'",
            "state = 'paid'",
        ),
    ),
    "crm.places_kept": ("UPDATE crm.programs SET max_participants = 0 WHERE status = 'active'",),
    "crm.completed_have_not_begun_anew": (
        (
            "UPDATE crm.program_participation SET user_id = (SELECT user_id FROM crm.program_participation"
            " WHERE status = 'completed' ORDER BY id LIMIT 1) WHERE status = 'enrolled'"
        ),
    ),
    "crm.completions_are_announced": (
        (
            "INSERT INTO core.outbox (kind, key, payload) SELECT kind, key, payload FROM core.outbox"
            " WHERE kind = 'crm.participation_completed' LIMIT 1"
        ),
    ),
    "crm.enrollments_are_announced": (
        "UPDATE core.outbox SET key = gen_random_uuid() WHERE kind = 'crm.participation_enrolled'",
    ),
    "crm.changes_are_audited": (
        ("INSERT INTO core.outbox (kind, key, payload) VALUES ('crm.program_archived', gen_random_uuid(), '{}')"),
    ),
    "crm.former_slugs_are_former": (
        (
            "UPDATE crm.program_slugs former SET slug = program.slug FROM crm.programs program"
            " WHERE program.id = former.program_id"
        ),
    ),
    "crm.slugs_are_settled": (
        one("crm.programs", "slug = 'import-' || id, created_at = now() - interval '16 minutes'", "status = 'active'"),
    ),
    "crm.participants_belong": (
        (
            "UPDATE core.organization_memberships SET ended_at = now() - interval '16 minutes' WHERE account_id ="
            " (SELECT user_id FROM crm.program_participation WHERE status = 'enrolled' LIMIT 1)"
        ),
    ),
    "crm.attendance_completes": (
        (
            "UPDATE crm.program_participation SET status = 'enrolled', enrolled_at = now() - interval '1 hour'"
            " WHERE user_id IN (SELECT user_id FROM crm.event_attendance)"
        ),
        "UPDATE crm.event_attendance SET updated_at = now() - interval '16 minutes'",
    ),
    "core.events_have_their_jobs": (
        (
            "DELETE FROM core.jobs WHERE id ="
            " (SELECT id FROM core.jobs WHERE name = 'notifications.send_mail' ORDER BY number DESC LIMIT 1)"
        ),
    ),
    "core.jobs_have_relayed_events": (
        (
            "UPDATE core.outbox SET relayed_at = NULL WHERE id ="
            " (SELECT event_id FROM core.jobs WHERE event_id IS NOT NULL LIMIT 1)"
        ),
    ),
    "core.leases_end": (one("core.jobs", "state = 'running', lease_expires_at = NULL", "state = 'done'"),),
    "core.ended_jobs_are_over": (one("core.jobs", "finished_at = NULL", "state = 'done'"),),
    "core.keys_can_be_answered": (one("core.idempotency_keys", "lease_expires_at = NULL", "answer_status IS NULL"),),
    "core.events_are_relayed": (
        (
            "INSERT INTO core.outbox (kind, key, payload, created_at)"
            " VALUES ('tests.forgotten', gen_random_uuid(), '{}', now() - interval '6 minutes')"
        ),
    ),
    "core.jobs_are_run": (
        "INSERT INTO core.jobs (name, payload, run_at) VALUES ('core.prune', '{}', now() - interval '11 minutes')",
    ),
    "core.forsaken_jobs_are_retaken": (
        one("core.jobs", "state = 'running', lease_expires_at = now() - interval '6 minutes'", "state = 'done'"),
    ),
    "core.no_job_is_dead": (one("core.jobs", "state = 'dead'", "state = 'done'"),),
    "core.clocks_go_on": ("UPDATE core.schedules SET last_slot = now() - interval '49 hours'",),
    "core.keys_are_answered": (
        one(
            "core.idempotency_keys",
            "created_at = now() - interval '2 hours', lease_expires_at = now() - interval '1 hour'",
            "answer_status IS NULL",
        ),
    ),
    "identity.organizations_have_an_admin": (
        one("core.organization_memberships", "ended_at = now()", "role = 'admin'"),
    ),
    "webhooks.messages_have_their_event": (
        one("core.inbox", "state = 'received', id = gen_random_uuid()", "state <> 'received'"),
    ),
    "webhooks.done_messages_are_marked": (one("core.inbox", "state = 'received'", "state <> 'received'"),),
    "webhooks.messages_are_worked_on": (
        one("core.inbox", "state = 'received', created_at = now() - interval '16 minutes'", "state <> 'received'"),
    ),
    "notifications.mails_have_their_event": (
        one("core.mails", "state = 'queued', id = gen_random_uuid()", "state = 'sent'"),
    ),
    "notifications.sent_mails_have_a_receipt": (one("core.mails", "provider = NULL", "state = 'sent'"),),
    "notifications.no_mail_is_forgotten": (one("core.mails", "state = 'queued'", "state = 'sent'"),),
    "notifications.mails_are_sent": (
        one("core.mails", "state = 'queued', created_at = now() - interval '61 minutes'", "state = 'sent'"),
    ),
}
# What only the owner of the tables could spoil: shown in tests/core/outbox/test_months.py.
ELSEWHERE = {"core.months_are_made"}

# What the database does not even let happen: (statement, the constraint that holds it).
REFUSED = {
    "counters beyond the capacity": (COHORT.format("current_enrollment = max_capacity + 1"), "ck_cohorts_seats"),
    "a counter below nothing": (COHORT.format("waiting = -1"), "ck_cohorts_seats"),
    "two seats of one person": (
        SEAT.format("user_id = (SELECT user_id FROM academy.enrollments WHERE has_seat LIMIT 1)", "has_seat"),
        "uq_enrollments_seat",
    ),
    "more seats used than bought": (
        "UPDATE academy.organizations SET seats_used = seats_purchased + 1",
        "ck_organizations_seats",
    ),
    "two live participations of one person": (
        (
            "INSERT INTO crm.program_participation (program_id, organization_id, user_id, status, enrolled_at)"
            " SELECT program_id, organization_id, user_id, status, enrolled_at FROM crm.program_participation"
            " WHERE status = 'enrolled' LIMIT 1"
        ),
        "uq_program_participation_live",
    ),
    "a job twice for one event": (
        (
            "INSERT INTO core.jobs (name, event_id, payload)"
            " SELECT name, event_id, '{}' FROM core.jobs WHERE event_id IS NOT NULL LIMIT 1"
        ),
        "uq_jobs_event_id_name",
    ),
}


@pytest_asyncio.fixture
async def connection(world: World) -> AsyncIterator[AsyncConnection]:
    """The world's connection, with what a test does there undone."""
    undo = await world.connection.begin_nested()
    yield world.connection
    await undo.rollback()


@pytest.fixture
def healthy(world: World) -> Cohort:
    """The cohort of the world."""
    return world.cohort


async def broken_by(session: AsyncSession, invariant: Invariant) -> int | None:
    """How many rows break a promise, in the test's own transaction."""
    return (await _ask(session, invariant, 3)).violations


@pytest.mark.req("A-COH-04")
async def test_a_healthy_world_breaks_no_promise(session: AsyncSession) -> None:
    found = {invariant.name: await broken_by(session, invariant) for invariant in INVARIANTS}
    assert found == dict.fromkeys(BY_NAME, 0)


@pytest.mark.parametrize("invariant", [BY_NAME[name] for name in SPOILED], ids=list(SPOILED))
async def test_a_row_that_breaks_a_promise_is_found(
    healthy: Cohort, session: AsyncSession, invariant: Invariant
) -> None:
    for statement in SPOILED[invariant.name]:
        values = {"cohort_id": healthy.id} if ":cohort_id" in statement else {}
        touched = await session.execute(text(statement), values)
        assert touched.rowcount, f"spoils nothing: {statement}"  # type: ignore[attr-defined]  # a cursor result has one
    finding = await _ask(session, invariant, 3)
    assert finding.violations, invariant.name
    assert all(sample.subject and sample.detail for sample in finding.samples)


@pytest.mark.parametrize("case", REFUSED)
async def test_what_a_constraint_holds_cannot_even_be_written(
    healthy: Cohort, session: AsyncSession, case: str
) -> None:
    statement, constraint = REFUSED[case]
    values = {"cohort_id": healthy.id} if ":cohort_id" in statement else {}
    with pytest.raises(IntegrityError) as refused:
        await session.execute(text(statement), values)
    assert constraint_of(refused.value) == constraint


def test_every_promise_is_spoiled_above_and_nothing_else() -> None:
    assert set(SPOILED) | ELSEWHERE == set(BY_NAME)


def test_names_are_unique_and_begin_with_their_room() -> None:
    assert len(BY_NAME) == len(INVARIANTS)
    assert {name.partition(".")[0] for name in BY_NAME} == {
        *("academy", "core", "crm", "identity", "webhooks", "notifications"),
    }


@pytest.mark.parametrize("invariant", EVERY)
def test_every_promise_says_what_it_is_and_where_it_comes_from(invariant: Invariant) -> None:
    assert len(invariant.says) > 15
    assert invariant.source.startswith("rule ") or invariant.source in defined_ids(PROJECT)


OF_THE_LAST_DAY = {
    "core.events_have_their_jobs",
    "academy.enrollments_are_announced",
    "crm.changes_are_audited",
    "crm.completions_are_announced",
    "crm.enrollments_are_announced",
}


def test_what_waits_is_told_from_what_is_wrong() -> None:
    """Whatever looks at a clock is late; whatever does not is broken."""
    for invariant in INVARIANTS:
        looks_at_age = "now() - " in invariant.offenders and invariant.name not in OF_THE_LAST_DAY
        assert (invariant.kind is Kind.late) == (looks_at_age or invariant.name == "core.no_job_is_dead")
