"""Verbs about people: beginning in the academy, profiles, roles, and the organizations that buy seats."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner, Organization, Role
from app.academy.people import queries, rules
from app.academy.people.errors import (
    AccountUnknown,
    AddressTaken,
    NotAMember,
    OrganizationHasBilling,
    OrganizationTransitionRefused,
    SeatsInUse,
)
from app.academy.people.schemas import (
    AcademyLearnerUpdate,
    AcademyOrganizationCreate,
    AcademyOrganizationUpdate,
    AcademyProfileUpdate,
)
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.patch import patch
from app.core.errors import FieldError, Invalid
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import (
    LearnerAppointed,
    OrganizationBillingChanged,
    OrganizationBillingOpened,
    TimezoneBackfillRequested,
    TimezonesBackfilled,
)
from app.identity.models import Account

BACKFILL_BATCH = 1_000


async def ensure_learner(session: AsyncSession, actor: AcademyActor, account_id: UUID | None = None) -> Learner:
    """The profile of an account (the actor's own unless named), made from the account on first use.

    Any number of callers at once get the same one row. Asks for no right: whoever lets an actor act for another
    account has decided that before. Raises `AccountUnknown`, `AddressTaken`.
    """
    wanted = actor.account_id if account_id is None else account_id
    learner = await queries.find_learner(session, wanted)
    if learner is not None:
        return learner
    made = insert(Learner).from_select(queries.PROFILE_COLUMNS, queries.profiles_from(Account.id == wanted))
    # Whichever unique index a twin of this insert gets to first, the twin's row is as good as ours.
    await session.execute(made.on_conflict_do_nothing())
    learner = await queries.find_learner(session, wanted)
    if learner is None:
        raise AddressTaken if await queries.has_account(session, wanted) else AccountUnknown
    return learner


async def update_profile(
    session: AsyncSession, actor: AcademyActor, data: AcademyProfileUpdate, if_match: str | None = None
) -> Learner:
    """Change one's own profile. The two channel flags and the preferences say the same afterwards (Z-130)."""
    await ensure_learner(session, actor)
    learner = await queries.get_learner(session, actor, actor.account_id, for_update=True)
    require_match(learner, if_match)
    before = learner.preferences
    changed = patch(learner, data, leave={"notification_preferences"})
    if "notification_preferences" in data.model_fields_set:
        wished = data.notification_preferences.model_dump(exclude_unset=True)
        _set_preferences(learner, rules.merged_preferences(learner.preferences, wished))
    elif learner.preferences != before:
        _set_preferences(learner, learner.preferences)
    if learner.preferences != before and not changed:
        learner.version += 1
    return await queries.get_learner(session, actor, actor.account_id)


def _set_preferences(learner: Learner, preferences: dict[str, Any]) -> None:
    learner.email_notifications = preferences["email_notifications"]
    learner.sms_notifications = preferences["sms_notifications"]
    learner.notification_preferences = preferences


# Roles


async def set_role(
    session: AsyncSession, actor: AcademyActor, account_id: UUID, role: Role, organization_id: UUID | None = None
) -> Learner:
    """Give somebody a role, and exactly this organization or none (A-AUT-05). It counts from their next request on.

    Raises `AccountUnknown`, `NotAMember`, and `Invalid` for a role that needs an organization and has none.
    """
    allow(actor, Permission.LEARNER_APPOINT)
    if organization_id is None and rules.needs_organization(role):
        raise Invalid(errors=(FieldError("/organization_id", "missing", f"{role} needs an organization"),))
    if organization_id is not None:
        if await queries.find_organization(session, organization_id) is None:
            raise Invalid(errors=(FieldError("/organization_id", "unknown", "No such academy organization"),))
        if not await queries.is_member(session, organization_id, account_id):
            raise NotAMember
    await ensure_learner(session, actor, account_id)
    learner = await queries.get_learner(session, actor, account_id, for_update=True)
    if (learner.role, learner.organization_id) != (role, organization_id):
        learner.role, learner.organization_id = role, organization_id
        learner.version += 1
        _tell_appointed(session, account_id, role, organization_id)
    return await queries.get_learner(session, actor, account_id)


async def appoint(
    session: AsyncSession,
    actor: AcademyActor,
    account_id: UUID,
    data: AcademyLearnerUpdate,
    if_match: str | None = None,
) -> Learner:
    """Change what was sent of somebody's role and organization. An account that has not begun yet begins."""
    allow(actor, Permission.LEARNER_APPOINT)
    await ensure_learner(session, actor, account_id)
    learner = await queries.get_learner(session, actor, account_id, for_update=True)
    require_match(learner, if_match)
    role = data.role if "role" in data.model_fields_set else Role(learner.role)
    sent = "organization_id" in data.model_fields_set
    return await set_role(session, actor, account_id, role, data.organization_id if sent else learner.organization_id)


async def adopt_members(
    session: AsyncSession, actor: AcademyActor, organization_id: UUID, account_id: UUID | None = None
) -> int:
    """Bring the live members of an organization that buys seats (or the one named) into the academy under it.

    Their role here follows their role there. Platform admins stay what they are, and whoever belongs to another
    organization stays there. Returns how many came or changed.
    """
    allow(actor, Permission.LEARNER_APPOINT)
    columns = [*queries.PROFILE_COLUMNS, "role", "organization_id"]
    made = insert(Learner).from_select(columns, queries.members_as_learners(organization_id, account_id))
    stays_admin = case((Learner.role == Role.platform_admin, Role.platform_admin.value), else_=made.excluded.role)
    adopted = await session.execute(
        made.on_conflict_do_update(
            index_elements=[Learner.id],
            set_={
                "role": stays_admin,
                "organization_id": made.excluded.organization_id,
                "version": Learner.version + 1,
            },
            where=or_(
                Learner.organization_id.is_(None),
                (Learner.organization_id == organization_id) & (Learner.role != stays_admin),
            ),
        ).returning(Learner.id, Learner.role)
    )
    people = adopted.all()
    for person in people:
        _tell_appointed(session, person.id, person.role, organization_id)
    return len(people)


async def release_member(session: AsyncSession, actor: AcademyActor, organization_id: UUID, account_id: UUID) -> None:
    """Part somebody from an organization that they have left; enrollments that it paid for stay theirs."""
    allow(actor, Permission.LEARNER_APPOINT)
    if await queries.is_member(session, organization_id, account_id):
        return
    role = case((Learner.role == Role.platform_admin, Role.platform_admin.value), else_=Role.individual.value)
    released = await session.scalar(
        update(Learner)
        .where(Learner.id == account_id, Learner.organization_id == organization_id)
        .values(organization_id=None, role=role, version=Learner.version + 1)
        .returning(Learner.role)
        .execution_options(synchronize_session=False)
    )
    if released is not None:
        _tell_appointed(session, account_id, released, None)


def _tell_appointed(session: AsyncSession, account_id: UUID, role: str, organization_id: UUID | None) -> None:
    emit(session, LearnerAppointed(account_id=account_id, role=role, organization_id=organization_id))


async def follow_account(session: AsyncSession, actor: AcademyActor, account_id: UUID) -> None:
    """Take over the account's address and name after a change there."""
    allow(actor, Permission.LEARNER_APPOINT)
    learner = await queries.find_learner(session, account_id)
    if learner is not None:
        account = (await session.execute(queries.account_of_learner(account_id))).one()
        if (learner.email, learner.name) != (account.email, account.name):
            learner.email, learner.name = account.email, account.name
            learner.version += 1


# Time zones (A-AUT-07)


async def request_timezone_backfill(session: AsyncSession, actor: AcademyActor) -> UUID:
    """Have the worker give everybody without a time zone the academy's own. Returns the backfill's id."""
    allow(actor, Permission.TIMEZONES_BACKFILL)
    backfill_id = new_id()
    emit(session, TimezoneBackfillRequested(backfill_id=backfill_id))
    return backfill_id


async def backfill_timezones(session: AsyncSession, actor: AcademyActor) -> int:
    """Give the next people without a time zone the academy's own, at most `BACKFILL_BATCH` of them.

    Returns how many rows changed: less than a batch means that nobody is left, and once more changes nothing.
    """
    allow(actor, Permission.TIMEZONES_BACKFILL)
    changed = await session.scalars(
        update(Learner)
        .where(Learner.id.in_(queries.without_timezone(BACKFILL_BATCH)), Learner.timezone.is_(None))
        .values(timezone=rules.HOME_TIMEZONE, version=Learner.version + 1)
        .returning(Learner.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


async def continue_timezone_backfill(
    session: AsyncSession, actor: AcademyActor, backfill_id: UUID, changed_before: int
) -> None:
    """One round of a backfill; announces the next round, or the end with the count of all rounds."""
    changed = await backfill_timezones(session, actor)
    total = changed_before + changed
    if changed == BACKFILL_BATCH:
        emit(session, TimezoneBackfillRequested(backfill_id=backfill_id, changed=total))
    else:
        emit(session, TimezonesBackfilled(backfill_id=backfill_id, changed=total))


# Organizations


async def create_organization(
    session: AsyncSession, actor: AcademyActor, data: AcademyOrganizationCreate
) -> Organization:
    """Let an organization buy seats; it waits for its payment. Raises `OrganizationHasBilling`."""
    allow(actor, Permission.ORGANIZATION_BILLING)
    known_as = await queries.find_name(session, data.organization_id)
    if known_as is None:
        raise Invalid(errors=(FieldError("/organization_id", "unknown", "No such organization"),))
    values: dict[str, Any] = data.model_dump(exclude={"organization_id"})
    values |= {"id": data.organization_id, "name": data.name or known_as}
    made = insert(Organization).values(values).on_conflict_do_nothing(index_elements=[Organization.id])
    if await session.scalar(made.returning(Organization.id)) is None:
        raise OrganizationHasBilling
    emit(session, OrganizationBillingOpened(organization_id=data.organization_id))
    return await queries.get_organization(session, actor, data.organization_id)


async def update_organization(
    session: AsyncSession,
    actor: AcademyActor,
    organization: Organization,
    data: AcademyOrganizationUpdate,
    if_match: str | None = None,
) -> Organization:
    """Change the billing side. Raises `Stale`, `OrganizationTransitionRefused` and `SeatsInUse`.

    Under the lock of its row, so no seat is used between the check and the change.
    """
    allow(actor, Permission.ORGANIZATION_BILLING, organization)
    organization = await queries.get_organization(session, actor, organization.id, for_update=True)
    require_match(organization, if_match)
    before = organization.status
    changed = patch(organization, data)
    if "status" in changed and not rules.organization_may_move(before, organization.status):
        raise OrganizationTransitionRefused(f"An organization that is {before} cannot become {organization.status}")
    if organization.seats_purchased < organization.seats_used:
        raise SeatsInUse
    if changed:
        emit(
            session,
            OrganizationBillingChanged(
                organization_id=organization.id, status=organization.status, fields=tuple(sorted(changed))
            ),
        )
    return await queries.get_organization(session, actor, organization.id)
