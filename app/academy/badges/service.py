"""Issuing and renewing badges, and telling their holders before they end."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.badges import queries, rules
from app.academy.badges.errors import BadgeNotDue, BadgeNotLive, LevelNotOffered, SignOffRequired
from app.academy.badges.schemas import AcademyBadgeCreate, AcademyPortfolio
from app.academy.credentials import queries as credential_queries
from app.academy.credentials import rules as credential_rules
from app.academy.credentials import service as credentials
from app.academy.credentials.rules import CredentialKind, Draft
from app.academy.levels import queries as level_queries
from app.academy.levels import service as levels
from app.academy.levels.rules import is_offered, needs_person
from app.academy.models import Learner, Skill, SkillBadge, SkillLevel, SkillProgress, UserPrivacySettings
from app.academy.people import service as people
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import BadgeExpiryNeared, BadgeIssued, PortfolioPublished
from app.notifications.mails.schemas import MailOrder
from app.notifications.notices import service as notifications

REMINDED_AT_ONCE = 200


async def issue_badge(session: AsyncSession, actor: AcademyActor, data: AcademyBadgeCreate) -> tuple[SkillBadge, bool]:
    """The live badge of somebody's level, and whether it is new; one that has expired is renewed (A-BDG-02).

    The house issues by the rules alone, and then nobody has signed. Raises `SkillUnknown`, `AccountUnknown`,
    `LevelNotOffered`, `SignOffRequired`, `Forbidden`.
    """
    allow(actor, Permission.BADGE_ISSUE, await level_queries.holder_of(session, actor, data.account_id))
    skill = await queries.get_skill(session, data.skill_id)
    learner = await people.ensure_learner(session, actor, data.account_id)
    level = data.level
    if not is_offered(skill, level):
        raise LevelNotOffered
    if actor.is_system and needs_person(level):
        raise SignOffRequired
    progress = await levels.hold(session, actor, learner.id, skill.id)
    live = await queries.find_live(session, learner.id, skill.id, level)
    if live is not None and not live[1]:
        return live[0], False
    former = None if live is None else live[0]
    return await _issue(session, actor, learner, skill, level, progress=progress, renews=former), True


async def renew_badge(session: AsyncSession, actor: AcademyActor, badge_id: UUID) -> SkillBadge:
    """A badge in place of one that ends within thirty days or has ended; the former stays as it was (Z-114).

    Raises `BadgeNotLive`, `BadgeNotDue`, `LevelNotOffered`, `NotFound`, `Forbidden`.
    """
    badge = await queries.get_badge(session, actor, badge_id)
    allow(actor, Permission.BADGE_ISSUE, await level_queries.holder_of(session, actor, badge.user_id))
    level = SkillLevel(badge.level)
    progress = await levels.hold(session, actor, badge.user_id, badge.skill_id)
    badge = await queries.get_badge(session, actor, badge_id, for_update=True)
    if badge.superseded_at is not None or badge.revoked_at is not None:
        raise BadgeNotLive
    if not await queries.is_due(session, badge):
        raise BadgeNotDue
    skill = await queries.get_skill(session, badge.skill_id)
    if not is_offered(skill, level):
        raise LevelNotOffered
    learner = await people.ensure_learner(session, actor, badge.user_id)
    return await _issue(session, actor, learner, skill, level, progress=progress, renews=badge)


async def _issue(
    session: AsyncSession,
    actor: AcademyActor,
    learner: Learner,
    skill: Skill,
    level: SkillLevel,
    *,
    progress: SkillProgress,
    renews: SkillBadge | None,
) -> SkillBadge:
    earned_at = await credential_queries.now(session)
    made, expires_at = new_id(), rules.expires_at(skill, earned_at)
    draft = Draft(
        id=made,
        kind=CredentialKind.skill_badge,
        public_url=credential_rules.page_url(CredentialKind.skill_badge, made),
        name=rules.title_of(skill, level),
        achievement=rules.achievement_of(skill, level),
        email=learner.email,
        valid_from=earned_at,
        valid_until=expires_at,
    )
    signed, position = await credentials.sign(session, actor, draft)
    if renews is not None:
        former = update(SkillBadge).where(SkillBadge.id == renews.id)
        await session.execute(former.values(superseded_at=func.now()))
    badge = SkillBadge(
        id=made,
        user_id=learner.id,
        skill_id=skill.id,
        level=level,
        earned_at=earned_at,
        expires_at=expires_at,
        public_url=draft.public_url,
        issued_by_id=None if actor.is_system else actor.account_id,
        renews_id=None if renews is None else renews.id,
        holder_name=None if renews is None else renews.holder_name,
        badge_data=signed,
        status_position=position,
    )
    session.add(badge)
    await levels.note_level(session, actor, progress, skill, level)
    told = {"badge_id": made, "skill_id": skill.id, "account_id": learner.id, "level": level}
    emit(session, BadgeIssued(**told, renews_id=badge.renews_id))
    await session.flush()  # read back with what the database adds
    return await queries.get_badge(session, AcademyActor.system(), made)


async def remind(session: AsyncSession, actor: AcademyActor) -> int:
    """Tell holders whose badges end in thirty days, in seven, or have ended; each once (A-BDG-07). Returns how many."""
    due = await queries.lock_to_remind(session, REMINDED_AT_ONCE)
    for badge, learner, days in due:
        await _tell(session, actor, badge, learner, days)
        badge.reminded_days = days
        emit(session, BadgeExpiryNeared(badge_id=badge.id, account_id=learner.id, days=days))
    return len(due)


async def _tell(session: AsyncSession, actor: AcademyActor, badge: SkillBadge, learner: Learner, days: int) -> None:
    template = "badge_expiring" if days else "badge_expired"
    data = {
        "learner_name": learner.name,
        "badge_title": badge.title,
        "expires_at": badge.expires_at.isoformat() if badge.expires_at else "",
        "badge_url": badge.public_url,
    }
    await notifications.notify(
        session,
        actor,
        account_id=learner.id,
        type=f"academy.{template}",
        data={**data, "badge_id": str(badge.id), "days": days},
        mail=MailOrder(template=template, data=data, category="optional", wanted=learner.email_notifications),
    )


async def publish_portfolio(session: AsyncSession, actor: AcademyActor, *, is_public: bool) -> AcademyPortfolio:
    """Show one's own badges to everybody, or no longer (A-BDG-08)."""
    learner = await people.ensure_learner(session, actor)
    allow(actor, Permission.PORTFOLIO_PUBLISH, learner)
    # Who came through an organization begins with these three on (A-PRV-01).
    through = learner.organization_id is not None
    made = insert(UserPrivacySettings).values(
        id=new_id(),
        user_id=learner.id,
        allow_manager_view_scores=through,
        allow_manager_view_activity=through,
        allow_manager_view_certificates=through,
        allow_public_portfolio=is_public,
    )
    changed = await session.scalar(
        made.on_conflict_do_update(
            index_elements=[UserPrivacySettings.user_id],
            set_={"allow_public_portfolio": is_public, "version": UserPrivacySettings.version + 1},
            where=UserPrivacySettings.allow_public_portfolio != is_public,
        ).returning(UserPrivacySettings.id)
    )
    if changed is not None:
        emit(session, PortfolioPublished(account_id=learner.id, is_public=is_public))
    return await queries.get_portfolio(session, learner.id, only_public=False)
