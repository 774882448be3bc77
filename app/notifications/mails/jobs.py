"""The postman: reads a mail in one transaction, hands it over in none, and writes down the outcome in another."""

from datetime import timedelta

from app.core.outbox.listen import Patience, on
from app.core.outbox.run import JobRun, RetryLater
from app.domain_events.notifications import MailQueued
from app.gateways import Gateways
from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.identity.actor import Actor
from app.notifications.mails import service

# Thirteen tries reach over more than three hours of a provider's silence.
PATIENCE = Patience(tries=13, first_wait=timedelta(seconds=5), longest_wait=timedelta(hours=1))


@on(MailQueued, patience=PATIENCE)
async def send_mail(job: JobRun, event: MailQueued) -> None:
    """Send a queued mail. The key is the mail's id, so a repeat after a lost answer is no second mail."""
    actor = Actor.system()
    async with job.transaction() as session:
        message = await service.write(session, actor, event.mail_id)
    if message is None:
        return
    try:
        receipt = await job.resource(Gateways).mail.send(message, idempotency_key=str(event.mail_id))
    except GatewayUnavailable as silence:
        if silence.retry_after is None:
            raise
        raise RetryLater(str(silence), timedelta(seconds=silence.retry_after)) from silence
    except GatewayRefused as refusal:
        async with job.transaction() as session:
            reason = f"{refusal.reason}: {refusal.message}"
            await service.record_refused(session, actor, event.mail_id, refusal.provider, reason)
            await job.finish(session)
        return
    async with job.transaction() as session:
        await service.record_sent(session, actor, event.mail_id, receipt)
        await job.finish(session)
