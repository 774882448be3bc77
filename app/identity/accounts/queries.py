"""Reads of accounts."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.accounts.errors import AccountNotFound
from app.identity.models import Account


async def get_account(session: AsyncSession, account_id: UUID, *, for_update: bool = False) -> Account:
    """The account, locked for a change when asked. Raises `AccountNotFound`."""
    wanted = select(Account).where(Account.id == account_id)
    if for_update:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = (await session.scalars(wanted)).one_or_none()
    if found is None:
        raise AccountNotFound
    return found


async def find_by_email(session: AsyncSession, email: str) -> Account | None:
    """The account of an address in whatever case."""
    wanted = select(Account).where(func.lower(Account.email) == func.lower(email))
    return (await session.scalars(wanted.execution_options(populate_existing=True))).one_or_none()


async def list_by_email(session: AsyncSession, emails: Collection[str]) -> Sequence[Account]:
    """The accounts of these addresses; the unknown ones are left out."""
    wanted = select(Account).where(func.lower(Account.email).in_([email.lower() for email in emails]))
    return (await session.scalars(wanted)).all()
