"""What the worker does about Stripe's events: bring each to its owner, and say what became of it."""

from pydantic_core import from_json

from app.academy.path_payments import rules as path_rules
from app.academy.path_payments import service as path_payments
from app.academy.path_payments.rules import PathFact
from app.academy.payments import rules as seat_rules
from app.academy.payments import service as payments
from app.academy.payments.rules import Fact
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import on
from app.domain_events.webhooks import StripeEventReceived
from app.gateways.stripe import answers
from app.webhooks.inbox import queries as inbox
from app.webhooks.inbox import service as intake
from app.webhooks.inbox.rules import STRIPE

HOUSE = AcademyActor.system()


@on(StripeEventReceived)
async def apply_stripe_event(session: AsyncSession, event: StripeEventReceived) -> None:
    """Move a payment or a purchase by what Stripe told; one we do not know yet leaves the event parked (A-PAY-01)."""
    message = await inbox.get_message(session, event.inbox_id)
    told = answers.event(from_json(message.body))
    seat, path = seat_rules.fact_of(told), path_rules.fact_of(told)
    if seat is None and (path is None or not path.is_worth_parking):
        known = path is not None and await path_payments.apply_fact(session, HOUSE, path)
        await intake.mark(session, HOUSE, message.id, "processed" if known else "ignored")
    elif await _apply(session, seat, path):
        await intake.mark(session, HOUSE, message.id, "processed")
    else:
        await intake.mark(session, HOUSE, message.id, "parked", note="no such payment")
        if message.subject and await _knows(session, seat, path):
            await intake.replay_parked(session, HOUSE, STRIPE, message.subject)


async def _apply(session: AsyncSession, seat: Fact | None, path: PathFact | None) -> bool:
    """Bring it to its owner: who is named in it, else who knows the names that Stripe gave."""
    if path is not None and (path.purchase_id is not None or await path_payments.knows(session, HOUSE, path)):
        return await path_payments.apply_fact(session, HOUSE, path)
    return seat is not None and await payments.apply_fact(session, HOUSE, seat)


async def _knows(session: AsyncSession, seat: Fact | None, path: PathFact | None) -> bool:
    """Whether either knows it after all."""
    if path is not None and await path_payments.knows_by_now(session, HOUSE, path):
        return True
    return seat is not None and await payments.knows(session, HOUSE, seat)
