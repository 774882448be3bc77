"""Verbs on outside logins: whom they lead to, connecting, disconnecting."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.gateways.google.types import GoogleIdentity
from app.identity.accounts.service import Person, enter_account
from app.identity.actor import Actor
from app.identity.identities import queries, rules
from app.identity.identities.errors import GoogleEmailUnverified, IdentityNotFound, IdentityTaken, MagicLinkNeeded
from app.identity.models import Account, AccountIdentity
from app.identity.permissions import Permission, allow


async def account_for(session: AsyncSession, actor: Actor, identity: GoogleIdentity) -> Account:
    """The account Google's word leads to: by subject, else by an address Google runs, else a new one.

    Raises `GoogleEmailUnverified` or `MagicLinkNeeded`.
    """
    allow(actor, Permission.SIGN_IN)
    known = await queries.find_account(session, identity.issuer, identity.subject)
    if known is not None:
        return known
    if identity.email is None or not identity.email_verified:
        raise GoogleEmailUnverified
    trusted = rules.is_authoritative(identity)
    person = Person(identity.email, rules.name_for(identity))
    account, is_new = await enter_account(session, actor, person, verified=trusted)
    if not is_new and not trusted:
        # A twin of this very sign-in may have made both a moment ago.
        twin = await queries.find_account(session, identity.issuer, identity.subject)
        if twin is None:
            raise MagicLinkNeeded
    await connect_identity(session, actor, account.id, identity)
    return account


async def connect_identity(
    session: AsyncSession, actor: Actor, account_id: UUID, identity: GoogleIdentity
) -> AccountIdentity:
    """Let an outside login lead to an account: the caller's own, or during sign-in. Again is the same.

    Raises `IdentityTaken` when it leads to another one.
    """
    if account_id != actor.account_id:
        allow(actor, Permission.SIGN_IN)
    made = insert(AccountIdentity).values(
        id=new_id(),
        account_id=account_id,
        issuer=identity.issuer,
        subject=identity.subject,
        email=identity.email or "",
        # Connected from inside a login is proof enough: it survives a later proof of the address.
        is_authoritative=account_id == actor.account_id or rules.is_authoritative(identity),
    )
    connected = (await session.scalars(made.on_conflict_do_nothing().returning(AccountIdentity))).one_or_none()
    connected = connected or await queries.find_identity(session, identity.issuer, identity.subject)
    if connected is None or connected.account_id != account_id:
        raise IdentityTaken
    return connected


async def disconnect_identity(session: AsyncSession, actor: Actor, identity_id: UUID) -> None:
    """Take an outside login off the caller's account; the address still opens it by mail."""
    own = delete(AccountIdentity).where(
        AccountIdentity.id == identity_id, AccountIdentity.account_id == actor.account_id
    )
    if (await session.scalars(own.returning(AccountIdentity.id))).one_or_none() is None:
        raise IdentityNotFound


async def disconnect_unproven(session: AsyncSession, actor: Actor, account_id: UUID) -> None:
    """Somebody just proved the account's address for the first time: logins that never proved it must go."""
    allow(actor, Permission.SIGN_IN)
    unproven = delete(AccountIdentity).where(
        AccountIdentity.account_id == account_id, AccountIdentity.is_authoritative.is_(False)
    )
    await session.execute(unproven)
