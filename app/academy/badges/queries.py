"""Reads of badges: own ones, all for platform admins; and portfolios, for everybody where their learner agreed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.academy.badges import rules
from app.academy.badges.errors import SkillUnknown
from app.academy.badges.schemas import (
    AcademyBadge,
    AcademyBadgeFilter,
    AcademyMyBadgeFilter,
    AcademyPortfolio,
    AcademyPortfolioCategory,
)
from app.academy.levels.rules import rank
from app.academy.models import (
    Learner,
    Skill,
    SkillBadge,
    SkillCategory,
    SkillLevel,
    UserPrivacySettings,
)
from app.academy.permissions import AcademyActor
from app.core.errors import NotFound
from app.core.http.pages import Rows, paginate
from app.core.http.sorting import sort_by

_SORTS: Mapping[str, InstrumentedAttribute[Any]] = {"earned_at": SkillBadge.earned_at}
_LIVE = SkillBadge.superseded_at.is_(None) & SkillBadge.revoked_at.is_(None)


async def get_skill(session: AsyncSession, skill_id: UUID) -> Skill:
    """The skill. Raises `SkillUnknown` (A-BDG-01)."""
    found = await session.scalar(select(Skill).where(Skill.id == skill_id))
    if found is None:
        raise SkillUnknown
    return found


async def find_live(
    session: AsyncSession, account_id: UUID, skill_id: UUID, level: SkillLevel
) -> tuple[SkillBadge, bool] | None:
    """The live badge, and whether it has expired."""
    expired = func.coalesce(SkillBadge.expires_at <= func.now(), False)
    rows = select(SkillBadge, expired).where(
        SkillBadge.user_id == account_id, SkillBadge.skill_id == skill_id, SkillBadge.level == level, _LIVE
    )
    found = (await session.execute(rows.execution_options(populate_existing=True))).one_or_none()
    return None if found is None else (found[0], found[1])


def visible_badges(actor: AcademyActor) -> Select[SkillBadge]:
    """Own ones, those that the actor signed for, all for platform admins."""
    rows = select(SkillBadge)
    if actor.sees_everything:
        return rows
    return rows.where(or_(SkillBadge.user_id == actor.account_id, SkillBadge.issued_by_id == actor.account_id))


async def get_badge(
    session: AsyncSession, actor: AcademyActor, badge_id: UUID, *, for_update: bool = False
) -> SkillBadge:
    """A badge, locked when asked. Raises `NotFound` for one that the actor may not see as its holder does."""
    rows = visible_badges(actor).where(SkillBadge.id == badge_id)
    if for_update:
        rows = rows.with_for_update(key_share=True)
    found = await session.scalar(rows.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def _filtered(rows: Select[SkillBadge], wanted: AcademyMyBadgeFilter) -> Select[SkillBadge]:
    if wanted.state is not None:
        rows = rows.where(SkillBadge.state == wanted.state)
    if wanted.skill_id is not None:
        rows = rows.where(SkillBadge.skill_id == wanted.skill_id)
    if wanted.level is not None:
        rows = rows.where(SkillBadge.level == wanted.level)
    return rows


async def list_own(session: AsyncSession, actor: AcademyActor, wanted: AcademyMyBadgeFilter) -> Rows[SkillBadge]:
    """The actor's own, with those that were renewed or revoked."""
    rows = _filtered(select(SkillBadge).where(SkillBadge.user_id == actor.account_id), wanted)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _SORTS))


async def list_badges(session: AsyncSession, actor: AcademyActor, wanted: AcademyBadgeFilter) -> Rows[SkillBadge]:
    """Those that the actor may see."""
    rows = _filtered(visible_badges(actor), wanted)
    if wanted.account_id is not None:
        rows = rows.where(SkillBadge.user_id == wanted.account_id)
    return await paginate(session, rows, wanted, sort_by(wanted.sort, _SORTS))


async def is_due(session: AsyncSession, badge: SkillBadge) -> bool:
    """Whether a badge ends soon enough to be renewed, or has ended."""
    if badge.expires_at is None:
        return False
    now: datetime = (await session.execute(select(func.now()))).scalar_one()
    return badge.expires_at <= now + rules.RENEWABLE


async def lock_to_remind(session: AsyncSession, limit: int) -> Sequence[tuple[SkillBadge, Learner, int]]:
    """Live badges whose holders have something to hear: how many days are left at most (30, 7, 0)."""
    days = _days_left()
    rows = (
        select(SkillBadge, Learner, days)
        .join(Learner, Learner.id == SkillBadge.user_id)
        .where(
            _LIVE,
            SkillBadge.expires_at <= func.now() + timedelta(days=max(rules.REMINDED_DAYS)),
            or_(SkillBadge.reminded_days.is_(None), SkillBadge.reminded_days > days),
        )
        .order_by(SkillBadge.expires_at, SkillBadge.id)
        .limit(limit)
        .with_for_update(of=SkillBadge, skip_locked=True)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(rows)]


def _days_left() -> Any:
    soon = [(SkillBadge.expires_at <= func.now() + timedelta(days=days), days) for days in sorted(rules.REMINDED_DAYS)]
    return case((SkillBadge.expires_at <= func.now(), 0), *soon)


# Portfolios


async def get_portfolio(session: AsyncSession, account_id: UUID, *, only_public: bool) -> AcademyPortfolio:
    """A learner's live badges by category. Raises `NotFound`, also for one that its learner keeps to themselves."""
    about = (
        select(Learner.name, func.coalesce(UserPrivacySettings.allow_public_portfolio, False))
        .outerjoin(UserPrivacySettings, UserPrivacySettings.user_id == Learner.id)
        .where(Learner.id == account_id)
    )
    found = (await session.execute(about)).one_or_none()
    if found is None or (only_public and not found[1]):
        raise NotFound
    rows = await session.execute(
        select(Skill.category, SkillBadge)
        .join(Skill, Skill.id == SkillBadge.skill_id)
        .where(SkillBadge.user_id == account_id, _LIVE)
        .order_by(SkillBadge.earned_at.desc(), SkillBadge.id)
    )
    badges = sorted(rows.all(), key=lambda row: (row[0], -rank(row[1].level)))
    return AcademyPortfolio(
        account_id=account_id,
        name=found[0],
        is_public=found[1],
        categories=[
            AcademyPortfolioCategory(
                category=SkillCategory(category), badges=[AcademyBadge.model_validate(row[1]) for row in group]
            )
            for category, group in groupby(badges, key=lambda row: row[0])
        ],
    )
