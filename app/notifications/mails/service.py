"""Queueing mails, and writing down what became of them."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.notifications import MailQueued
from app.gateways.mail.types import MailMessage, MailReceipt
from app.identity.actor import Actor
from app.notifications.mails import queries, rules
from app.notifications.mails.schemas import MailOrder
from app.notifications.models import Mail, MailState
from app.settings import settings


def queue(session: AsyncSession, actor: Actor, account_id: UUID, order: MailOrder) -> Mail:
    """Write the mail that is ordered and announce it, in the caller's transaction. Raises `MailOrderRefused`."""
    rules.check_order(order.template, order.data)
    mail = Mail(
        id=new_id(),
        account_id=account_id,
        template=order.template,
        category=order.category,
        data=dict(order.data),
        state=MailState.queued if order.goes_out else MailState.suppressed,
        note=None if order.goes_out else "not wanted",
    )
    session.add(mail)
    if order.goes_out:
        emit(session, MailQueued(mail_id=mail.id, account_id=account_id))
    return mail


async def write(session: AsyncSession, actor: Actor, mail_id: UUID) -> MailMessage | None:
    """The mail in words, ready to go; None when it was settled before."""
    found = await queries.find_queued(session, mail_id)
    if found is None:
        return None
    mail = found.mail
    letter = rules.render(mail.template, mail.data, settings().mail.site_url.rstrip("/"))
    is_optional = mail.category == "optional"
    return MailMessage(
        to=found.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        category="optional" if is_optional else "transactional",
        from_=settings().mail.notices_from,
        tags=(mail.template,),
        unsubscribe_url=mail.data.get("unsubscribe_url") if is_optional else None,
    )


async def record_sent(session: AsyncSession, actor: Actor, mail_id: UUID, receipt: MailReceipt) -> None:
    """A provider has accepted the mail."""
    queued = update(Mail).where(Mail.id == mail_id, Mail.state == MailState.queued)
    await session.execute(
        queued.values(
            state=MailState.sent,
            sent_at=func.now(),
            provider=receipt.provider,
            provider_message_id=receipt.message_id,
        )
    )


async def record_refused(session: AsyncSession, actor: Actor, mail_id: UUID, provider: str, reason: str) -> None:
    """A provider will not take the mail, and trying again would not change that."""
    queued = update(Mail).where(Mail.id == mail_id, Mail.state == MailState.queued)
    await session.execute(queued.values(state=MailState.refused, provider=provider or None, note=reason[:500]))
