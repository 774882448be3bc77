"""The caller's own account."""

from fastapi import Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.accounts import queries, service
from app.identity.accounts.schemas import IdentityAccount, IdentityAccountUpdate
from app.identity.deps import CurrentActor
from app.identity.models import Account

router = Router()


@router.get("/account", response_model=IdentityAccount)
async def get_account(
    request: Request, response: Response, actor: CurrentActor, session: Session, if_none_match: IfNoneMatch = None
) -> Account:
    """Read the caller's account."""
    account = await queries.get_account(session, actor.account_id)
    tag(response, request, account)
    return account


@router.patch("/account", response_model=IdentityAccount, responses=refusals(Stale))
async def update_account(
    body: IdentityAccountUpdate,
    *,
    request: Request,
    response: Response,
    actor: CurrentActor,
    session: Session,
    if_match: IfMatch = None,
) -> Account:
    """Change the caller's name, locale or time zone."""
    account = await service.update_account(session, actor, body, if_match)
    tag(response, request, account)
    return account
