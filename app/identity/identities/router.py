"""The caller's connected logins."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from app.core.http.limits import limited
from app.core.http.pages import Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session, StepwiseSession
from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.identity.deps import CurrentActor, StepwiseActor
from app.identity.identities import queries, service
from app.identity.identities.deps import google_identity
from app.identity.identities.errors import GoogleRefused, IdentityNotFound, IdentityTaken
from app.identity.identities.schemas import IdentityConnectedLogin, IdentityGoogleProof
from app.identity.models import AccountIdentity

router = Router()


@router.get("/identities", response_model=Page[IdentityConnectedLogin])
async def list_identities(
    query: Annotated[PageQuery, Query()], actor: CurrentActor, session: Session
) -> Rows[AccountIdentity]:
    """List the outside logins that lead to the caller's account."""
    return await queries.list_identities(session, actor.account_id, query)


@router.post(
    "/identities",
    status_code=201,
    response_model=IdentityConnectedLogin,
    responses=refusals(GoogleRefused, IdentityTaken, GatewayRefused, GatewayUnavailable),
    dependencies=[Depends(limited("sessions", quota=120))],
)
async def create_identity(
    body: IdentityGoogleProof, request: Request, actor: StepwiseActor, transactions: StepwiseSession
) -> AccountIdentity:
    """Connect a Google account to the caller's account."""
    identity = await google_identity(request.state.gateways.google, body)
    async with transactions.begin() as session:
        return await service.connect_identity(session, actor, actor.account_id, identity)


@router.delete("/identities/{identity_id}", status_code=204, responses=refusals(IdentityNotFound))
async def delete_identity(identity_id: UUID, actor: CurrentActor, session: Session) -> None:
    """Disconnect an outside login from the caller's account."""
    await service.disconnect_identity(session, actor, identity_id)
