"""Who is asking, as the CRM knows them: the account of identity with its roles in organizations."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.session import Session, StepwiseSession
from app.crm.permissions import CrmActor
from app.identity.actor import Actor
from app.identity.deps import CallerClaims, CurrentActor, actor_of
from app.identity.organizations import queries as organizations


async def _known(session: AsyncSession, actor: Actor) -> CrmActor:
    standings = await organizations.list_standings(session, actor.account_id)
    return CrmActor(actor.account_id, actor.auth_session_id, roles={each.id: each.role for each in standings})


async def current_crm_actor(actor: CurrentActor, session: Session) -> CrmActor:
    """The caller. Raises `Unauthenticated` without a good token."""
    return await _known(session, actor)


async def stepwise_crm_actor(claims: CallerClaims, transactions: StepwiseSession) -> CrmActor:
    """The caller of an endpoint that opens its own transactions: an export reads page by page."""
    async with transactions.begin() as session:
        return await _known(session, await actor_of(session, claims))


stepwise_crm_actor.authenticates = True  # type: ignore[attr-defined]  # read by the check at start-up (rule 45)

CurrentCrmActor = Annotated[CrmActor, Depends(current_crm_actor)]
StepwiseCrmActor = Annotated[CrmActor, Depends(stepwise_crm_actor)]
