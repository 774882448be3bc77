"""A small world in which every operation has something to act on, and everybody has a part.

Two courses: one with an open cohort that has seats, one whose only cohort is full and has a queue. The learner paid for
a seat; the member has one of the organization's. What belongs to somebody belongs to the learner, unless the request
says otherwise.
"""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.badges import service as badges
from app.academy.badges.schemas import AcademyBadgeCreate
from app.academy.certificates import service as certificates
from app.academy.certificates.schemas import AcademyCertificateCreate
from app.academy.models import (
    Enrollment,
    Organization,
    Payment,
    PaymentState,
    Role,
    SkillLevel,
    WaitlistEntry,
    WaitlistStatus,
)
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.storage import file_store
from app.gateways.stripe.signatures import sign
from app.identity.magic_links import rules as magic_links
from app.identity.models import Account, AccountStatus, AuthSession, MagicLink, OrganizationRole, SignInMethod
from app.identity.sessions import rules as logins
from app.notifications.models import Notification
from tests.contract import evidence, learning, people_in_paths, skills, tracks
from tests.contract.operations import Operation
from tests.contract.shelf import furnish
from tests.factories import academy, crm, identity
from tests.factories import learning as learned

ANONYMOUS = "anonymous"
ROLES = (
    ANONYMOUS,
    "learner",
    "other",
    "instructor",
    "member",
    "org_admin",
    "foreign",
    "admin",
    "suspended",
)

KEY = "the-key-of-this-request"
HOUSE = AcademyActor.system()


@dataclass
class World:
    """Who and what there is.

    `ids` fills the paths: by name, by `domain.name` where two domains use one name, or by `operation.name`; so do
    `words`, where a path names something by another word than its id.
    """

    people: dict[str, Account] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def path(self, op: Operation, **ids: UUID | str) -> str:
        """The path of an operation, filled in."""
        path = op.path
        for parameter in op.parameters_in("path"):
            name = parameter["name"]
            usual = self.ids.get(f"{op.id}.{name}") or self.ids.get(f"{op.domain}.{name}")
            word = self.words.get(f"{op.id}.{name}") or self.words.get(name)
            found = ids.get(name) or usual or word or self.ids[name]
            path = path.replace(f"{{{name}}}", str(found))
        return path

    def body(self, op: Operation) -> Any:
        """A body that is accepted: of this world where ids matter, else the document's first example."""
        own = self._bodies().get(op.id)
        return own if own is not None or not op.body_examples else op.body_examples[0]

    def headers(self, op: Operation, body: bytes = b"") -> dict[str, str]:
        """The headers that the operation cannot do without."""
        headers = {"Idempotency-Key": KEY} if any(p["name"] == "Idempotency-Key" for p in op.parameters) else {}
        if {"stripeSignature": []} in op.security:
            headers["Stripe-Signature"] = sign(body, self.secrets["stripe"])
        return headers

    def _bodies(self) -> dict[str, Any]:
        return {
            "academy_create_gain_recomputation": {"cohort_id": str(self.ids["cohort_id"])},
            "academy_create_organization": {
                "organization_id": str(self.ids["unbilled_id"]),
                "domain": "guild.example",
                "contact_email": "billing@guild.example",
                "contact_name": "Bea Billing",
                "seats_purchased": 10,
            },
            "academy_create_badge": {
                "account_id": str(self.ids["account_id"]),
                "skill_id": str(self.ids["skill_id"]),
                "level": "foundational",
            },
            "academy_create_certificate": {"is_name_public": False},
            "academy_update_cohort_status": {"status": "cancelled"},
            "academy_update_learner": {"role": "platform_admin"},
            "academy_create_transfer": {"cohort_id": str(self.ids["later_cohort_id"])},
            "academy_update_session_order": {
                "items": [{"session_id": str(self.ids["academy.session_id"]), "day_number": 1, "order_in_day": 2}]
            },
            "crm_create_participant": {"account_id": str(self.people["org_admin"].id)},
            "crm_update_program_status": {"status": "completed"},
            "crm_update_attendance": {"items": [{"account_id": str(self.people["member"].id), "status": "attended"}]},
            "studio_update_chapter_order": {
                "chapter_ids": [str(self.ids["last_chapter_id"]), str(self.ids["chapter_id"])]
            },
            "studio_update_session_order": {
                "session_ids": [str(self.ids["second_session_id"]), str(self.ids["studio.session_id"])]
            },
            "identity_create_session": {"magic_token": self.secrets["magic"]},
            "identity_refresh_session": {"refresh_token": self.secrets["refresh"]},
            **learning.bodies(self),
            **evidence.bodies(self),
            **skills.bodies(self),
            **people_in_paths.bodies(self),
            **tracks.bodies(self),
        }


