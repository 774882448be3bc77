"""`lyceum seed`: demo data through the same verbs as the API, once. Running it again changes nothing."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.cohorts import service as cohorts
from app.academy.cohorts.schemas import AcademyCohortCreate
from app.academy.courses import service as courses
from app.academy.courses.schemas import AcademyCourseCreate
from app.academy.models import ClassSession, CohortStatus, Course, Learner, Organization, OrganizationStatus, Role
from app.academy.people import service as people
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.database.locks import try_lock
from app.demo import assessments, data, paths, skills
from app.identity.accounts import service as accounts
from app.identity.accounts.service import Person
from app.identity.actor import Actor
from app.identity.models import Account, OrganizationRole
from app.identity.organizations import service as organizations
from app.identity.organizations.schemas import IdentityMembershipCreate, IdentityOrganizationCreate

HOUSE = AcademyActor.system()


async def seed(sessions: async_sessionmaker[AsyncSession]) -> bool:
    """Put the demo data in, in one transaction. False: it was there, or somebody else is at it."""
    async with sessions.begin() as session:
        if not await try_lock(session, "demo.seed") or await _is_there(session):
            return False
        staff = [data.ADMIN, data.INSTRUCTOR, data.MANAGER, data.MEMBER, data.LEARNER]
        entered = await accounts.create_accounts(session, Actor.system(), [Person(*person) for person in staff])
        admin, instructor, manager, member, _ = entered
        for account in entered:
            await people.ensure_learner(session, HOUSE, account.id)
        (await session.get_one(Learner, admin.id)).role = Role.platform_admin
        customer = await _customer(session, manager, member)
        taxonomy = await skills.plant(session)
        for place, wanted in enumerate((*data.COURSES, *paths.COURSES)):
            course = await courses.create_course(session, HOUSE, AcademyCourseCreate(**wanted.fields()))
            course = await courses.publish_course(session, HOUSE, course)
            await _plan(session, course, wanted.starts_in_days, instructor)
            await skills.link(session, course, taxonomy)
            if place == 0:
                await _furnish(session, course, customer, instructor)
                await session.flush()  # lessons are put into its agenda
                await skills.furnish(session, course, taxonomy)
                await assessments.furnish(session, course, taxonomy.skills)
            else:
                await paths.hold_for_two_days(session, course)
        await paths.furnish(session, taxonomy)
    return True


async def _is_there(session: AsyncSession) -> bool:
    found = select(Account.id).where(Account.email == data.ADMIN[0])
    return await session.scalar(found) is not None


async def _customer(session: AsyncSession, manager: Account, member: Account) -> Organization:
    """Acme: an active customer with seats, its manager and one of its people."""
    core = await organizations.create_organization(
        session, Actor(manager.id), IdentityOrganizationCreate(name=data.CUSTOMER)
    )
    await organizations.add_member(
        session,
        Actor(manager.id),
        core,
        IdentityMembershipCreate(email=member.email, role=OrganizationRole.member),
    )
    billing = Organization(
        id=core.id,
        name=data.CUSTOMER,
        domain=data.CUSTOMER_DOMAIN,
        contact_email=manager.email,
        contact_name=manager.name,
        status=OrganizationStatus.active,
        seats_purchased=data.CUSTOMER_SEATS,
    )
    session.add(billing)
    await session.flush()  # the two profiles below point at it
    for account, role in ((manager, Role.org_admin), (member, Role.org_member)):
        learner = await session.get_one(Learner, account.id)
        learner.organization_id, learner.role = billing.id, role
    await session.flush()  # dedicated cohorts ask for the customer
    return billing


async def _plan(session: AsyncSession, course: Course, starts_in_days: int, instructor: Account) -> None:
    """The next open cohort of a course, and one more that is not open yet."""
    for days, status in ((starts_in_days, CohortStatus.open), (starts_in_days + 90, None)):
        start = (utc_now() + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)
        cohort = await cohorts.create_cohort(
            session,
            HOUSE,
            course,
            AcademyCohortCreate(
                name=f"AI Enablement Cohort - {start:%B %Y}",
                start_date=start,
                end_date=start + timedelta(days=1, hours=8),
                instructor_id=instructor.id,
            ),
        )
        if status is not None:
            await cohorts.move_cohort(session, HOUSE, cohort, status)


async def _furnish(session: AsyncSession, course: Course, customer: Organization, instructor: Account) -> None:
    """What the first course has beyond the others: an agenda, a past run, a cohort of the customer's own."""
    for day, order, kind, minutes, title, outcomes in data.AGENDA:
        session.add(
            ClassSession(
                course_id=course.id,
                day_number=day,
                order_in_day=order,
                type=kind,
                duration_minutes=minutes,
                title=title,
                description=title,
                outcomes=list(outcomes),
            )
        )
    past = datetime(2025, 3, 3, 9, tzinfo=UTC)
    start = (utc_now() + timedelta(days=40)).replace(hour=9, minute=0, second=0, microsecond=0)
    runs = (
        (AcademyCohortCreate(name=data.PAST_COHORT, start_date=past, end_date=past + timedelta(days=1, hours=8)), True),
        (
            AcademyCohortCreate(
                name=f"{data.CUSTOMER} - {start:%B %Y}",
                start_date=start,
                end_date=start + timedelta(days=1, hours=8),
                instructor_id=instructor.id,
                is_b2b=True,
                organization_id=customer.id,
            ),
            False,
        ),
    )
    for wanted, is_over in runs:
        cohort = await cohorts.create_cohort(session, HOUSE, course, wanted)
        flow = [CohortStatus.open]
        if is_over:
            flow += [CohortStatus.in_progress, CohortStatus.completed]
        for status in flow:
            cohort = await cohorts.move_cohort(session, HOUSE, cohort, status)
