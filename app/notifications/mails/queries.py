"""Reads of mails."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.models import Account
from app.notifications.models import Mail, MailState


class Addressed(NamedTuple):
    """A mail and where it goes."""

    mail: Mail
    email: str


async def find_queued(session: AsyncSession, mail_id: UUID) -> Addressed | None:
    """The mail if it still has to be sent, with the address its account has now."""
    wanted = select(Mail, Account.email).join(Account, Account.id == Mail.account_id)
    row = (await session.execute(wanted.where(Mail.id == mail_id, Mail.state == MailState.queued))).one_or_none()
    return None if row is None else Addressed(*row)