async def build(session: AsyncSession, stripe_secret: str = "whsec_test_secret") -> World:
    """Save the world and commit it."""
    world = World(secrets={"stripe": stripe_secret})
    await _people(session, world)
    await _catalogue(session, world)
    await _seats(session, world)
    await _belongings(session, world)
    await _programs(session, world)
    await furnish(session, world)
    await learning.furnish(session, world)
    await evidence.furnish(session, world)
    await people_in_paths.furnish(session, world)
    await tracks.furnish(session, world)
    await _achievements(session, world)
    await skills.furnish(session, world)
    await session.commit()
    return world


async def _people(session: AsyncSession, world: World) -> None:
    ours, theirs = await _found(session), await _found(session)
    unbilled = identity.organization()
    session.add(unbilled)
    world.ids |= {"organization_id": ours.id, "unbilled_id": unbilled.id}
    for name in (*ROLES[1:], "neighbour"):
        gone = {"status": AccountStatus.suspended, "suspended_at": utc_now()} if name == "suspended" else {}
        world.people[name] = identity.account(**gone)
    session.add_all(world.people.values())
    world.ids["account_id"] = world.people["learner"].id
    await session.flush()  # profiles and memberships point at them
    places = {
        "member": (ours, Role.org_member),
        "org_admin": (ours, Role.org_admin),
        "foreign": (theirs, Role.org_admin),
    }
    for name, person in world.people.items():
        organization, role = places.get(name, (None, Role.platform_admin if name == "admin" else Role.individual))
        session.add(academy.learner(person, role=role, organization_id=organization.id if organization else None))
        if organization is not None:
            place = OrganizationRole.member if name == "member" else OrganizationRole.admin
            membership = identity.membership(organization.id, person.id, role=place)
            session.add(membership)
            if name == "member":
                world.ids["membership_id"] = membership.id
    await session.flush()  # cohorts and enrollments point at them


async def _found(session: AsyncSession) -> Organization:
    core = identity.organization()
    session.add(core)
    await session.flush()  # the billing side points at it
    billing = academy.organization(core, seats_used=1)
    session.add(billing)
    await session.flush()  # profiles point at it
    return billing


async def _catalogue(session: AsyncSession, world: World) -> None:
    course, sold_out = academy.course(), academy.course(title="Sold out")
    draft = academy.course(title="Not yet shown", status="draft")
    session.add_all([course, sold_out, draft])
    await session.flush()  # cohorts point at them
    instructor = world.people["instructor"].id
    cohort = academy.cohort(course, instructor_id=instructor, current_enrollment=2)
    later = academy.cohort(course, name="Summer cohort", start_date=utc_now() + timedelta(days=90))
    full = academy.cohort(sold_out, max_capacity=2, current_enrollment=1, held=1, waitlist_last_position=1)
    item = academy.class_session(course, order_in_day=7)
    session.add_all([cohort, later, full, item])
    await session.flush()  # enrollments point at them
    world.ids |= {
        "course_id": course.id,
        "draft_id": draft.id,
        "sold_out_id": sold_out.id,
        "cohort_id": cohort.id,
        "later_cohort_id": later.id,
        "full_cohort_id": full.id,
        "academy.session_id": item.id,
        "academy_create_waitlist_entry.cohort_id": full.id,
        "academy_create_course_waitlist_entry.course_id": sold_out.id,
        "academy_publish_course.course_id": draft.id,
    }


