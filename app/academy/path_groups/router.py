"""The door to groups of steps. Everybody reads them with their path; here platform admins write."""

from fastapi import Request, Response

from app.academy.deps import CurrentAcademyActor
from app.academy.models import PathStepGroup
from app.academy.path_groups import service
from app.academy.path_groups.deps import PathGroupPath
from app.academy.path_groups.errors import PathGroupHasSteps
from app.academy.path_groups.schemas import AcademyPathGroupCreate, AcademyPathGroupUpdate
from app.academy.paths.deps import LearningPathPath
from app.academy.paths.errors import PathNotFit
from app.academy.paths.schemas import AcademyPathGroup
from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()


@router.post(
    "/paths/{path_id}/groups",
    status_code=201,
    response_model=AcademyPathGroup,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_path_group(
    actor: CurrentAcademyActor,
    path: LearningPathPath,
    body: AcademyPathGroupCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> PathStepGroup:
    """Make a choice within a learning path. Steps come into it by their `step_group_id`."""
    group = await service.create_group(session, actor, path, body)
    tag(response, request, group)
    return group


@router.get("/path-groups/{group_id}", response_model=AcademyPathGroup)
async def get_path_group(
    actor: CurrentAcademyActor,
    group: PathGroupPath,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> PathStepGroup:
    """Read a choice, to edit it. Everybody else reads it with its path."""
    await service.read_group(session, actor, group)
    tag(response, request, group)
    return group


@router.patch("/path-groups/{group_id}", response_model=AcademyPathGroup, responses=refusals(PathNotFit, Stale))
async def update_path_group(
    actor: CurrentAcademyActor,
    group: PathGroupPath,
    body: AcademyPathGroupUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> PathStepGroup:
    """Change the title of a choice, or how many of its steps one does."""
    changed = await service.update_group(session, actor, group, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/path-groups/{group_id}", status_code=204, responses=refusals(PathGroupHasSteps, Stale))
async def delete_path_group(
    actor: CurrentAcademyActor, group: PathGroupPath, session: Session, if_match: IfMatch = None
) -> None:
    """Delete a choice that has no steps."""
    await service.delete_group(session, actor, group, if_match)
