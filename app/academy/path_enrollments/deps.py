"""Where one enrolls: Stripe is asked first about a checkout that may have been paid a moment ago."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import academy_actor_of
from app.academy.enrollments.deps import Stripe
from app.academy.models import PathEnrollment
from app.academy.path_enrollments import service
from app.academy.path_enrollments.schemas import AcademyPathEnrollmentCreate
from app.academy.path_payments import rules as money
from app.academy.path_payments import service as purchases
from app.academy.path_payments.rules import PathFact
from app.academy.path_progress import queries as progress
from app.academy.permissions import AcademyActor
from app.core.clock import utc_now
from app.core.http.idempotency import IdempotentRequest
from app.core.http.session import StepwiseSession, Transactions
from app.gateways.errors import GatewayRefused
from app.gateways.stripe.client import StripeGateway
from app.identity.deps import CallerClaims, IdempotentStepwise
from app.identity.tokens import Claims


class EnrollmentDesk:
    """Enrolls in two short transactions with the question to Stripe between them; in one when there is none."""

    def __init__(
        self, transactions: Transactions, key: IdempotentRequest, claims: Claims, stripe: StripeGateway
    ) -> None:
        self._transactions = transactions
        self._key = key
        self._claims = claims
        self._stripe = stripe

    async def enroll(self, path_id: UUID, body: AcademyPathEnrollmentCreate) -> PathEnrollment:
        """The enrollment, or what `service.enroll` raises; GatewayUnavailable."""
        async with self._key.resumable():
            return await self._enroll(path_id, body)

    async def _enroll(self, path_id: UUID, body: AcademyPathEnrollmentCreate) -> PathEnrollment:
        async with self._transactions.begin() as session:
            actor = await academy_actor_of(session, self._claims)
            await self._key.claim(session, stepwise=True)
            if self._key.resource_id is not None:
                return await progress.get_path_enrollment(session, AcademyActor.system(), self._key.resource_id)
            pages = await service.pages_to_ask(session, actor, path_id, body)
        facts = [await self._ask(page) for page in pages]
        async with self._transactions.begin() as session:
            for fact in facts:
                if fact is not None:
                    await purchases.apply_fact(session, actor, fact)
            enrollment = await service.enroll(session, actor, path_id, body)
            await self._key.remember(session, enrollment.id)
            return enrollment

    async def _ask(self, page_id: str) -> PathFact | None:
        with suppress(GatewayRefused):  # Stripe does not know the page
            return money.fact_of_session(await self._stripe.get_checkout_session(page_id), utc_now())
        return None


async def enrollment_desk(
    transactions: StepwiseSession, key: IdempotentStepwise, claims: CallerClaims, stripe: Stripe
) -> EnrollmentDesk:
    """The desk for this request."""
    return EnrollmentDesk(transactions, key, claims, stripe)


# The caller is checked in the first of the transactions (read by the check at start-up, rule 45).
enrollment_desk.authenticates = True  # type: ignore[attr-defined]  # a mark on a function, read by that check

Desk = Annotated[EnrollmentDesk, Depends(enrollment_desk)]
