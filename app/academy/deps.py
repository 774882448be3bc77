"""Who is asking, as the academy knows them: the account of identity with its role and organization here.

Both are read with every request, in the request's own transaction, so that a change of role bites on the next request
(rule 51). Without a row in `academy.users` somebody is an individual who has not begun.
"""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner, Role
from app.academy.permissions import AcademyActor
from app.core.http.session import Session, StepwiseSession
from app.identity.actor import Actor
from app.identity.deps import CallerClaims, CurrentActor, OptionalActor, actor_of
from app.identity.tokens import Claims


async def _known(session: AsyncSession, actor: Actor) -> AcademyActor:
    standing = select(Learner.role, Learner.organization_id).where(Learner.id == actor.account_id)
    found = (await session.execute(standing)).one_or_none()
    if found is None:
        return AcademyActor(actor.account_id, actor.auth_session_id)
    return AcademyActor(
        actor.account_id, actor.auth_session_id, role=Role(found.role), organization_id=found.organization_id
    )


async def optional_academy_actor(session: Session, actor: OptionalActor) -> AcademyActor:
    """The caller, or `AcademyActor.nobody()` without a token: for what the public may read."""
    return AcademyActor.nobody() if actor is None else await _known(session, actor)


OptionalAcademyActor = Annotated[AcademyActor, Depends(optional_academy_actor)]


async def current_academy_actor(_: CurrentActor, known: OptionalAcademyActor) -> AcademyActor:
    """The caller. Raises `Unauthenticated` without a good token."""
    return known


async def academy_actor_of(session: AsyncSession, claims: Claims) -> AcademyActor:
    """The caller behind a verified token, checked and known in this transaction."""
    return await _known(session, await actor_of(session, claims))


async def stepwise_academy_actor(claims: CallerClaims, transactions: StepwiseSession) -> AcademyActor:
    """The caller of an endpoint that opens its own transactions; known before the first of them begins."""
    async with transactions.begin() as session:
        return await academy_actor_of(session, claims)


stepwise_academy_actor.authenticates = True  # type: ignore[attr-defined]  # read by the check at start-up (rule 45)


CurrentAcademyActor = Annotated[AcademyActor, Depends(current_academy_actor)]
StepwiseAcademyActor = Annotated[AcademyActor, Depends(stepwise_academy_actor)]
