"""Reads of outside logins."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.identity.models import Account, AccountIdentity


async def find_account(session: AsyncSession, issuer: str, subject: str) -> Account | None:
    """The account an outside login leads to."""
    wanted = (
        select(Account)
        .join(AccountIdentity, AccountIdentity.account_id == Account.id)
        .where(AccountIdentity.issuer == issuer, AccountIdentity.subject == subject)
    )
    return (await session.scalars(wanted)).one_or_none()


async def find_identity(session: AsyncSession, issuer: str, subject: str) -> AccountIdentity | None:
    """The outside login itself."""
    wanted = select(AccountIdentity).where(AccountIdentity.issuer == issuer, AccountIdentity.subject == subject)
    return (await session.scalars(wanted)).one_or_none()


async def list_identities(session: AsyncSession, account_id: UUID, query: PageQuery) -> Rows[AccountIdentity]:
    """The outside logins of an account, oldest first."""
    own = select(AccountIdentity).where(AccountIdentity.account_id == account_id)
    return await paginate(session, own, query, SortBy("created_at", AccountIdentity.created_at))
