"""People in paths in the contract's world: one who goes a path, one whose path rests, and who gets what of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Course, PathPurchase
from app.core.clock import utc_now
from app.core.ids import new_id
from tests.factories import learning

if TYPE_CHECKING:
    from tests.contract.world import World

ACCESS = """
                                    anonymous learner other instructor member org_admin foreign admin suspended
academy_complete_path_step          401       course  404   200        404    404       404     200   403
academy_create_path_checkout        401       201     201   201        201    201       201     201   403
academy_create_path_enrollment      401       201     201   201        201    201       201     201   403
academy_create_path_refund          401       403     404   404        404    404       404     202   403
academy_create_path_step_enrollment 401       201     404   403        404    404       404     201   403
academy_get_enrollment_of_path      401       200     404   404        404    404       404     404   403
academy_get_path_enrollment         401       200     404   200        404    404       404     200   403
academy_get_path_purchase           401       200     404   404        404    404       404     200   403
academy_list_my_path_enrollments    401       200     200   200        200    200       200     200   403
academy_list_my_path_purchases      401       200     200   200        200    200       200     200   403
academy_list_path_enrollments       401       200     200   200        200    200       200     200   403
academy_pause_path                  401       200     404   403        404    404       404     200   403
academy_resume_path                 401       200     404   404        404    404       404     200   403
"""


def bodies(world: World) -> dict[str, Any]:
    """Bodies that name something of this world."""
    return {
        "academy_create_path_enrollment": {"payment_type": "individual"},
        "academy_create_path_step_enrollment": {"cohort_id": str(world.ids["later_cohort_id"])},
    }


async def furnish(session: AsyncSession, world: World) -> None:
    """A path that the learner has bought, with a step of the course; one that rests; one to get into."""
    learner = world.people["learner"]
    gone, resting, free = [learning.path(is_active=True, enrollment_count=count) for count in (1, 1, 0)]
    session.add_all([gone, resting, free])
    await session.flush()  # steps and enrollments point at them
    step = learning.path_step(gone, await session.get_one(Course, world.ids["course_id"]))
    begun = learning.path_enrollment(learner, gone)
    paused = learning.path_enrollment(learner, resting, status="paused")
    session.add_all([step, begun, paused])
    await session.flush()  # the purchase points at it
    purchase = PathPurchase(
        id=new_id(),
        user_id=learner.id,
        path_id=gone.id,
        path_enrollment_id=begun.id,
        kind="bundle",
        amount_cents=99_700,
        currency="usd",
        state="paid",
        success_url="https://app.example.com/welcome",
        cancel_url="https://app.example.com/paths",
        expires_at=utc_now() + timedelta(minutes=32),
        stripe_payment_intent_id=f"pi_{new_id().hex}",
        amount_paid_cents=99_700,
        paid_at=utc_now(),
    )
    session.add(purchase)
    world.ids |= {
        "academy_create_path_checkout.path_id": free.id,
        "academy_create_path_enrollment.path_id": free.id,
        "academy_get_enrollment_of_path.path_id": gone.id,
        "academy_list_path_enrollments.path_id": gone.id,
        "path_enrollment_id": begun.id,
        "academy_resume_path.path_enrollment_id": paused.id,
        "academy_complete_path_step.step_id": step.id,
        "academy_create_path_step_enrollment.step_id": step.id,
        "purchase_id": purchase.id,
    }
