"""Who is asking, for the doors of every system: `CurrentActor` and its kin, and the idempotency keys of callers.

A token only says which login; whether that login and its account are still good is asked of the database, in the
request's own transaction, so revocation and suspension bite on the next request (rule 51). Endpoints that open short
transactions of their own (they call a partner in between) use the `Stepwise…` kin.
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Unauthenticated
from app.core.facts import facts_of
from app.core.http.idempotency import KEPT, KEPT_FOR_MONEY, IdempotentRequest, idempotent_request, read_key
from app.core.http.limits import throttle_account
from app.core.http.session import Session, StepwiseSession
from app.core.outbox.emit import acting_account
from app.identity import tokens
from app.identity.actor import Actor
from app.identity.standing import judge, named, standing

_STANDING = standing()


def _bearer(request: Request) -> str | None:
    header = facts_of(request.scope).headers.get(b"authorization")
    if header is None:
        return None
    scheme, _, credential = header.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        raise Unauthenticated("Send the access token as `Authorization: Bearer …`")
    return credential.strip()


def read_claims(request: Request) -> tokens.Claims | None:
    """Who the token says it is; None without a token. Counts the request against the account's limit."""
    credential = _bearer(request)
    if credential is None:
        return None
    claims = tokens.verify(credential)
    facts_of(request.scope).account_id = str(claims.account_id)
    throttle_account(request, str(claims.account_id))
    return claims


async def actor_of(session: AsyncSession, claims: tokens.Claims) -> Actor:
    """The actor behind a verified token, if its login and account are still good: asked of the database, now.

    Raises `Unauthenticated`, `SessionRevoked`, `AccountSuspended`.
    """
    row = (await session.execute(_STANDING, named(claims))).one_or_none()
    actor = judge(claims, row.account_status, row.is_login_live) if row else judge(claims, None, None)
    acting_account.set(actor.account_id)
    return actor


async def optional_actor(request: Request, session: Session) -> Actor | None:
    """The caller, or None for an anonymous one. A token that is not good is refused, never taken for none."""
    claims = read_claims(request)
    return None if claims is None else await actor_of(session, claims)


async def current_actor(actor: Annotated[Actor | None, Depends(optional_actor)]) -> Actor:
    """The caller. Raises `Unauthenticated` without a good token."""
    if actor is None:
        raise Unauthenticated
    return actor


async def caller_claims(request: Request) -> tokens.Claims:
    """Whose verified token came along. Not yet an actor: whoever takes it calls `actor_of` in its first transaction."""
    claims = read_claims(request)
    if claims is None:
        raise Unauthenticated
    return claims


CallerClaims = Annotated[tokens.Claims, Depends(caller_claims)]


async def stepwise_actor(claims: CallerClaims, transactions: StepwiseSession) -> Actor:
    """The caller, checked in a short transaction that is over when the endpoint begins."""
    async with transactions.begin() as session:
        return await actor_of(session, claims)


# What the check at start-up looks for: an operation without one of these must be on the short public list (rule 45).
current_actor.authenticates = True  # type: ignore[attr-defined]  # a mark on a function, read by that check
stepwise_actor.authenticates = True  # type: ignore[attr-defined]  # as above

CurrentActor = Annotated[Actor, Depends(current_actor)]
OptionalActor = Annotated[Actor | None, Depends(optional_actor)]
StepwiseActor = Annotated[Actor, Depends(stepwise_actor)]

_ABOUT_KEYS = "Makes the request repeatable: the same key and body get the first answer again"
OptionalKey = Annotated[str | None, Header(alias="Idempotency-Key", description=_ABOUT_KEYS)]
# Missing, it is answered with 400 `core.idempotency_key_required` like any malformed key, not with 422.
RequiredKey = Annotated[str, Header(alias="Idempotency-Key", description=_ABOUT_KEYS)]


async def _named(request: Request, caller: UUID, header: str, kept: timedelta) -> IdempotentRequest:
    key = read_key(header, required=True) or ""
    return await idempotent_request(request, str(caller), key, kept)


async def _claimed(
    request: Request, session: AsyncSession, actor: Actor, header: str, kept: timedelta
) -> IdempotentRequest:
    named = await _named(request, actor.account_id, header, kept)
    await named.claim(session)
    return named


async def idempotent(
    request: Request, session: Session, actor: CurrentActor, key: OptionalKey = None
) -> IdempotentRequest | None:
    """The claimed key of a POST that may carry one."""
    return None if key is None else await _claimed(request, session, actor, key, KEPT)


async def idempotency_required(
    request: Request, session: Session, actor: CurrentActor, key: RequiredKey
) -> IdempotentRequest:
    """The claimed key of a POST that must carry one."""
    return await _claimed(request, session, actor, key, KEPT)


async def money_idempotency(
    request: Request, session: Session, actor: CurrentActor, key: RequiredKey
) -> IdempotentRequest:
    """The claimed key of a POST that moves money: kept for 72 hours."""
    return await _claimed(request, session, actor, key, KEPT_FOR_MONEY)


async def idempotent_stepwise(request: Request, claims: CallerClaims, key: RequiredKey) -> IdempotentRequest:
    """The key of an endpoint that calls a partner; which claims it: `key.claim(session, stepwise=True)`."""
    return await _named(request, claims.account_id, key, KEPT)


async def money_idempotent_stepwise(request: Request, claims: CallerClaims, key: RequiredKey) -> IdempotentRequest:
    """As `idempotent_stepwise`, kept for 72 hours."""
    return await _named(request, claims.account_id, key, KEPT_FOR_MONEY)


Idempotent = Annotated[IdempotentRequest | None, Depends(idempotent)]
IdempotencyRequired = Annotated[IdempotentRequest, Depends(idempotency_required)]
MoneyIdempotency = Annotated[IdempotentRequest, Depends(money_idempotency)]
IdempotentStepwise = Annotated[IdempotentRequest, Depends(idempotent_stepwise)]
MoneyIdempotentStepwise = Annotated[IdempotentRequest, Depends(money_idempotent_stepwise)]
