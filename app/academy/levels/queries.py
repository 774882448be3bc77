"""Reads of levels: what is noted, what it stands on, and who has taught whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.academy.enrollments.queries import is_taught_by
from app.academy.levels.rules import Asked, Shown
from app.academy.models import (
    Competency,
    CompetencyEvidence,
    Enrollment,
    EnrollmentStatus,
    PaymentStatus,
    SkillProgress,
)
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose skill it is, whether the actor teaches them, and whether they learn beside the actor."""

    account_id: UUID
    is_taught_by_actor: bool
    is_fellow: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What a level stands on: the skill's competencies, what was passed, and how much evidence there is in all."""

    asked: tuple[Asked, ...]
    shown: tuple[Shown, ...]
    evidence_count: int


def _sits() -> ColumnElement[bool]:
    return (Enrollment.payment_status == PaymentStatus.completed) & (
        Enrollment.enrollment_status == EnrollmentStatus.active
    )


def taught_learners(actor: AcademyActor) -> Select[UUID]:
    """Who sits, paid, in a cohort or a course that the actor teaches."""
    return select(Enrollment.user_id).where(is_taught_by(actor), _sits())


def fellow_learners(actor: AcademyActor) -> Select[UUID]:
    """Who sits, paid, in a cohort in which the actor does."""
    own = aliased(Enrollment)
    cohorts = select(own.cohort_id).where(
        own.user_id == actor.account_id,
        own.payment_status == PaymentStatus.completed,
        own.enrollment_status == EnrollmentStatus.active,
    )
    return select(Enrollment.user_id).where(
        Enrollment.cohort_id.in_(cohorts), Enrollment.user_id != actor.account_id, _sits()
    )


async def holder_of(session: AsyncSession, actor: AcademyActor, account_id: UUID) -> Holder:
    """What the actor is to a learner."""
    asked = select(
        taught_learners(actor).where(Enrollment.user_id == account_id).exists(),
        fellow_learners(actor).where(Enrollment.user_id == account_id).exists(),
    )
    found = (await session.execute(asked)).one()
    return Holder(account_id, bool(found[0]), bool(found[1]))


async def lock_progress(session: AsyncSession, account_id: UUID, skill_id: UUID) -> SkillProgress:
    """What is noted of a learner's skill, locked. Raises `NotFound` where nothing is."""
    found = await find_progress(session, account_id, skill_id, for_update=True)
    if found is None:
        raise NotFound
    return found


async def find_progress(
    session: AsyncSession, account_id: UUID, skill_id: UUID, *, for_update: bool = False
) -> SkillProgress | None:
    """What is noted of a learner's skill, if anything is; locked when asked."""
    rows = select(SkillProgress).where(SkillProgress.user_id == account_id, SkillProgress.skill_id == skill_id)
    if for_update:
        rows = rows.with_for_update(key_share=True)
    return await session.scalar(rows.execution_options(populate_existing=True))


async def get_facts(session: AsyncSession, account_id: UUID, skill_id: UUID) -> Facts:
    """What a learner's level in a skill stands on. What was withdrawn is not among it."""
    asked = await session.execute(
        select(Competency.id, Competency.level).where(Competency.skill_id == skill_id, Competency.is_active)
    )
    kept = await session.execute(
        select(
            CompetencyEvidence.competency_id,
            CompetencyEvidence.evidence_type,
            func.count(),
            func.bool_or(CompetencyEvidence.passed),
        )
        .join(Competency, Competency.id == CompetencyEvidence.competency_id)
        .where(
            Competency.skill_id == skill_id,
            CompetencyEvidence.user_id == account_id,
            CompetencyEvidence.withdrawn_at.is_(None),
        )
        .group_by(CompetencyEvidence.competency_id, CompetencyEvidence.evidence_type)
    )
    rows = kept.all()
    return Facts(
        asked=tuple(Asked(row[0], row[1]) for row in asked),
        shown=tuple(Shown(row[0], row[1]) for row in rows if row[3]),
        evidence_count=sum(row[2] for row in rows),
    )


async def now(session: AsyncSession) -> datetime:
    """The time of this transaction, by the database's clock."""
    return (await session.execute(select(func.now()))).scalar_one()
