"""The door to badges and portfolios. What all credentials have is in `credentials`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from app.academy.badges import queries, service
from app.academy.badges.errors import BadgeNotDue, BadgeNotLive, LevelNotOffered, SkillUnknown
from app.academy.badges.schemas import (
    AcademyBadge,
    AcademyBadgeCreate,
    AcademyBadgeFilter,
    AcademyMyBadgeFilter,
    AcademyPortfolio,
)
from app.academy.deps import CurrentAcademyActor
from app.academy.models import SkillBadge
from app.academy.people import service as people
from app.academy.people.errors import AccountUnknown
from app.core.http.access import public
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()

_BEFORE: dict[int | str, dict[str, Any]] = {
    200: {"model": AcademyBadge, "description": "It was issued before and holds"}
}


@router.post(
    "/badges",
    status_code=201,
    response_model=AcademyBadge,
    responses=_BEFORE | refusals(SkillUnknown, AccountUnknown, LevelNotOffered),
)
async def create_badge(
    body: AcademyBadgeCreate, actor: CurrentAcademyActor, session: Session, response: Response, _: Idempotent
) -> SkillBadge:
    """Issue a badge to a learner: as an instructor whom they had, or as an admin, signing for it with one's own name.

    A live badge of that level is answered as it is (200); one that has expired is renewed. The level that is noted of
    the learner rises to the badge's and never falls.
    """
    badge, is_new = await service.issue_badge(session, actor, body)
    if not is_new:
        response.status_code = 200
    return badge


@router.get("/badges", response_model=Page[AcademyBadge], responses=refusals(InvalidCursor))
async def list_badges(
    wanted: Annotated[AcademyBadgeFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[SkillBadge]:
    """List badges: all for platform admins, else one's own and those that one signed for."""
    return await queries.list_badges(session, actor, wanted)


@router.get("/me/badges", response_model=Page[AcademyBadge], responses=refusals(InvalidCursor))
async def list_my_badges(
    wanted: Annotated[AcademyMyBadgeFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[SkillBadge]:
    """List one's own badges, renewed and revoked ones included."""
    return await queries.list_own(session, actor, wanted)


@router.get("/badges/{badge_id}", response_model=AcademyBadge)
async def get_badge(badge_id: UUID, actor: CurrentAcademyActor, session: Session) -> SkillBadge:
    """Get a badge as its holder sees it. What everybody may see is its verification."""
    return await queries.get_badge(session, actor, badge_id)


@router.post(
    "/badges/{badge_id}/renewal",
    status_code=201,
    response_model=AcademyBadge,
    responses=refusals(BadgeNotLive, BadgeNotDue, LevelNotOffered),
)
async def create_badge_renewal(
    badge_id: UUID, actor: CurrentAcademyActor, session: Session, _: Idempotent
) -> SkillBadge:
    """Renew a badge that ends within thirty days or has ended. The former one stays as it was."""
    return await service.renew_badge(session, actor, badge_id)


@router.get("/me/portfolio", response_model=AcademyPortfolio)
async def get_my_portfolio(actor: CurrentAcademyActor, session: Session) -> AcademyPortfolio:
    """Get one's own live badges by category, and whether everybody may see them."""
    learner = await people.ensure_learner(session, actor)
    return await queries.get_portfolio(session, learner.id, only_public=False)


@router.put("/me/portfolio/publication", response_model=AcademyPortfolio)
async def publish_portfolio(actor: CurrentAcademyActor, session: Session) -> AcademyPortfolio:
    """Show one's portfolio, with one's name, to everybody who has its address."""
    return await service.publish_portfolio(session, actor, is_public=True)


@router.delete("/me/portfolio/publication", status_code=204)
async def unpublish_portfolio(actor: CurrentAcademyActor, session: Session) -> None:
    """Keep one's portfolio to oneself again."""
    await service.publish_portfolio(session, actor, is_public=False)


@router.get("/portfolios/{account_id}", response_model=AcademyPortfolio, openapi_extra=public())
async def get_portfolio(account_id: UUID, session: Session) -> AcademyPortfolio:
    """Get the portfolio that a learner shows to everybody."""
    return await queries.get_portfolio(session, account_id, only_public=True)
