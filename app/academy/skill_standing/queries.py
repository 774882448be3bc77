"""Reads of where learners stand: as many statements for a hundred of them as for one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.levels.rules import rank
from app.academy.models import (
    Course,
    CourseSkill,
    CourseStatus,
    CredentialState,
    Learner,
    ReachedLevel,
    Skill,
    SkillBadge,
    SkillPrerequisite,
    SkillProgress,
    UserPrivacySettings,
)
from app.academy.skill_standing.rules import Candidate, Suggestion
from app.academy.skill_standing.schemas import (
    AcademyLeaderboard,
    AcademyLeaderboardEntry,
    AcademySkillSuggestion,
    AcademySkillSuggestions,
    AcademySuggestedCourse,
)
from app.academy.skills.schemas import AcademySkillReference
from app.identity.models import Account, AccountStatus

MOST_COURSES = 10


def _rank_of(level: Any) -> ColumnElement[int]:
    return case({each.value: rank(each) for each in ReachedLevel}, value=level)


# Leaderboards


def _badges() -> ColumnElement[Any]:
    """The levels of somebody's badges in a skill that hold: neither revoked nor renewed nor expired."""
    held = (
        select(SkillBadge.level)
        .where(
            SkillBadge.user_id == SkillProgress.user_id,
            SkillBadge.skill_id == SkillProgress.skill_id,
            SkillBadge.superseded_at.is_(None),
            SkillBadge.state == CredentialState.valid,
        )
        .order_by(_rank_of(SkillBadge.level))
    )
    return func.array(held.scalar_subquery(), type_=ARRAY(Text))


async def get_leaderboard(session: AsyncSession, skill: Skill, limit: int) -> AcademyLeaderboard:
    """Who is furthest in a skill, of those who agreed to be named and whose account is not suspended (A-SKL-03).

    Equal standing is an equal rank, and the next rank is as much lower as people share it. Who shares a rank stands in
    the order of account ids, so that the same rows always give the same page.
    """
    standing = (_rank_of(SkillProgress.current_level).desc(), SkillProgress.progress_percent.desc())
    rows = (
        select(
            func.rank().over(order_by=standing).label("rank"),
            Learner.id.label("account_id"),
            Learner.name,
            Learner.company,
            SkillProgress.current_level,
            SkillProgress.progress_percent,
            SkillProgress.evidence_count,
            _badges().label("badges"),
            SkillProgress.last_assessed_at,
            SkillProgress.verified_by_instructor,
        )
        .join(Learner, Learner.id == SkillProgress.user_id)
        .join(Account, Account.id == Learner.id)
        .join(UserPrivacySettings, UserPrivacySettings.user_id == Learner.id)
        .where(
            SkillProgress.skill_id == skill.id,
            UserPrivacySettings.allow_leaderboard_display,
            Account.status == AccountStatus.active,
        )
        .order_by(*standing, Learner.id)
        .limit(limit)
    )
    total = select(func.count()).where(SkillProgress.skill_id == skill.id)
    return AcademyLeaderboard(
        skill=AcademySkillReference.model_validate(skill),
        total_learners=(await session.execute(total)).scalar_one(),
        entries=[AcademyLeaderboardEntry.model_validate(row) for row in await session.execute(rows)],
    )


# Suggestions


def _has_unmet_prerequisite(account_id: UUID) -> ColumnElement[bool]:
    begun = (
        select(SkillProgress.id)
        .where(
            SkillProgress.user_id == account_id,
            SkillProgress.skill_id == SkillPrerequisite.prerequisite_id,
            SkillProgress.current_level != ReachedLevel.none,
        )
        .exists()
    )
    return select(SkillPrerequisite.skill_id).where(SkillPrerequisite.skill_id == Skill.id, ~begun).exists()


async def list_candidates(session: AsyncSession, account_id: UUID) -> Sequence[Candidate]:
    """The active skills that somebody has begun all prerequisites of, each with how many published courses teach it."""
    courses = (
        select(func.count())
        .select_from(CourseSkill)
        .join(Course, Course.id == CourseSkill.course_id)
        .where(CourseSkill.skill_id == Skill.id, Course.status == CourseStatus.published)
        .scalar_subquery()
    )
    mine = (SkillProgress.skill_id == Skill.id) & (SkillProgress.user_id == account_id)
    rows = (
        select(
            Skill.id,
            Skill.level,
            Skill.max_level,
            func.coalesce(SkillProgress.current_level, ReachedLevel.none.value),
            courses,
            Skill.sort_order,
            Skill.name,
        )
        .outerjoin(SkillProgress, mine)
        .where(Skill.is_active, ~_has_unmet_prerequisite(account_id))
    )
    return [Candidate(*row) for row in await session.execute(rows)]


async def get_reached(session: AsyncSession, account_id: UUID) -> tuple[int, str]:
    """In how many skills somebody has shown anything, and the highest level that they have reached in any."""
    levels = (
        await session.scalars(select(SkillProgress.current_level).where(SkillProgress.user_id == account_id))
    ).all()
    return len(levels), max(levels, key=rank, default=ReachedLevel.none)


async def _courses_of(session: AsyncSession, skill_ids: Collection[UUID]) -> dict[UUID, list[AcademySuggestedCourse]]:
    """By skill, ten of the published courses that teach it: those of which it is the larger part."""
    place = func.row_number().over(
        partition_by=CourseSkill.skill_id, order_by=(CourseSkill.weight.desc(), Course.title, Course.id)
    )
    taught = (
        select(
            CourseSkill.skill_id, Course.id, Course.title, Course.slug, CourseSkill.skill_level, place.label("place")
        )
        .join(Course, Course.id == CourseSkill.course_id)
        .where(CourseSkill.skill_id.in_(skill_ids), Course.status == CourseStatus.published)
        .subquery()
    )
    rows = select(taught).where(taught.c.place <= MOST_COURSES).order_by(taught.c.skill_id, taught.c.place)
    found = defaultdict(list)
    for row in await session.execute(rows):
        found[row.skill_id].append(AcademySuggestedCourse.model_validate(row))
    return found


async def describe(
    session: AsyncSession, suggestions: Sequence[Suggestion], user_skill_count: int
) -> AcademySkillSuggestions:
    """Suggestions with their skills and courses."""
    wanted = [each.candidate.skill_id for each in suggestions]
    skills = {each.id: each for each in await session.scalars(select(Skill).where(Skill.id.in_(wanted)))}
    courses = await _courses_of(session, wanted)
    return AcademySkillSuggestions(
        user_skill_count=user_skill_count,
        suggestions=[
            AcademySkillSuggestion(
                skill=AcademySkillReference.model_validate(skills[each.candidate.skill_id]),
                current_level=ReachedLevel(each.candidate.current_level),
                next_level=each.next_level,
                course_count=each.candidate.course_count,
                courses=courses[each.candidate.skill_id],
            )
            for each in suggestions
        ],
    )