async def _seats(session: AsyncSession, world: World) -> None:
    taken = {"enrollment_id": ("learner", "cohort_id"), "members_enrollment_id": ("member", "cohort_id")}
    taken["neighbours_enrollment_id"] = ("neighbour", "full_cohort_id")
    for name, (who, where) in taken.items():
        enrollment = _enrollment(world, who, where)
        session.add(enrollment)
        world.ids[name] = enrollment.id
    await session.flush()  # the payment and the offer point at them
    session.add(_payment(world))
    offered = WaitlistEntry(
        id=new_id(),
        user_id=world.people["learner"].id,
        course_id=world.ids["sold_out_id"],
        cohort_id=world.ids["full_cohort_id"],
        position=1,
        status=WaitlistStatus.offered,
        offered_at=utc_now(),
        offer_expires_at=utc_now() + timedelta(hours=24),
        offered_cohort_id=world.ids["full_cohort_id"],
    )
    session.add(offered)
    world.ids["entry_id"] = offered.id


async def _achievements(session: AsyncSession, world: World) -> None:
    """What the learner has: a certificate with its papers, one to ask for, one of a path, a badge that ends soon."""
    learner = world.people["learner"]
    enrollments = []
    for title in ("Held before", "Held just now"):
        course = academy.course(title=title)
        session.add(course)
        await session.flush()  # the cohort points at it
        ended = {"status": "completed", "start_date": utc_now() - timedelta(days=5)}
        cohort = academy.cohort(course, instructor_id=world.people["instructor"].id, **ended)
        session.add(cohort)
        await session.flush()  # the enrollment points at it
        enrollments.append(learned.enrollment(learner, cohort))
    path, skill = learned.path(), learned.skill()
    session.add_all([*enrollments, path, skill])
    await session.flush()  # the path enrollment points at it
    in_path = learned.path_enrollment(learner, path, status="completed", completed_at=utc_now())
    session.add(in_path)
    await session.flush()  # the certificates are of these
    certificate, _ = await certificates.issue_certificate(session, HOUSE, enrollments[0].id, AcademyCertificateCreate())
    order = await certificates.order_files(session, HOUSE, certificate.id, is_path=False)
    assert order is not None
    made = certificates.make_files(order)
    file_store().put(order.pdf.storage_key, made[order.pdf.id])
    if order.png is not None:
        file_store().put(order.png.storage_key, made[order.png.id])
    await session.flush()  # settling updates the rows
    await certificates.settle_files(session, HOUSE, order, made)
    of_path = await certificates.issue_path_certificate(session, HOUSE, in_path)
    of_path.holder_name = learner.name
    wanted = AcademyBadgeCreate(account_id=learner.id, skill_id=skill.id, level=SkillLevel.practitioner)
    badge, _ = await badges.issue_badge(session, HOUSE, wanted)
    badge.expires_at = utc_now() + timedelta(days=9)
    neighbour = AcademyActor(world.people["neighbour"].id, None)
    await badges.publish_portfolio(session, neighbour, is_public=True)
    world.ids |= {
        "academy_create_certificate.enrollment_id": enrollments[1].id,
        "certificate_id": certificate.id,
        "academy_get_path_certificate.certificate_id": of_path.id,
        "credential_id": certificate.id,
        "academy_hide_holder_name.credential_id": of_path.id,
        "badge_id": badge.id,
        "skill_id": skill.id,
        "academy_get_portfolio.account_id": world.people["neighbour"].id,
    }


def _enrollment(world: World, who: str, where: str) -> Enrollment:
    far = utc_now() + timedelta(days=365)
    return Enrollment(
        id=new_id(),
        user_id=world.people[who].id,
        cohort_id=world.ids[where],
        course_id=world.ids["course_id" if where == "cohort_id" else "sold_out_id"],
        payment_status="completed",
        payment_type="b2b" if who == "member" else "b2c",
        organization_id=world.ids["organization_id"] if who == "member" else None,
        office_hours_eligible_until=far,
        materials_access_until=far,
        chatbot_access_until=far,
        has_seat=True,
    )


