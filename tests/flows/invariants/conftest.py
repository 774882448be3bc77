"""A small world in which something of everything has happened, and nothing is wrong."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from app.academy.attempts import service as attempts
from app.academy.attempts.schemas import AcademyResponsePut
from app.academy.certificates import service as certificates
from app.academy.certificates.schemas import AcademyCertificateCreate
from app.academy.enrollments import checkout
from app.academy.enrollments import service as enrollments
from app.academy.evidence import service as evidence
from app.academy.evidence.schemas import AcademyEvidenceCorrectionCreate, AcademyEvidenceCreate
from app.academy.models import (
    AssessmentType,
    Cohort,
    Course,
    Enrollment,
    EvidenceType,
    PaymentStatus,
    QuestionType,
    Role,
    SignOffDecision,
    SkillLevel,
)
from app.academy.path_enrollments import queries as path_queries
from app.academy.path_enrollments import service as path_enrollments
from app.academy.path_payments import checkout as path_checkout
from app.academy.path_payments import service as path_payments
from app.academy.path_payments.rules import PathFact, PathFactKind
from app.academy.path_payments.schemas import AcademyPathCheckoutCreate
from app.academy.path_progress import service as path_progress
from app.academy.payments import service as payments
from app.academy.payments.rules import Fact, FactKind
from app.academy.permissions import AcademyActor
from app.academy.progress import service as progress
from app.academy.sign_offs import service as sign_offs
from app.academy.sign_offs.schemas import AcademySignOffCreate
from app.academy.waitlist import service as waitlist
from app.core.clock import utc_now
from app.crm.events import service as events
from app.crm.events.schemas import CrmAttendanceItem, CrmEventCreate
from app.crm.models import AttendanceStatus, CompletionCriteriaType, EnrollmentMethod, ProgramStatus, ProgramType
from app.crm.participation import service as participation
from app.crm.participation.schemas import CrmParticipantCreate
from app.crm.permissions import CrmActor
from app.crm.programs import service as programs
from app.crm.programs.schemas import CrmCompletionCriteriaCreate, CrmProgramCreate
from app.gateways import Gateways
from app.gateways.stripe import answers
from app.identity.actor import Actor
from app.identity.models import Account, OrganizationRole
from app.webhooks.inbox import service as inbox
from tests.academy.conftest import enter, found
from tests.academy.path_enrollments.world import open_cohort, track
from tests.academy.path_payments.conftest import RETURN_TO
from tests.academy.waitlist.conftest import HOUSE, plan, wait, wait_for_course
from tests.academy.waitlist.world import BODY, learner
from tests.contract.stage import UNHURRIED
from tests.crm.conftest import enter as enter_club
from tests.crm.conftest import found as found_club
from tests.factories import academy, identity, learning
from tests.support.gateways import gateways_to
from tests.support.samples import sample, sample_bytes
from tests.support.twins import Twins
from tests.support.worker import WorkerOnDemand

PATH_BODY = AcademyPathCheckoutCreate.model_validate(RETURN_TO)
REFUNDED = "stripe/charge.refunded.json"


async def _buy(session: AsyncSession, cohort: Cohort, account: Account) -> checkout.BegunCheckout:
    return await checkout.begin_checkout(session, learner(account.id), cohort.id, BODY)


async def _hear(session: AsyncSession, begun: checkout.BegunCheckout, kind: FactKind) -> None:
    await payments.apply_fact(session, HOUSE, Fact(kind, payment_id=begun.payment_id, is_whole=True))


async def _sell_out(session: AsyncSession) -> Cohort:
    """Six seats: paid, paid, about to be paid, free by grant, an organization's, and one that was refunded."""
    course = academy.course(price_b2c=100)
    session.add(course)
    await session.flush()
    cohort = await plan(session, course, seats=6)
    paid, second, _ = [await _buy(session, cohort, await enter(session)) for _ in range(3)]
    await _hear(session, paid, FactKind.paid)
    await _hear(session, second, FactKind.paid)
    await enrollments.enroll(session, HOUSE, cohort.id, (await enter(session)).id)
    customer = await found(session, seats_purchased=5)
    await enter(session, Role.org_admin, customer)
    member = await enter(session, Role.org_member, customer)
    await enrollments.enroll(
        session, AcademyActor(member.id, None, role=Role.org_member, organization_id=customer.id), cohort.id
    )
    returned = await _buy(session, cohort, await enter(session))
    await _hear(session, returned, FactKind.paid)
    entries = [await wait(session, cohort) for _ in range(4)]
    await wait_for_course(session, course.id)
    await _hear(session, returned, FactKind.refunded)  # its seat is offered to the first in line
    await waitlist.accept(session, learner(entries[0].user_id), entries[0].id, BODY)
    await enrollments.cancel(session, HOUSE, second.enrollment.id)  # and this one to the second
    return cohort


