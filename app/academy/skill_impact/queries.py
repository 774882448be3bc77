"""Reads of impact: completed payments only (A-SKL-12), and as many statements for a thousand learners as for one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.course_skills.queries import list_taught
from app.academy.models import Course, Enrollment, Learner, PaymentStatus, ReachedLevel, Skill, SkillProgress
from app.academy.skill_impact.rules import Impact, SkillImpact
from app.academy.skill_impact.schemas import AcademyLearnerImpact, AcademyLearnerStanding
from app.core.http.pages import PageQuery, Rows, SortBy, paginate


@dataclass(frozen=True, slots=True)
class _Count:
    """Learners of one skill who are at one level."""

    learners: int
    with_evidence: int
    evidence: int


def _counts(course_id: UUID, organization_id: UUID | None) -> ColumnElement[bool]:
    """Whether an enrollment counts: paid, in the course, and of the organization where one is given."""
    of = true() if organization_id is None else Enrollment.organization_id == organization_id
    return and_(Enrollment.course_id == course_id, Enrollment.payment_status == PaymentStatus.completed, of)


async def get_impact(session: AsyncSession, course: Course, organization_id: UUID | None = None) -> Impact:
    """How far the learners of a course are, or those of one organization."""
    counts = _counts(course.id, organization_id)
    people = select(func.count(), func.count(Enrollment.user_id.distinct())).where(counts)
    enrollments, learners = (await session.execute(people)).one()
    skills = [skill for _, skill in await list_taught(session, course.id)]
    found = await _levels(session, counts, [skill.id for skill in skills])
    return Impact(course.id, enrollments, learners, [_impact(skill, found[skill.id], learners) for skill in skills])


async def _levels(
    session: AsyncSession, counts: ColumnElement[bool], skill_ids: list[UUID]
) -> dict[UUID, dict[ReachedLevel, _Count]]:
    learners = select(Enrollment.user_id).where(counts)
    rows = (
        select(
            SkillProgress.skill_id,
            SkillProgress.current_level,
            func.count(),
            func.count().filter(SkillProgress.evidence_count > 0),
            func.sum(SkillProgress.evidence_count),
        )
        .where(SkillProgress.skill_id.in_(skill_ids), SkillProgress.user_id.in_(learners))
        .group_by(SkillProgress.skill_id, SkillProgress.current_level)
    )
    found: dict[UUID, dict[ReachedLevel, _Count]] = defaultdict(dict)
    for skill_id, level, *figures in await session.execute(rows):
        found[skill_id][ReachedLevel(level)] = _Count(*figures)
    return found


def _impact(skill: Skill, found: dict[ReachedLevel, _Count], learners: int) -> SkillImpact:
    levels = {level: found[level].learners if level in found else 0 for level in ReachedLevel}
    # Who has shown nothing has no row, and is at none.
    levels[ReachedLevel.none] += learners - sum(levels.values())
    return SkillImpact(
        skill,
        levels,
        sum(each.with_evidence for each in found.values()),
        sum(each.evidence for each in found.values()),
    )


async def list_learners(session: AsyncSession, course: Course, query: PageQuery) -> Rows[AcademyLearnerImpact]:
    """The paid enrollments of a course, the oldest first, each with its learner's standing."""
    rows = select(Enrollment).where(_counts(course.id, None))
    page = await paginate(session, rows, query, SortBy("purchase_date", Enrollment.purchase_date))
    people = {each.user_id for each in page.items}
    skill_ids = [skill.id for _, skill in await list_taught(session, course.id)]
    names = await session.execute(select(Learner.id, Learner.name).where(Learner.id.in_(people)))
    named = {row.id: row.name for row in names}
    standing = await _standing(session, people, skill_ids)
    return Rows(
        [
            AcademyLearnerImpact(
                enrollment_id=each.id,
                account_id=each.user_id,
                name=named[each.user_id],
                enrolled_at=each.purchase_date,
                skills=[standing.get((each.user_id, skill_id)) or _nothing(skill_id) for skill_id in skill_ids],
            )
            for each in page.items
        ],
        page.next_cursor,
    )


async def _standing(
    session: AsyncSession, people: Iterable[UUID], skill_ids: list[UUID]
) -> dict[tuple[UUID, UUID], AcademyLearnerStanding]:
    rows = select(SkillProgress).where(SkillProgress.user_id.in_(people), SkillProgress.skill_id.in_(skill_ids))
    return {
        (each.user_id, each.skill_id): AcademyLearnerStanding.model_validate(each)
        for each in await session.scalars(rows.execution_options(populate_existing=True))
    }


def _nothing(skill_id: UUID) -> AcademyLearnerStanding:
    return AcademyLearnerStanding(
        skill_id=skill_id, current_level=ReachedLevel.none, progress_percent=0, evidence_count=0
    )
