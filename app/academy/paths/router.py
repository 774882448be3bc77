"""The door to learning paths: the catalogue is everybody's, platform admins write."""

from typing import Annotated

from fastapi import Path, Query, Response

from app.academy.deps import CurrentAcademyActor, OptionalAcademyActor
from app.academy.models import LearningPath
from app.academy.paths import queries, service
from app.academy.paths.deps import LearningPathPath
from app.academy.paths.errors import PathHasPeople, PathNotFit, PathPricing, PathSkillUnknown, ThumbnailUnknown
from app.academy.paths.schemas import (
    AcademyPath,
    AcademyPathCreate,
    AcademyPathDetails,
    AcademyPathFilter,
    AcademyPathSkills,
    AcademyPathUpdate,
)
from app.core.errors import Stale
from app.core.http.access import public
from app.core.http.etags import IfMatch, etag_of
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()

Slug = Annotated[str, Path(max_length=100, description="The path's slug")]


def _tagged(response: Response, path: LearningPath) -> LearningPath:
    """Adds the ETag, for `If-Match`. No 304 here: counts, sums and courses move without the version."""
    response.headers["ETag"] = etag_of(path)
    return path


@router.get(
    "/paths",
    response_model=Page[AcademyPath],
    responses=refusals(InvalidCursor),
    openapi_extra=public(or_bearer=True),
)
async def list_paths(
    wanted: Annotated[AcademyPathFilter, Query()], actor: OptionalAcademyActor, session: Session
) -> Rows[LearningPath]:
    """The learning paths on offer, by `sort_order` and title. Platform admins see those that are not active, too."""
    return await queries.list_paths(session, actor, wanted)


@router.post(
    "/paths",
    status_code=201,
    response_model=AcademyPath,
    responses=refusals(PathPricing, ThumbnailUnknown, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_path(
    body: AcademyPathCreate, actor: CurrentAcademyActor, key: Idempotent, session: Session, response: Response
) -> LearningPath:
    """Make a learning path. It begins without steps, outside of the catalogue."""
    return _tagged(response, await service.create_path(session, actor, body))


@router.get("/paths/by-slug/{slug}", response_model=AcademyPathDetails, openapi_extra=public(or_bearer=True))
async def get_path_by_slug(
    slug: Slug, actor: OptionalAcademyActor, session: Session, response: Response
) -> AcademyPathDetails:
    """Read a learning path by its slug."""
    path = _tagged(response, await queries.get_path_by_slug(session, actor, slug))
    return await queries.get_details(session, actor, path)


@router.get("/paths/{path_id}", response_model=AcademyPathDetails, openapi_extra=public(or_bearer=True))
async def get_path(
    path: LearningPathPath, actor: OptionalAcademyActor, session: Session, response: Response
) -> AcademyPathDetails:
    """Read a learning path with its steps, groups, offers and skills. An inactive one is there for its people."""
    _tagged(response, path)
    return await queries.get_details(session, actor, path)


@router.patch(
    "/paths/{path_id}",
    response_model=AcademyPath,
    responses=refusals(PathPricing, PathNotFit, ThumbnailUnknown, Stale),
)
async def update_path(
    actor: CurrentAcademyActor,
    path: LearningPathPath,
    body: AcademyPathUpdate,
    *,
    session: Session,
    response: Response,
    if_match: IfMatch = None,
) -> LearningPath:
    """Change a learning path; the slug stays."""
    return _tagged(response, await service.update_path(session, actor, path, body, if_match))


@router.delete("/paths/{path_id}", status_code=204, responses=refusals(PathHasPeople, Stale))
async def delete_path(
    actor: CurrentAcademyActor, path: LearningPathPath, session: Session, if_match: IfMatch = None
) -> None:
    """Delete a learning path that nobody was ever in. Others are deactivated."""
    await service.delete_path(session, actor, path, if_match)


@router.put("/paths/{path_id}/skills", response_model=AcademyPath, responses=refusals(PathSkillUnknown, Stale))
async def update_path_skills(
    actor: CurrentAcademyActor,
    path: LearningPathPath,
    body: AcademyPathSkills,
    *,
    session: Session,
    response: Response,
    if_match: IfMatch = None,
) -> LearningPath:
    """Say which skills a learning path develops, all of them."""
    return _tagged(response, await service.set_skills(session, actor, path, body, if_match))


@router.put("/paths/{path_id}/activation", response_model=AcademyPath, responses=refusals(PathNotFit))
async def activate_path(
    actor: CurrentAcademyActor, path: LearningPathPath, session: Session, response: Response
) -> LearningPath:
    """Put a learning path into the catalogue: it needs a required step, courses that are published, and its price."""
    return _tagged(response, await service.activate_path(session, actor, path))


@router.delete("/paths/{path_id}/activation", response_model=AcademyPath)
async def deactivate_path(
    actor: CurrentAcademyActor, path: LearningPathPath, session: Session, response: Response
) -> LearningPath:
    """Take a learning path out of the catalogue. Its people stay in it."""
    return _tagged(response, await service.deactivate_path(session, actor, path))
