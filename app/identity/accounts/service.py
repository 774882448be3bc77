"""Verbs on accounts. An account is made by its first proof of an address, or entered by the operator."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events import identity as events
from app.identity.accounts import queries
from app.identity.accounts.schemas import IdentityAccountUpdate
from app.identity.actor import Actor
from app.identity.models import Account, AccountStatus
from app.identity.permissions import Permission, allow

# Parameters of one statement are limited to 32,767; an account takes three.
BATCH = 5_000


class Person(NamedTuple):
    """Somebody to enter."""

    email: str
    name: str


async def enter_account(
    session: AsyncSession, actor: Actor, person: Person, *, verified: bool = False
) -> tuple[Account, bool]:
    """The account of an address, made when there is none yet; and whether it was made just now.

    `verified`: control of the address is proven. It only counts for an account made here; see `prove_address`.
    """
    allow(actor, Permission.ACCOUNT_ENTER)
    made = insert(Account).values(
        id=new_id(), email=person.email, name=person.name, email_verified_at=func.now() if verified else None
    )
    account = (await session.scalars(made.on_conflict_do_nothing().returning(Account))).one_or_none()
    if account is not None:
        emit(session, events.AccountCreated(account_id=account.id))
        return account, True
    known = await queries.find_by_email(session, person.email)
    if known is None:
        raise LookupError("an address is taken by an account that is not there")  # unreachable without a DELETE
    return known, False


async def create_account(session: AsyncSession, actor: Actor, *, email: str, name: str) -> Account:
    """Enter somebody by hand; a second time with the same address gives the same account, unchanged."""
    account, _ = await enter_account(session, actor, Person(email, name))
    return account


async def create_accounts(session: AsyncSession, actor: Actor, people: Iterable[Person]) -> Sequence[Account]:
    """Enter many people at once, in the order given; addresses that are known already keep their account."""
    allow(actor, Permission.ACCOUNT_ENTER)
    wanted = {person.email.lower(): person for person in people}
    listed = list(wanted.values())
    for start in range(0, len(listed), BATCH):
        rows = [{"id": new_id(), "email": p.email, "name": p.name} for p in listed[start : start + BATCH]]
        made = await session.scalars(insert(Account).values(rows).on_conflict_do_nothing().returning(Account.id))
        for account_id in made:
            emit(session, events.AccountCreated(account_id=account_id))
    known = {account.email.lower(): account for account in await queries.list_by_email(session, wanted)}
    return [known[email] for email in wanted]


async def prove_address(session: AsyncSession, actor: Actor, account: Account) -> bool:
    """Write down that control of the account's address was proven. True the first time only."""
    allow(actor, Permission.ACCOUNT_ENTER)
    proven = (
        update(Account)
        .where(Account.id == account.id, Account.email_verified_at.is_(None))
        .values(email_verified_at=func.now())
        .returning(Account.email_verified_at)
    )
    return (await session.scalars(proven)).one_or_none() is not None


async def update_account(
    session: AsyncSession, actor: Actor, data: IdentityAccountUpdate, if_match: str | None
) -> Account:
    """Change one's own name, locale or time zone."""
    account = await queries.get_account(session, actor.account_id, for_update=True)
    require_match(account, if_match)
    if patch(account, data):
        emit(session, events.AccountChanged(account_id=account.id))
    await session.flush()  # the answer shows the new `updated_at`
    return await queries.get_account(session, actor.account_id, for_update=True)


async def suspend_account(session: AsyncSession, actor: Actor, account_id: UUID) -> None:
    """Refuse this account from its next request on. Suspending twice changes nothing."""
    allow(actor, Permission.ACCOUNT_SUSPEND)
    if await _move(session, account_id, AccountStatus.active, AccountStatus.suspended):
        emit(session, events.AccountSuspended(account_id=account_id))


async def reinstate_account(session: AsyncSession, actor: Actor, account_id: UUID) -> None:
    """Let a suspended account in again; logins that have not run out work again."""
    allow(actor, Permission.ACCOUNT_SUSPEND)
    if await _move(session, account_id, AccountStatus.suspended, AccountStatus.active):
        emit(session, events.AccountReinstated(account_id=account_id))


async def _move(session: AsyncSession, account_id: UUID, before: AccountStatus, after: AccountStatus) -> bool:
    moved = (
        update(Account)
        .where(Account.id == account_id, Account.status == before)
        .values(status=after, suspended_at=func.now() if after is AccountStatus.suspended else None)
        .returning(Account.id)
    )
    if (await session.scalars(moved)).one_or_none() is not None:
        return True
    await queries.get_account(session, account_id)  # unknown: refused; already so: nothing to do
    return False