def _payment(world: World) -> Payment:
    return Payment(
        id=new_id(),
        enrollment_id=world.ids["enrollment_id"],
        amount_cents=49_900,
        currency="usd",
        state=PaymentState.paid,
        success_url="https://app.example.com/welcome",
        cancel_url="https://app.example.com/courses",
        expires_at=utc_now(),
        stripe_payment_intent_id=f"pi_{new_id().hex}",
        amount_paid_cents=49_900,
        paid_at=utc_now(),
    )


async def _belongings(session: AsyncSession, world: World) -> None:
    learner = world.people["learner"].id
    notice = Notification(id=new_id(), account_id=learner, type="academy.waitlist_offered", data={})
    connected = identity.account_identity(learner)
    login = AuthSession(
        id=new_id(),
        account_id=learner,
        method=SignInMethod.magic_link,
        refresh_hash=b"",
        expires_at=utc_now() + timedelta(days=30),
    )
    ended = AuthSession(
        id=new_id(),
        account_id=learner,
        method=SignInMethod.magic_link,
        refresh_hash=new_id().bytes,
        expires_at=utc_now() + timedelta(days=30),
        revoked_at=utc_now(),
        revoked_reason="signed_out",
    )
    refresh = logins.new_token(login.id)
    login.refresh_hash = logins.hash_of(refresh)
    link = MagicLink(
        id=new_id(),
        email=world.people["learner"].email,
        purpose=magic_links.SIGN_IN,
        nonce=new_id().bytes,
        expires_at=utc_now() + timedelta(minutes=15),
    )
    magic = magic_links.new_token(link)
    link.token_hash = magic_links.hash_of(magic)
    session.add_all([notice, connected, login, ended, link])
    world.ids |= {"notice_id": notice.id, "identity_id": connected.id, "identity.session_id": login.id}
    world.ids |= {"live_login_id": login.id, "revoked_login_id": ended.id}
    world.secrets |= {"magic": magic, "refresh": refresh}


async def _programs(session: AsyncSession, world: World) -> None:
    """A program that the member is in, one to join, one that was asked for, and one that is over for the member."""
    organization_id, member = world.ids["organization_id"], world.people["member"].id
    program = crm.program(organization_id, status="active", completion_criteria_type="manual")
    open_to_all = crm.program(organization_id, status="active")
    by_approval = crm.program(organization_id, status="active", enrollment_method="approval_required")
    renamed = crm.program(organization_id, status="active", name="Renamed since", slug="once-called-so")
    begins = utc_now() - timedelta(hours=3)
    held = crm.event(organization_id, starts_at=begins, ends_at=begins + timedelta(hours=2))
    loose = crm.event(organization_id)
    session.add_all([program, open_to_all, by_approval, renamed, held, loose])
    await session.flush()  # participations and links point at them
    enrolled = crm.participation(program, member)
    pending = crm.participation(by_approval, member, status="pending", enrolled_at=None, requested_at=utc_now())
    completed = crm.participation(renamed, member, status="completed", completed_at=utc_now())
    session.add_all([enrolled, pending, completed, crm.linked(program, held)])
    world.ids |= {
        "crm.program_id": program.id,
        "event_id": held.id,
        "participation_id": enrolled.id,
        "crm_create_enrollment.program_id": open_to_all.id,
        "crm_renew_program_slug.program_id": renamed.id,
        "crm_link_event.event_id": loose.id,
        "crm_approve_participation.participation_id": pending.id,
        "crm_decline_participation.participation_id": pending.id,
        "crm_reopen_participation.participation_id": completed.id,
    }
    world.words["slug"] = program.slug


def encoded(body: Any) -> bytes:
    """A body as it is sent, so that it can be signed."""
    return b"" if body is None else json.dumps(body).encode()
