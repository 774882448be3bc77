"""The contract's world of skills: a learner who has shown one and waits for a signature, and who gets what of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import EvidenceType, SkillProgress
from app.core.clock import utc_now
from app.core.ids import new_id
from tests.factories import learning

if TYPE_CHECKING:
    from tests.contract.world import World

ACCESS = """
                                    anonymous learner other instructor member org_admin foreign admin  suspended
academy_create_evidence             401       403     403   201        403    403       403     201    403
academy_create_evidence@review      401       403     403   201        201    403       403     201    403
academy_create_evidence_correction  401       403     404   201        404    404       404     201    403
academy_create_evidence_withdrawal  401       403     404   201        404    404       404     201    403
academy_create_sign_off             401       403     403   201        403    403       403     201    403
academy_get_evidence                401       200     404   200        404    404       404     200    403
academy_get_my_skill_profile        401       200     200   200        200    200       200     200    403
academy_get_skill_profile           401       200     404   200        404    404       404     200    403
academy_list_evidence               401       200     200   200        200    200       200     200    403
academy_list_sign_off_requests      401       200     200   200        200    200       200     200    403
academy_list_sign_offs              401       200     200   200        200    200       200     200    403
"""


def bodies(world: World) -> dict[str, Any]:
    """Bodies that name something of this world."""
    shown = {"account_id": str(world.ids["account_id"]), "competency_id": str(world.ids["competency_id"])}
    return {
        "academy_create_evidence": shown | {"evidence_type": "instructor_assessment", "score": 82.5},
        "academy_create_sign_off": {
            "account_id": str(world.ids["account_id"]),
            "skill_id": str(world.ids["shown_skill_id"]),
            "level": "advanced",
            "decision": "approved",
            "note": "As I saw it",
        },
    }


def review(world: World) -> dict[str, Any]:
    """Evidence as somebody gives it who learns in the same cohort."""
    usual: dict[str, Any] = bodies(world)["academy_create_evidence"]
    return usual | {"evidence_type": "peer_review"}


async def furnish(session: AsyncSession, world: World) -> None:
    """A skill of which the learner has shown all that advanced takes, by two types of evidence."""
    learner, instructor = world.people["learner"], world.people["instructor"]
    skill = learning.skill(name="Data Literacy")
    session.add(skill)
    await session.flush()  # the competency points at it
    competency = learning.competency(skill)
    session.add(competency)
    await session.flush()  # evidence points at it
    project, assessed = (
        learning.evidence(learner, competency, evidence_type=kind, assessed_by=instructor.id)
        for kind in (EvidenceType.project, EvidenceType.instructor_assessment)
    )
    progress = SkillProgress(
        id=new_id(),
        user_id=learner.id,
        skill_id=skill.id,
        current_level="practitioner",
        progress_percent=100,
        evidence_count=2,
        last_assessed_at=utc_now(),
        awaited_level="advanced",
        awaited_since=utc_now(),
    )
    session.add_all([project, assessed, progress])
    world.ids |= {"evidence_id": project.id, "competency_id": competency.id, "shown_skill_id": skill.id}
