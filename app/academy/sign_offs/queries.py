"""Reads of sign-offs: who waits for the actor, and what was decided."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.levels.queries import taught_learners
from app.academy.models import Learner, Skill, SkillProgress, SkillSignOff
from app.academy.permissions import AcademyActor
from app.academy.sign_offs.schemas import AcademySignOffFilter, AcademySignOffRequest, AcademySignOffRequestFilter
from app.core.http.pages import Rows, SortBy, paginate


async def list_requests(
    session: AsyncSession, actor: AcademyActor, wanted: AcademySignOffRequestFilter
) -> Rows[AcademySignOffRequest]:
    """Who waits for the actor's signature, longest first: two statements, however many."""
    rows = select(SkillProgress).where(
        SkillProgress.awaited_level.is_not(None), SkillProgress.user_id != actor.account_id
    )
    if not actor.sees_everything:
        rows = rows.where(SkillProgress.user_id.in_(taught_learners(actor)))
    rows = _named(rows, SkillProgress, wanted)
    if wanted.level is not None:
        rows = rows.where(SkillProgress.awaited_level == wanted.level)
    page = await paginate(session, rows, wanted, SortBy("awaited_since", SkillProgress.awaited_since))
    names = await session.execute(
        select(SkillProgress.id, Learner.name, Skill.name)
        .join(Learner, Learner.id == SkillProgress.user_id)
        .join(Skill, Skill.id == SkillProgress.skill_id)
        .where(SkillProgress.id.in_([each.id for each in page.items]))
    )
    known = {row[0]: (row[1], row[2]) for row in names}
    return Rows([_request(each, *known[each.id]) for each in page.items], page.next_cursor)


def _named(rows: Select[Any], table: Any, wanted: AcademySignOffRequestFilter) -> Select[Any]:
    if wanted.account_id is not None:
        rows = rows.where(table.user_id == wanted.account_id)
    if wanted.skill_id is not None:
        rows = rows.where(table.skill_id == wanted.skill_id)
    return rows


def _request(progress: SkillProgress, name: str, skill_name: str) -> AcademySignOffRequest:
    return AcademySignOffRequest.model_validate(
        {
            "id": progress.id,
            "account_id": progress.user_id,
            "name": name,
            "skill_id": progress.skill_id,
            "skill_name": skill_name,
            "current_level": progress.current_level,
            "level": progress.awaited_level,
            "evidence_count": progress.evidence_count,
            "awaited_since": progress.awaited_since,
        }
    )


async def list_sign_offs(
    session: AsyncSession, actor: AcademyActor, wanted: AcademySignOffFilter
) -> Rows[SkillSignOff]:
    """What was decided of the actor, by the actor, or of those whom they teach; newest first. All for admins."""
    rows = _named(select(SkillSignOff), SkillSignOff, wanted)
    if not actor.sees_everything:
        rows = rows.where(
            or_(
                SkillSignOff.user_id == actor.account_id,
                SkillSignOff.decided_by == actor.account_id,
                SkillSignOff.user_id.in_(taught_learners(actor)),
            )
        )
    if wanted.level is not None:
        rows = rows.where(SkillSignOff.level == wanted.level)
    if wanted.decision is not None:
        rows = rows.where(SkillSignOff.decision == wanted.decision)
    return await paginate(session, rows, wanted, SortBy("created_at", SkillSignOff.created_at, descending=True))


async def get_sign_off(session: AsyncSession, sign_off_id: UUID) -> SkillSignOff:
    """One that was written a moment ago, with what the database added."""
    rows = select(SkillSignOff).where(SkillSignOff.id == sign_off_id)
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()
