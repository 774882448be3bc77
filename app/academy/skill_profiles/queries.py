"""Reads of skill profiles: the same few statements, however much there is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.levels.queries import holder_of
from app.academy.levels.rules import rank
from app.academy.models import (
    Competency,
    CompetencyEvidence,
    CredentialState,
    Learner,
    ManagerPermission,
    OrganizationManager,
    OrganizationManagerTeam,
    Role,
    Skill,
    SkillBadge,
    SkillCategory,
    SkillProgress,
    TeamMember,
    TeamScope,
    UserPrivacySettings,
)
from app.academy.permissions import AcademyActor
from app.academy.skill_profiles.errors import ProfileNotShared
from app.academy.skill_profiles.rules import EVERYTHING, View, Wishes, managers_view, strangers_view
from app.academy.skill_profiles.schemas import (
    AcademyProfileBadge,
    AcademyProfileCompetency,
    AcademyProfileItem,
    AcademyProfileProgress,
    AcademyProfileSkill,
    AcademySkillProfile,
)
from app.core.errors import NotFound


async def get_view(session: AsyncSession, actor: AcademyActor, account_id: UUID) -> View:
    """What the actor may see of a learner's skills. Raises `NotFound`, and `ProfileNotShared` to their managers."""
    wish = UserPrivacySettings
    # Who came through an organization begins with scores and certificates on (A-PRV-01).
    through = Learner.organization_id.is_not(None)
    asked = (
        select(
            Learner.organization_id,
            func.coalesce(wish.allow_manager_view_scores, through),
            func.coalesce(wish.allow_manager_view_certificates, through),
            func.coalesce(wish.allow_public_portfolio, False),
        )
        .outerjoin(wish, wish.user_id == Learner.id)
        .where(Learner.id == account_id)
    )
    found = (await session.execute(asked)).one_or_none()
    if found is None:
        raise NotFound
    if account_id == actor.account_id or actor.sees_everything:
        return EVERYTHING
    if (await holder_of(session, actor, account_id)).is_taught_by_actor:
        return EVERYTHING
    wishes, organization_id = Wishes(*found[1:]), found[0]
    permissions = None
    if organization_id is not None:
        permissions = await _permissions(session, actor, account_id, organization_id)
    if organization_id is None or permissions is None:
        if not wishes.portfolio:
            raise NotFound
        return strangers_view(wishes)
    seen = managers_view(organization_id, permissions, wishes)
    if not (seen.sees_progress or seen.sees_badges):
        raise ProfileNotShared
    return seen


async def _permissions(
    session: AsyncSession, actor: AcademyActor, account_id: UUID, organization_id: UUID
) -> frozenset[str] | None:
    """What the actor may do as a manager of the learner's organization; None for whoever manages them not."""
    # An admin of the organization is its manager without limits (Z-156).
    if actor.role is Role.org_admin and actor.organization_id == organization_id:
        return frozenset(ManagerPermission)
    row = select(OrganizationManager.permissions).where(
        OrganizationManager.user_id == actor.account_id,
        OrganizationManager.organization_id == organization_id,
        OrganizationManager.is_active,
        _in_scope(account_id),
    )
    found = await session.scalar(row)
    return None if found is None else frozenset(found)


def _in_scope(account_id: UUID) -> ColumnElement[bool]:
    """Whether a learner is in the teams and the departments of a manager (A-MGR-03)."""
    teams = (
        select(TeamMember.id)
        .join(OrganizationManagerTeam, OrganizationManagerTeam.team_id == TeamMember.team_id)
        .where(TeamMember.user_id == account_id, OrganizationManagerTeam.manager_id == OrganizationManager.id)
    )
    department = select(Learner.department).where(Learner.id == account_id).scalar_subquery()
    return or_(OrganizationManager.team_scope == TeamScope.all, teams.exists()) & or_(
        OrganizationManager.department_scope.is_(None), department == func.any(OrganizationManager.department_scope)
    )


