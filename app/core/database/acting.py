"""For whom a transaction works, told to the database: triggers that write down changes read it there (C-AUD-01)."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MOST_OF_A_USER_AGENT = 500
"""Characters: whoever calls may say anything of itself, and it is kept with every change."""

# Until the end of the transaction only, so that the next one on this connection knows nothing of it. Bound and not
# written out: literals can be read in pg_stat_activity (rule 53).
_TELL = text(
    "SELECT set_config('lyceum.actor', :actor, true), set_config('lyceum.ip_address', :ip_address, true),"
    " set_config('lyceum.user_agent', :user_agent, true)"
)


async def act_for(
    session: AsyncSession, account_id: UUID | None, *, ip_address: str = "", user_agent: str = ""
) -> None:
    """From here to its end the transaction works for this account; None is the house itself.

    What is unknown stays empty. A transaction in which nobody says anything works for the house.
    """
    await session.execute(
        _TELL,
        {
            "actor": str(account_id or ""),
            "ip_address": ip_address,
            "user_agent": user_agent.replace("\0", "")[:MOST_OF_A_USER_AGENT],
        },
    )
