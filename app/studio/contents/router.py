"""The doors to the four kinds of content: one implementation, four groups of typed operations."""

from typing import TypeVar

from fastapi import Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.schema import Body
from app.identity.deps import Idempotent
from app.studio.contents import queries, service
from app.studio.contents.deps import SessionPath
from app.studio.contents.errors import ContentExists, ContentIncomplete
from app.studio.contents.rules import AnyContent
from app.studio.contents.schemas import (
    StudioArticle,
    StudioArticleCreate,
    StudioArticleUpdate,
    StudioContent,
    StudioExercise,
    StudioExerciseCreate,
    StudioExerciseUpdate,
    StudioQuiz,
    StudioQuizCreate,
    StudioQuizUpdate,
    StudioVideo,
    StudioVideoCreate,
    StudioVideoUpdate,
)
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.models import ContentType
from app.studio.sessions.errors import SessionPublished

router = Router()

Create = TypeVar("Create", bound=Body)
Update = TypeVar("Update", bound=Body)


def _add_kind(kind: ContentType, shown: type[StudioContent], create: type[Create], update: type[Update]) -> None:
    path = f"/sessions/{{session_id}}/{kind.value}"

    async def create_content(
        actor: CurrentStudioActor,
        place: SessionPath,
        body: Create,
        *,
        key: Idempotent,
        session: StudioSession,
        request: Request,
        response: Response,
    ) -> AnyContent:
        content = await service.create_content(session, actor, place, kind, body)
        tag(response, request, content)
        return content

    async def get_content(
        place: SessionPath,
        session: StudioSession,
        request: Request,
        response: Response,
        if_none_match: IfNoneMatch = None,
    ) -> AnyContent:
        content = await queries.get_content(session, kind, place.session.id)
        tag(response, request, content)
        return content

    async def update_content(
        actor: CurrentStudioActor,
        place: SessionPath,
        body: Update,
        *,
        session: StudioSession,
        request: Request,
        response: Response,
        if_match: IfMatch = None,
    ) -> AnyContent:
        content = await service.update_content(session, actor, place, kind, body, if_match=if_match)
        tag(response, request, content)
        return content

    async def delete_content(
        actor: CurrentStudioActor, place: SessionPath, session: StudioSession, if_match: IfMatch = None
    ) -> None:
        await service.delete_content(session, actor, place, kind, if_match=if_match)

    # FastAPI reads the models of bodies from here, and mypy the same from the type variables.
    create_content.__annotations__["body"] = create
    update_content.__annotations__["body"] = update
    router.add_api_route(
        path,
        create_content,
        methods=["POST"],
        name=f"create_{kind}",
        summary=f"Create {kind.title()}",
        description=f"Give a session its {kind}, as a draft. It has one at most.",
        status_code=201,
        response_model=shown,
        responses=refusals(ContentExists, SessionPublished, IdempotencyInFlight, IdempotencyKeyReused),
    )
    router.add_api_route(
        path,
        get_content,
        methods=["GET"],
        name=f"get_{kind}",
        summary=f"Get {kind.title()}",
        description=f"Read the {kind} of a session.",
        response_model=shown,
    )
    router.add_api_route(
        path,
        update_content,
        methods=["PATCH"],
        name=f"update_{kind}",
        summary=f"Update {kind.title()}",
        description=f"Change the {kind} of a session. What was approved becomes a draft again, to be approved anew;"
        " what is published is changed after its session was taken back to draft.",
        response_model=shown,
        responses=refusals(SessionPublished, ContentIncomplete, Stale),
    )
    router.add_api_route(
        path,
        delete_content,
        methods=["DELETE"],
        name=f"delete_{kind}",
        summary=f"Delete {kind.title()}",
        description=f"Take the {kind} out of its session. Its history and the comments on it stay.",
        status_code=204,
        responses=refusals(SessionPublished, Stale),
    )


_add_kind(ContentType.article, StudioArticle, StudioArticleCreate, StudioArticleUpdate)
_add_kind(ContentType.video, StudioVideo, StudioVideoCreate, StudioVideoUpdate)
_add_kind(ContentType.quiz, StudioQuiz, StudioQuizCreate, StudioQuizUpdate)
_add_kind(ContentType.exercise, StudioExercise, StudioExerciseCreate, StudioExerciseUpdate)
