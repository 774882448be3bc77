"""The door to sign-offs."""

from typing import Annotated

from fastapi import Query

from app.academy.badges.errors import LevelNotOffered, SkillUnknown
from app.academy.deps import CurrentAcademyActor
from app.academy.models import SkillSignOff
from app.academy.people.errors import AccountUnknown
from app.academy.sign_offs import queries, service
from app.academy.sign_offs.errors import LevelNotAwaited, NoteNeeded
from app.academy.sign_offs.schemas import (
    AcademySignOff,
    AcademySignOffCreate,
    AcademySignOffFilter,
    AcademySignOffRequest,
    AcademySignOffRequestFilter,
)
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.get("/sign-off-requests", response_model=Page[AcademySignOffRequest], responses=refusals(InvalidCursor))
async def list_sign_off_requests(
    wanted: Annotated[AcademySignOffRequestFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[AcademySignOffRequest]:
    """List who waits for the caller's signature, longest first: those whom one teaches; everybody for admins.

    They have shown all that a level takes that no rule gives alone: advanced and expert.
    """
    return await queries.list_requests(session, actor, wanted)


@router.post(
    "/sign-offs",
    status_code=201,
    response_model=AcademySignOff,
    responses=refusals(SkillUnknown, AccountUnknown, LevelNotAwaited, LevelNotOffered, NoteNeeded),
)
async def create_sign_off(
    body: AcademySignOffCreate, actor: CurrentAcademyActor, session: Session, _: Idempotent
) -> SkillSignOff:
    """Approve a level that a learner has shown, signing for its badge with one's own name; or decline it, and say why.

    One level at a time, and only one whose evidence is there. A declined level waits again as soon as the learner
    passes something more. A level that the rules gave (foundational, practitioner) can be signed for as well.
    """
    return await service.decide(session, actor, body)


@router.get("/sign-offs", response_model=Page[AcademySignOff], responses=refusals(InvalidCursor))
async def list_sign_offs(
    wanted: Annotated[AcademySignOffFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[SkillSignOff]:
    """List what was decided, newest first: of oneself, by oneself, of those whom one teaches; all for admins."""
    return await queries.list_sign_offs(session, actor, wanted)
