"""Verbs of signing in: proof to login, refresh, end. Each is one short transaction of the caller's.

Some refusals must leave a trace (a guess counted, a family ended), and a raised refusal would roll it back. Those
verbs answer None; the door raises once the transaction is committed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.gateways.google.types import GoogleIdentity
from app.identity import tokens
from app.identity.accounts.queries import get_account
from app.identity.accounts.service import Person, enter_account, prove_address
from app.identity.actor import AccountSuspended, Actor, SessionRevoked
from app.identity.identities import rules as identity_rules
from app.identity.identities.service import account_for, disconnect_unproven
from app.identity.magic_links.service import consume_link
from app.identity.models import Account, AccountStatus, AuthSession, SignInMethod
from app.identity.permissions import Permission, allow
from app.identity.sessions import queries, rules
from app.identity.sessions.errors import AuthSessionNotFound, RefreshTokenRefused

LIFE = timedelta(days=30)
KEPT = timedelta(days=30)
COMMAND_LINE_LIFE = 12 * 3600


@dataclass(frozen=True, slots=True)
class Grant:
    """What a device holds after signing in: a pair of tokens for one account."""

    account: Account
    auth_session_id: UUID
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  (a kind, not a token)
    expires_in: int = tokens.LIFETIME


async def sign_in_by_link(session: AsyncSession, actor: Actor, token: str, device: str | None) -> Grant | None:
    """Use a magic link up and open a login; the address's account is made when it has none. None: not accepted."""
    link = await consume_link(session, actor, token)
    if link is None:
        return None
    name = link.requested_name or link.email.partition("@")[0]
    account, is_new = await enter_account(session, actor, Person(link.email, name), verified=True)
    if not is_new:
        await _prove(session, actor, account)
    return await open_login(session, actor, account, SignInMethod.magic_link, device)


async def sign_in_by_google(session: AsyncSession, actor: Actor, identity: GoogleIdentity, device: str | None) -> Grant:
    """Open a login for whom Google vouches (A-AUT-01). Raises what `account_for` raises."""
    account = await account_for(session, actor, identity)
    if identity_rules.is_authoritative(identity) and (identity.email or "").lower() == account.email.lower():
        await _prove(session, actor, account)
    return await open_login(session, actor, account, SignInMethod.google, device)


async def open_login(
    session: AsyncSession, actor: Actor, account: Account, method: SignInMethod, device: str | None
) -> Grant:
    """A new login of an account. Raises `AccountSuspended`."""
    allow(actor, Permission.SIGN_IN)
    if account.status != AccountStatus.active:
        raise AccountSuspended
    login_id = new_id()
    refresh_token = rules.new_token(login_id)
    session.add(_login(login_id, account.id, method, device, refresh_token))
    return Grant(account, login_id, tokens.issue(account.id, login_id), refresh_token)


async def access_token_for(session: AsyncSession, actor: Actor, account: Account) -> str:
    """An access token for the command line. It has a login of its own, so it can be listed and ended like any.

    It lives for a working day, because nobody refreshes what was pasted into a shell.
    """
    grant = await open_login(session, actor, account, SignInMethod.command_line, "command line")
    return tokens.issue(account.id, grant.auth_session_id, lifetime=COMMAND_LINE_LIFE)


async def access_tokens_for(session: AsyncSession, actor: Actor, accounts: Iterable[Account]) -> list[str]:
    """As `access_token_for`, for many accounts, in their order."""
    return [await access_token_for(session, actor, account) for account in accounts]


async def refresh(session: AsyncSession, actor: Actor, token: str) -> Grant | None:
    """Trade a refresh token for its successor. None: it had been used before, and the whole family is ended now.

    Raises `RefreshTokenRefused`, `SessionRevoked` or `AccountSuspended`.
    """
    allow(actor, Permission.SIGN_IN)
    login_id = rules.login_in(token)
    if login_id is None:
        raise RefreshTokenRefused
    successor, *older = rules.successors(token)
    presented = rules.hash_of(token)
    account_id = await _rotate(session, login_id, presented, rules.hash_of(successor))
    if account_id is None:
        family = await queries.find_family(session, login_id, presented)
        if family is None:
            raise RefreshTokenRefused
        if not family.is_live:
            raise SessionRevoked
        known = [each for each in (successor, *older) if rules.hash_of(each) == family.refresh_hash]
        if not family.repeats or not known:
            await _end(session, "reused", AuthSession.id == login_id)
            return None
        successor, account_id = known[0], family.account_id
    account = await get_account(session, account_id)
    if account.status != AccountStatus.active:
        raise AccountSuspended
    return Grant(account, login_id, tokens.issue(account_id, login_id), successor)


async def sign_out(session: AsyncSession, actor: Actor) -> None:
    """End the login that the request came with."""
    await _end(session, "signed_out", AuthSession.id == actor.auth_session_id)


async def end_login(session: AsyncSession, actor: Actor, auth_session_id: UUID) -> None:
    """End one of the caller's logins on whatever device. Raises `AuthSessionNotFound`."""
    own = (AuthSession.id == auth_session_id, AuthSession.account_id == actor.account_id, queries.is_live())
    if not await _end(session, "ended_by_owner", *own):
        raise AuthSessionNotFound


async def forget_logins(session: AsyncSession, actor: Actor) -> None:
    """Delete logins that have been over for a month."""
    allow(actor, Permission.SIGN_IN)
    await session.execute(delete(AuthSession).where(AuthSession.expires_at < func.now() - KEPT))


async def _prove(session: AsyncSession, actor: Actor, account: Account) -> None:
    """The address is proven. The first time, whoever came in without that proof goes (pre-account takeover)."""
    if account.email_verified_at is None and await prove_address(session, actor, account):
        await disconnect_unproven(session, actor, account.id)
        await _end(session, "address_proven", AuthSession.account_id == account.id, AuthSession.method == "google")


async def _rotate(session: AsyncSession, login_id: UUID, presented: bytes, successor: bytes) -> UUID | None:
    rotated = (
        update(AuthSession)
        .where(AuthSession.id == login_id, AuthSession.refresh_hash == presented, queries.is_live())
        .values(previous_hash=presented, refresh_hash=successor, rotated_at=func.now(), last_used_at=func.now())
        .returning(AuthSession.account_id)
    )
    return (await session.scalars(rotated)).one_or_none()


async def _end(session: AsyncSession, reason: str, *which: object) -> bool:
    ended = update(AuthSession).where(*which, AuthSession.revoked_at.is_(None))  # type: ignore[arg-type]  # conditions
    ended = ended.values(revoked_at=func.now(), revoked_reason=reason)
    return bool((await session.scalars(ended.returning(AuthSession.id))).all())


def _login(login_id: UUID, account_id: UUID, method: SignInMethod, device: str | None, token: str) -> AuthSession:
    return AuthSession(
        id=login_id,
        account_id=account_id,
        method=method,
        device=device,
        refresh_hash=rules.hash_of(token),
        expires_at=func.now() + LIFE,
    )