async def _go_paths(session: AsyncSession) -> None:
    """A path that was bought and begun, with a seat; one that was completed; one whose money went back."""
    made = await track(session)
    people = [await enter(session) for _ in range(3)]
    for person, last in zip(people, ("paid", "paid", "refunded"), strict=True):
        begun = await path_checkout.begin(session, learner(person.id), made.path.id, PATH_BODY)
        for kind in dict.fromkeys(("paid", last)):
            fact = PathFact(
                PathFactKind(kind),
                utc_now(),
                purchase_id=begun.purchase.id,
                checkout_session_id=f"cs_{begun.purchase.id.hex}",
                is_whole=True,
            )
            await path_payments.apply_fact(session, HOUSE, fact)
            await path_enrollments.follow_purchase(session, HOUSE, begun.purchase.id)
    first, second = [await path_queries.get_of_person(session, HOUSE, made.path.id, person.id) for person in people[:2]]
    cohort = await open_cohort(session, made.courses[0])
    await path_progress.take_step(session, HOUSE, first.id, made.steps[0].id, cohort.id)
    for step in made.steps:
        await path_progress.complete_step(session, HOUSE, second.id, step.id)


async def _run_programs(session: AsyncSession) -> None:
    """An organization whose programs have people in every state, an event that completed somebody, and an import."""
    club = await found_club(session)
    house, begins = CrmActor.system(), utc_now() - timedelta(hours=3)
    new = CrmProgramCreate(
        name="Walking",
        type=ProgramType.custom,
        enrollment_method=EnrollmentMethod.approval_required,
        max_participants=2,
        completion_criteria=CrmCompletionCriteriaCreate(type=CompletionCriteriaType.attendance_count, required_count=1),
    )
    program = await programs.create_program(session, house, club.organization, new)
    await programs.move_program(session, house, program, ProgramStatus.active)
    await programs.import_programs(session, house, club.organization, [new])
    times = CrmEventCreate(title="Evening", starts_at=begins, ends_at=begins + timedelta(hours=1))
    event = await events.create_event(session, house, club.organization, times)
    await events.link_event(session, house, program, event.id)
    people = [await enter_club(session, club.organization) for _ in range(4)]
    rows = [
        await participation.enroll(session, house, program, CrmParticipantCreate(account_id=each.id))
        for each in people[:2]
    ]
    await participation.complete(session, house, rows[0])
    asking = CrmActor(people[2].id, roles={club.organization.id: OrganizationRole.member})
    asked = await participation.join(session, asking, program)
    await participation.approve(session, house, asked)
    await events.record_attendance(
        session, house, event, [CrmAttendanceItem(account_id=people[2].id, status=AttendanceStatus.attended)]
    )


