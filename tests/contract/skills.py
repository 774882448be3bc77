"""The skills of the contract's world: one that its course teaches, shown in its lesson, and who gets what of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import CourseSkill, LessonCompetency, Skill
from tests.factories import learning

if TYPE_CHECKING:
    from tests.contract.world import World

ACCESS = """
                                  anonymous learner other instructor member org_admin foreign admin suspended
academy_create_competency         401       403     403   403        403    403       403     201   403
academy_create_course_skill       401       403     403   403        403    403       403     201   403
academy_create_lesson_competency  401       403     403   403        403    403       403     201   403
academy_create_skill              401       403     403   403        403    403       403     201   403
academy_delete_competency         401       403     403   403        403    403       403     204   403
academy_delete_course_skill       401       403     403   403        403    403       403     204   403
academy_delete_lesson_competency  401       403     403   403        403    403       403     204   403
academy_delete_skill              401       403     403   403        403    403       403     204   403
academy_get_competency            200       200     200   200        200    200       200     200   200
academy_get_course_outcomes       200       200     200   200        200    200       200     200   403
academy_get_course_outcomes@draft 404       404     404   404        404    404       404     200   403
academy_get_course_skill          200       200     200   200        200    200       200     200   403
academy_get_course_skill_impact   401       403     403   200        403    200       200     200   403
academy_get_leaderboard           401       200     200   200        200    200       200     200   403
academy_get_lesson_competency     401       200     403   200        200    403       403     200   403
academy_get_my_skill_suggestions  401       200     200   200        200    200       200     200   403
academy_get_skill                 200       200     200   200        200    200       200     200   200
academy_get_skill_by_slug         200       200     200   200        200    200       200     200   200
academy_get_skill_suggestions     401       200     404   404        404    404       404     200   403
academy_list_competencies         200       200     200   200        200    200       200     200   200
academy_list_course_learner_skills 401      403     403   200        403    403       403     200   403
academy_list_course_skills        200       200     200   200        200    200       200     200   403
academy_list_course_skills@draft  404       404     404   404        404    404       404     200   403
academy_list_lesson_competencies  401       200     403   200        200    403       403     200   403
academy_list_skills               200       200     200   200        200    200       200     200   200
academy_update_competency         401       403     403   403        403    403       403     200   403
academy_update_course_skill       401       403     403   403        403    403       403     200   403
academy_update_lesson_competency  401       403     403   403        403    403       403     200   403
academy_update_skill              401       403     403   403        403    403       403     200   403
"""


def bodies(world: World) -> dict[str, Any]:
    """Bodies that name something of this world."""
    return {
        "academy_create_course_skill": {
            "skill_id": str(world.ids["untaught_skill_id"]),
            "skill_level": "introduces",
            "weight": 20,
        },
        "academy_create_lesson_competency": {
            "competency_id": str(world.ids["untaught_competency_id"]),
            "contribution_level": "introduces",
        },
    }


async def furnish(session: AsyncSession, world: World) -> None:
    """The course teaches the skill, its lesson a competency of it; another skill with another nobody teaches."""
    taught, untaught = await session.get_one(Skill, world.ids["skill_id"]), learning.skill()
    session.add(untaught)
    await session.flush()  # competencies and links point at it
    shown, unshown = learning.competency(taught), learning.competency(untaught)
    session.add_all([shown, unshown])
    await session.flush()  # the lesson points at them
    link = {"course_id": world.ids["course_id"], "skill_id": taught.id}
    session.add(CourseSkill(**link, skill_level="introduces", weight=Decimal(40)))
    session.add(
        LessonCompetency(lesson_id=world.ids["lesson_id"], competency_id=shown.id, contribution_level="introduces")
    )
    world.words["academy_get_skill_by_slug.slug"] = taught.slug
    world.ids |= {
        "untaught_skill_id": untaught.id,
        "competency_id": shown.id,
        "untaught_competency_id": unshown.id,
    }
