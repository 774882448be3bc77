"""The learning paths of the contract's world, and who gets what of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Course, OfferKind, PathOffer, PathStepGroup
from app.core.ids import new_id
from tests.factories import academy, learning

if TYPE_CHECKING:
    from tests.contract.world import World

ACCESS = """
                                anonymous learner other instructor member org_admin foreign admin suspended
academy_activate_path           401       404     404   404        404    404       404     200   403
academy_create_path             401       403     403   403        403    403       403     201   403
academy_create_path_group       401       403     403   403        403    403       403     201   403
academy_create_path_offer       401       403     403   403        403    403       403     201   403
academy_create_path_step        401       403     403   403        403    403       403     201   403
academy_deactivate_path         401       403     403   403        403    403       403     200   403
academy_delete_path             401       403     403   403        403    403       403     204   403
academy_delete_path_group       401       403     403   403        403    403       403     204   403
academy_delete_path_offer       401       403     403   403        403    403       403     204   403
academy_delete_path_step        401       403     403   403        403    403       403     204   403
academy_get_path                200       200     200   200        200    200       200     200   403
academy_get_path_by_slug        200       200     200   200        200    200       200     200   403
academy_get_path_group          401       403     403   403        403    403       403     200   403
academy_get_path_offer          401       403     403   403        403    403       403     200   403
academy_get_path_step           401       403     403   403        403    403       403     200   403
academy_list_paths              200       200     200   200        200    200       200     200   403
academy_update_path             401       403     403   403        403    403       403     200   403
academy_update_path_group       401       403     403   403        403    403       403     200   403
academy_update_path_offer       401       403     403   403        403    403       403     200   403
academy_update_path_skills      401       403     403   403        403    403       403     200   403
academy_update_path_step        401       403     403   403        403    403       403     200   403
academy_update_path_step_order  401       403     403   403        403    403       403     200   403
"""


def bodies(world: World) -> dict[str, Any]:
    """Bodies that name something of this world."""
    return {
        "academy_create_path_step": {"course_id": str(world.ids["third_course_id"])},
        "academy_update_path_step_order": {
            "step_ids": [str(world.ids["second_step_id"]), str(world.ids["academy.step_id"])]
        },
        "academy_update_path_skills": {"skill_ids": [str(world.ids["skill_id"])]},
    }


async def furnish(session: AsyncSession, world: World) -> None:
    """A path in the catalogue with two steps, a choice to be filled and an offer; and one that could go there."""
    course, sold_out = [await session.get_one(Course, world.ids[name]) for name in ("course_id", "sold_out_id")]
    active, ready = learning.path(title="On offer", is_active=True), learning.path(title="Not yet on offer")
    third = academy.course(title="In no path")
    session.add_all([active, ready, third])
    await session.flush()  # their steps point at them
    first, second = learning.path_step(active, course), learning.path_step(active, sold_out, step_number=2)
    group = PathStepGroup(id=new_id(), path_id=active.id, title="Choose your field")
    offer = PathOffer(id=new_id(), path_id=active.id, kind=OfferKind.bundle, price_cents=1)
    session.add_all([first, second, learning.path_step(ready, course), group, offer])
    world.ids |= {
        "academy.path_id": active.id,
        "academy_activate_path.path_id": ready.id,
        "academy.step_id": first.id,
        "academy.group_id": group.id,
        "academy.offer_id": offer.id,
        "second_step_id": second.id,
        "third_course_id": third.id,
    }
    world.words["academy_get_path_by_slug.slug"] = active.slug
