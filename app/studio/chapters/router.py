"""The door to chapters: whoever works for the client reads and writes them."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.identity.deps import Idempotent
from app.studio.chapters import queries, service
from app.studio.chapters.deps import ChapterPath
from app.studio.chapters.errors import ChapterNumberTaken, ChapterPublished
from app.studio.chapters.rules import Order
from app.studio.chapters.schemas import (
    StudioChapter,
    StudioChapterCreate,
    StudioChapterOrder,
    StudioChapterOrderUpdate,
    StudioChapterUpdate,
    StudioRenumbering,
)
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.models import Chapter
from app.studio.programs.deps import ProgramPath
from app.studio.programs.errors import ProgramPublished

router = Router()


@router.get("/programs/{program_id}/chapters", response_model=Page[StudioChapter], responses=refusals(InvalidCursor))
async def list_chapters(
    program: ProgramPath, query: Annotated[PageQuery, Query()], session: StudioSession
) -> Rows[Chapter]:
    """List the chapters of a program in their order."""
    return await queries.list_chapters(session, program, query)


@router.post(
    "/programs/{program_id}/chapters",
    status_code=201,
    response_model=StudioChapter,
    responses=refusals(ChapterNumberTaken, ProgramPublished, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_chapter(
    body: StudioChapterCreate,
    program: ProgramPath,
    actor: CurrentStudioActor,
    *,
    key: Idempotent,
    session: StudioSession,
    request: Request,
    response: Response,
) -> Chapter:
    """Add a chapter behind the others."""
    chapter = await service.create_chapter(session, actor, program, body)
    tag(response, request, chapter)
    return chapter


@router.get("/programs/{program_id}/chapter-order", response_model=StudioChapterOrder)
async def get_chapter_order(
    program: ProgramPath,
    session: StudioSession,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> Order:
    """Read which chapter follows which, with the ETag of the order."""
    order = await queries.get_order(session, program.id)
    tag(response, request, order)
    return order


@router.put(
    "/programs/{program_id}/chapter-order",
    response_model=StudioChapterOrder,
    responses=refusals(ProgramPublished, Stale),
)
async def update_chapter_order(
    body: StudioChapterOrderUpdate,
    program: ProgramPath,
    actor: CurrentStudioActor,
    *,
    session: StudioSession,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Order:
    """Let the chapters follow each other in another order, all at once. Their numbers stay."""
    order = await service.order_chapters(session, actor, program, body.chapter_ids, if_match)
    tag(response, request, order)
    return order


@router.post(
    "/programs/{program_id}/renumbering", response_model=StudioRenumbering, responses=refusals(ProgramPublished)
)
async def renumber_program(
    program: ProgramPath, actor: CurrentStudioActor, session: StudioSession
) -> StudioRenumbering:
    """Number the chapters 1, 2, 3 and their sessions 1.1, 1.2, 2.1 as they follow each other."""
    return await service.renumber(session, actor, program)


@router.get("/chapters/{chapter_id}", response_model=StudioChapter)
async def get_chapter(
    chapter: ChapterPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> Chapter:
    """Read a chapter, without its sessions."""
    tag(response, request, chapter)
    return chapter


@router.patch(
    "/chapters/{chapter_id}",
    response_model=StudioChapter,
    responses=refusals(ChapterNumberTaken, ProgramPublished, Stale),
)
async def update_chapter(
    body: StudioChapterUpdate,
    chapter: ChapterPath,
    actor: CurrentStudioActor,
    *,
    session: StudioSession,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Chapter:
    """Change a chapter."""
    changed = await service.update_chapter(session, actor, chapter, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/chapters/{chapter_id}", status_code=204, responses=refusals(ChapterPublished, ProgramPublished, Stale))
async def delete_chapter(
    chapter: ChapterPath, actor: CurrentStudioActor, session: StudioSession, if_match: IfMatch = None
) -> None:
    """Delete a chapter with its sessions and their contents, as long as none of them is published."""
    await service.delete_chapter(session, actor, chapter, if_match)
