"""Signing in, staying in, signing out; and the keys to check access tokens with."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Depends, Header, Query, Request, Response

from app.core.http.access import public
from app.core.http.limits import limited
from app.core.http.pages import Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session, StepwiseSession
from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.identity import tokens
from app.identity.actor import AccountSuspended, Actor, SessionRevoked
from app.identity.deps import CurrentActor
from app.identity.identities.deps import google_identity
from app.identity.identities.errors import GoogleEmailUnverified, GoogleRefused, IdentityTaken, MagicLinkNeeded
from app.identity.sessions import queries, rules, service
from app.identity.sessions.errors import AuthSessionNotFound, MagicLinkRefused, RefreshTokenRefused
from app.identity.sessions.schemas import (
    PROOF_EXAMPLES,
    IdentityGrant,
    IdentityKeySet,
    IdentityMagicProof,
    IdentityProof,
    IdentityRefresh,
    IdentitySession,
)

router = Router()
well_known = Router()


async def no_store(response: Response) -> None:
    """Tokens are in the answer: no cache may keep it."""
    response.headers["Cache-Control"] = "no-store"


UserAgent = Annotated[str | None, Header(include_in_schema=False)]


@router.post(
    "/sessions",
    status_code=201,
    response_model=IdentityGrant,
    responses=refusals(
        MagicLinkRefused,
        GoogleRefused,
        GoogleEmailUnverified,
        MagicLinkNeeded,
        IdentityTaken,
        AccountSuspended,
        GatewayRefused,
        GatewayUnavailable,
    ),
    dependencies=[Depends(limited("sessions", quota=120)), Depends(no_store)],
    openapi_extra=public(),
)
async def create_session(
    body: Annotated[IdentityProof, Body(openapi_examples=PROOF_EXAMPLES)],
    request: Request,
    transactions: StepwiseSession,
    user_agent: UserAgent = None,
) -> service.Grant:
    """Sign in, with what a magic link carried or with Google's code.

    An account is made when the proven address has none. Google joins an existing account by address only when Google
    runs that address; otherwise the answer is `identity.magic_link_needed`.
    """
    device, house = rules.device_of(user_agent), Actor.system()
    if not isinstance(body, IdentityMagicProof):
        identity = await google_identity(request.state.gateways.google, body)
        async with transactions.begin() as session:
            return await service.sign_in_by_google(session, house, identity, device)
    async with transactions.begin() as session:
        grant = await service.sign_in_by_link(session, house, body.magic_token, device)
    if grant is None:
        raise MagicLinkRefused
    return grant


@router.post(
    "/sessions/refresh",
    response_model=IdentityGrant,
    responses=refusals(RefreshTokenRefused, SessionRevoked, AccountSuspended),
    dependencies=[Depends(limited("refresh", quota=120)), Depends(no_store)],
    openapi_extra=public(),
)
async def refresh_session(body: IdentityRefresh, transactions: StepwiseSession) -> service.Grant:
    """Trade a refresh token for a new pair.

    Each refresh token is used once; sending the same request again within ten seconds gives the same successor. Used
    later again, it was copied, and the login ends everywhere.
    """
    async with transactions.begin() as session:
        grant = await service.refresh(session, Actor.system(), body.refresh_token)
    if grant is None:
        raise SessionRevoked
    return grant


@router.get("/sessions", response_model=Page[IdentitySession])
async def list_sessions(
    query: Annotated[PageQuery, Query()], actor: CurrentActor, session: Session
) -> Rows[queries.Device]:
    """List the devices on which the caller is signed in, newest first."""
    return await queries.list_devices(session, actor, query)


@router.delete("/sessions/current", status_code=204)
async def delete_current_session(actor: CurrentActor, session: Session) -> None:
    """Sign out on this device: its tokens end at once."""
    await service.sign_out(session, actor)


@router.delete("/sessions/{session_id}", status_code=204, responses=refusals(AuthSessionNotFound))
async def delete_session(session_id: UUID, actor: CurrentActor, session: Session) -> None:
    """Sign out on another device."""
    await service.end_login(session, actor, session_id)


@well_known.get("/.well-known/jwks.json", response_model=IdentityKeySet, openapi_extra=public())
async def get_jwks(response: Response) -> dict[str, list[dict[str, str]]]:
    """The public keys of access tokens."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return tokens.jwks()