async def get_profile(session: AsyncSession, account_id: UUID, seen: View) -> AcademySkillProfile:
    """A profile as far as it is to be seen: skills by category, in the order of the catalogue."""
    badges = await _badges(session, account_id) if seen.sees_badges else {}
    progress = await _progress(session, account_id) if seen.sees_progress else {}
    competencies = await _competencies(session, account_id, [*progress]) if seen.sees_progress else {}
    shown = await session.scalars(
        select(Skill)
        .where(Skill.id.in_([*progress] if seen.sees_progress else [*badges]))
        .order_by(Skill.category, Skill.sort_order, Skill.name, Skill.id)
    )
    items = [
        AcademyProfileItem(
            skill=AcademyProfileSkill.model_validate(skill),
            progress=progress.get(skill.id),
            badges=badges.get(skill.id, []),
            competencies=competencies.get(skill.id, []),
        )
        for skill in shown
    ]
    grouped = groupby(items, key=lambda item: item.skill.category)
    return AcademySkillProfile(
        account_id=account_id,
        total=len(items),
        all_skills=items,
        by_category={SkillCategory(category): list(group) for category, group in grouped},
    )


async def _progress(session: AsyncSession, account_id: UUID) -> Mapping[UUID, AcademyProfileProgress]:
    rows = select(SkillProgress).where(SkillProgress.user_id == account_id)
    found = await session.scalars(rows.execution_options(populate_existing=True))
    return {each.skill_id: AcademyProfileProgress.model_validate(each) for each in found}


async def _badges(session: AsyncSession, account_id: UUID) -> Mapping[UUID, list[AcademyProfileBadge]]:
    """Live badges by skill, highest level first; what has expired says so."""
    found = await session.scalars(
        select(SkillBadge).where(
            SkillBadge.user_id == account_id, SkillBadge.superseded_at.is_(None), SkillBadge.revoked_at.is_(None)
        )
    )
    by_skill: dict[UUID, list[AcademyProfileBadge]] = defaultdict(list)
    for badge in sorted(found, key=lambda each: -rank(each.level)):
        told = {name: getattr(badge, name) for name in AcademyProfileBadge.model_fields if name != "is_expired"}
        is_expired = badge.state == CredentialState.expired
        by_skill[badge.skill_id].append(AcademyProfileBadge.model_validate(told | {"is_expired": is_expired}))
    return by_skill


async def _competencies(
    session: AsyncSession, account_id: UUID, skill_ids: Sequence[UUID]
) -> Mapping[UUID, list[AcademyProfileCompetency]]:
    """What these skills ask for, and how often it was shown; what is no longer asked for where it was."""
    counts: Any = (
        select(
            CompetencyEvidence.competency_id,
            func.count().label("all"),
            func.count().filter(CompetencyEvidence.passed).label("passed"),
        )
        .where(CompetencyEvidence.user_id == account_id, CompetencyEvidence.withdrawn_at.is_(None))
        .group_by(CompetencyEvidence.competency_id)
        .subquery()
    )
    rows = await session.execute(
        select(Competency, func.coalesce(counts.c.all, 0), func.coalesce(counts.c.passed, 0))
        .outerjoin(counts, counts.c.competency_id == Competency.id)
        .where(Competency.skill_id.in_(skill_ids), Competency.is_active | counts.c.competency_id.is_not(None))
        .order_by(Competency.name, Competency.id)
    )
    by_skill: dict[UUID, list[AcademyProfileCompetency]] = defaultdict(list)
    for competency, evidence_count, passed_count in rows:
        told = {name: getattr(competency, name) for name in ("name", "level", "is_active")}
        counted = {"competency_id": competency.id, "evidence_count": evidence_count, "passed_count": passed_count}
        by_skill[competency.skill_id].append(AcademyProfileCompetency.model_validate(told | counted))
    return by_skill
