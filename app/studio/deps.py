"""Who acts in the studio, told to the database before anything else is asked of it (S-RLS-02, S-RLS-03).

Doors take `StudioSession` where other systems take `Session`: the same transaction, with the caller's ticket bound.
`CurrentStudioActor` is the caller of that ticket, and says whether they are staff.
Without one nothing of the studio is visible, so a door that forgot it finds nothing rather than everything. Jobs bind
it themselves, as the account that a domain event names or, in so many words, as the house itself:

    await act_as(session, Actor(event.account_id))
    await act_as(session, Actor.system())

A ticket lasts as long as the transaction, and goes with a savepoint that is rolled back: bind it outside of those.
"""

from typing import Annotated

from fastapi import Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import tickets
from app.core.http.session import Session
from app.identity.actor import Actor
from app.identity.deps import CurrentActor
from app.studio.permissions import StudioActor

# The outer part reads what the inner one has set: a materialized query is run first.
_BIND = text("""
WITH bound AS MATERIALIZED (SELECT set_config('lyceum.ticket', :ticket, true))
SELECT studio.acting_account() AS account_id, studio.acts_for_all() AS acts_for_all FROM bound
""")


class TicketRefused(RuntimeError):
    """The database does not believe our tickets: nothing of the studio could be seen, and nobody would know why."""

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL refuses this process's tickets: run `lyceum migrate` with the same LYCEUM_SECRET, and compare"
            " the clocks of the two machines"
        )


async def act_as(session: AsyncSession, actor: Actor) -> bool:
    """From here to the end of the transaction, `session` sees and writes what `actor` may. True: every client's rows.

    Raises `TicketRefused` when the database does not believe it.
    """
    ticket = tickets.for_system() if actor.is_system else tickets.for_account(actor.account_id)
    told = (await session.execute(_BIND, {"ticket": ticket})).one()
    is_believed = told.acts_for_all if actor.is_system else told.account_id == actor.account_id
    if not is_believed:
        raise TicketRefused
    return bool(told.acts_for_all)


async def current_studio_actor(session: Session, actor: CurrentActor) -> StudioActor:
    """The caller, for whom the transaction of the request acts from here on."""
    return StudioActor(actor.account_id, actor.auth_session_id, is_staff=await act_as(session, actor))


CurrentStudioActor = Annotated[StudioActor, Depends(current_studio_actor)]


async def studio_session(session: Session, _: CurrentStudioActor) -> AsyncSession:
    """The transaction of the request, acting as the caller."""
    return session


StudioSession = Annotated[AsyncSession, Depends(studio_session)]
