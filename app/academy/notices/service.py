"""Telling somebody something about a cohort."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.notices import queries
from app.academy.notices.rules import COURTESIES, Notice, money
from app.academy.permissions import AcademyActor
from app.notifications.mails.schemas import MailOrder
from app.notifications.notices import service as notifications


async def tell(
    session: AsyncSession,
    actor: AcademyActor,
    notice: Notice,
    account_id: UUID,
    cohort_id: UUID,
    *,
    payment_id: UUID | None = None,
    **more: str,
) -> None:
    """Put a notice into somebody's inbox and its mail into the queue, in this transaction.

    With `payment_id` the money is part of what the mail says.
    """
    occasion = await queries.get_occasion(session, account_id, cohort_id)
    if payment_id is not None:
        more["amount"] = money(*await queries.get_amount(session, payment_id))
    data = {
        "learner_name": occasion.learner_name,
        "course_title": occasion.course_title,
        "cohort_name": occasion.cohort_name,
        "start_date": occasion.start_date.isoformat(),
        **more,
    }
    is_courtesy = notice in COURTESIES
    await notifications.notify(
        session,
        actor,
        account_id=account_id,
        type=f"academy.{notice}",
        data={**data, "cohort_id": str(cohort_id), "course_id": str(occasion.course_id)},
        mail=MailOrder(
            template=notice,
            data=data,
            category="optional" if is_courtesy else "transactional",
            wanted=occasion.wants_email,
        ),
    )
