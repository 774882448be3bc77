"""Verbs about people: beginning in the academy."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Learner
from app.academy.people import queries
from app.academy.people.errors import AccountUnknown
from app.academy.permissions import AcademyActor


async def ensure_learner(session: AsyncSession, actor: AcademyActor, account_id: UUID | None = None) -> Learner:
    """The profile of an account (the actor's own unless named), made from the account on first use.

    Any number of callers at once get the same one row. Asks for no right: whoever lets an actor act for another
    account has decided that before. Raises `AccountUnknown`.
    """
    wanted = actor.account_id if account_id is None else account_id
    learner = await queries.find_learner(session, wanted)
    if learner is not None:
        return learner
    made = insert(Learner).from_select(queries.PROFILE_COLUMNS, queries.profile_from_account(wanted))
    await session.execute(made.on_conflict_do_nothing(index_elements=[Learner.id]))
    learner = await queries.find_learner(session, wanted)
    if learner is None:
        raise AccountUnknown
    return learner
