"""What the worker does for magic links: the mail, and the broom."""

from datetime import timedelta

from app.core.database import AsyncSession
from app.core.outbox.listen import Patience, every, on
from app.core.outbox.run import JobRun
from app.domain_events.identity import MagicLinkRequested
from app.gateways import Gateways
from app.gateways.mail.types import MailMessage
from app.identity.actor import Actor
from app.identity.magic_links import queries, rules, service
from app.settings import settings

# Within the life of a link: somebody is waiting in front of an empty inbox.
SOON = Patience(
    time_limit=timedelta(seconds=20), tries=8, first_wait=timedelta(seconds=2), longest_wait=timedelta(minutes=1)
)


@on(MagicLinkRequested, patience=SOON)
async def mail_magic_link(job: JobRun, event: MagicLinkRequested) -> None:
    """Mail the link, with the job's id as the carrier's key; nothing for a link that is used or over by now."""
    async with job.transaction() as session:
        link = await queries.find_open_link(session, event.magic_link_id)
    token = None if link is None else rules.token_again(link)
    if link is None or token is None:
        return
    configured = settings()
    address = rules.sign_in_address(configured.mail.site_url, token)
    text, html = rules.sign_in_mail(address, configured.sign_in.magic_link_minutes)
    message = MailMessage(
        to=link.email, subject="Your sign-in link", text=text, html=html, category="sign_in", tags=("sign_in",)
    )
    await job.resource(Gateways).mail.send(message, idempotency_key=str(job.id))


@every(hours=1)
async def forget_magic_links(session: AsyncSession) -> None:
    """Sweep away what is long over."""
    await service.forget_links(session, Actor.system())