async def _teach(session: AsyncSession) -> None:
    """Somebody who became advanced: by evidence that was corrected since, and an instructor's word."""
    skill, boss = learning.skill(), await enter(session, Role.platform_admin)
    person = await enter(session)
    session.add(skill)
    await session.flush()
    asked = learning.competency(skill)
    session.add(asked)
    await session.flush()
    teacher = AcademyActor(boss.id, None, role=Role.platform_admin)
    for kind in (EvidenceType.project, EvidenceType.peer_review):
        shown = AcademyEvidenceCreate(account_id=person.id, competency_id=asked.id, evidence_type=kind, score=90)
        made = await evidence.record_evidence(session, teacher, shown)
    wanted = AcademySignOffCreate(
        account_id=person.id, skill_id=skill.id, level=SkillLevel.advanced, decision=SignOffDecision.approved
    )
    await sign_offs.decide(session, teacher, wanted)
    corrected = AcademyEvidenceCorrectionCreate(score=10, reason="Copied")
    await evidence.correct_evidence(session, teacher, made.id, corrected)


async def _learn(session: AsyncSession, cohort: Cohort) -> None:
    """Of three with a seat one is at an assessment, one waits for a person to grade theirs, one has a certificate."""
    seated = Enrollment.has_seat & (Enrollment.payment_status == PaymentStatus.completed)
    rows = select(Enrollment).where(Enrollment.cohort_id == cohort.id, seated).order_by(Enrollment.id).limit(3)
    busy, waiting, certified = (await session.scalars(rows)).all()
    course = await session.get_one(Course, cohort.course_id)
    asked = learning.assessment(course, type=AssessmentType.post_course, time_limit=30, is_active=True)
    session.add(asked)
    await session.flush()  # its question points at it
    session.add(learning.question(asked, question_type=QuestionType.open_ended, answers=None))
    await session.flush()  # is drawn
    await attempts.start(session, learner(busy.user_id), asked)
    attempt = await attempts.start(session, learner(waiting.user_id), asked)
    said = AcademyResponsePut(text_response="Tickets could be sorted.")
    await attempts.save_response(session, learner(waiting.user_id), attempt.id, attempt.questions[0].question_id, said)
    await attempts.submit(session, learner(waiting.user_id), attempt.id)
    boss = await enter(session, Role.platform_admin)
    await progress.mark_completed(session, AcademyActor(boss.id, None, role=Role.platform_admin), certified.id)
    await certificates.issue_certificate(session, HOUSE, certified.id, AcademyCertificateCreate())


async def _populate(session: AsyncSession, worker: WorkerOnDemand) -> Cohort:
    core = identity.organization()
    admin = await enter(session)
    session.add(core)
    await session.flush()  # the membership points at it
    session.add(identity.membership(core.id, admin.id, role=OrganizationRole.admin))
    cohort = await _sell_out(session)
    await inbox.receive_stripe(session, Actor.system(), answers.event(sample(REFUNDED)), sample_bytes(REFUNDED))
    await _run_programs(session)
    await _teach(session)
    await _go_paths(session)
    await _learn(session, cohort)
    await session.commit()
    await worker.drain()
    await session.execute(
        text(
            "INSERT INTO core.idempotency_keys (caller, method, route, key, body_hash, lease_expires_at, expires_at)"
            " VALUES ('me', 'POST', '/', 'k', '', now() + interval '1 min', now() + interval '1 day')"
        )
    )
    await session.execute(text("INSERT INTO core.schedules (name, last_slot) VALUES ('core.prune', now())"))
    await session.commit()
    return cohort


@dataclass(frozen=True, slots=True)
class World:
    """One that keeps all promises, the work that it caused done, on a connection that keeps nothing of it."""

    connection: AsyncConnection
    cohort: Cohort


@pytest_asyncio.fixture(scope="module")
async def world(engine: AsyncEngine, running_twins: Twins, state: Path) -> AsyncIterator[World]:
    """Made once: each test spoils it in a transaction of its own."""
    running_twins.calm()
    gateways = gateways_to(running_twins.url, state)
    async with engine.connect() as opened:
        outer = await opened.begin()
        await opened.execute(UNHURRIED)
        sessions = async_sessionmaker(opened, expire_on_commit=False, join_transaction_mode="create_savepoint")
        async with sessions() as session:
            cohort = await _populate(session, WorkerOnDemand(sessions, {Gateways: gateways}))
        yield World(opened, cohort)
        await outer.rollback()
    await gateways.aclose()
