"""The door to the steps of paths. Everybody reads them with their path; here platform admins write."""

from fastapi import Request, Response

from app.academy.deps import CurrentAcademyActor
from app.academy.models import LearningPathStep
from app.academy.path_steps import service
from app.academy.path_steps.deps import PathStepPath
from app.academy.path_steps.errors import (
    ChoiceScattered,
    CourseInPath,
    CourseNotPublished,
    PathCourseUnknown,
    PathGroupUnknown,
    PathIsFull,
    PathOrderIncomplete,
    PathStepAwaited,
    PathStepDone,
    UnlockRefused,
)
from app.academy.path_steps.schemas import AcademyPathStepCreate, AcademyPathStepOrder, AcademyPathStepUpdate
from app.academy.paths import queries as paths
from app.academy.paths.deps import LearningPathPath
from app.academy.paths.errors import PathNotFit
from app.academy.paths.schemas import AcademyPathDetails, AcademyPathStep
from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()

_OF_THE_WHOLE = (ChoiceScattered, UnlockRefused, PathNotFit)


@router.post(
    "/paths/{path_id}/steps",
    status_code=201,
    response_model=AcademyPathStep,
    responses=refusals(
        PathCourseUnknown,
        PathGroupUnknown,
        PathOrderIncomplete,
        CourseInPath,
        CourseNotPublished,
        PathIsFull,
        *_OF_THE_WHOLE,
        IdempotencyInFlight,
        IdempotencyKeyReused,
    ),
)
async def create_path_step(
    actor: CurrentAcademyActor,
    path: LearningPathPath,
    body: AcademyPathStepCreate,
    *,
    key: Idempotent,
    session: Session,
    request: Request,
    response: Response,
) -> LearningPathStep:
    """Put a course into a learning path. The path's sums follow."""
    step = await service.create_step(session, actor, path, body)
    tag(response, request, step)
    return step


@router.put(
    "/paths/{path_id}/steps/order",
    response_model=AcademyPathDetails,
    responses=refusals(PathOrderIncomplete, *_OF_THE_WHOLE),
)
async def update_path_step_order(
    actor: CurrentAcademyActor, path: LearningPathPath, body: AcademyPathStepOrder, session: Session
) -> AcademyPathDetails:
    """Let the steps of a learning path follow each other as told, all at once. Answers the path."""
    await service.order_steps(session, actor, path, body.step_ids)
    return await paths.get_details(session, actor, await paths.get_path(session, actor, path.id))


@router.get("/path-steps/{step_id}", response_model=AcademyPathStep)
async def get_path_step(
    actor: CurrentAcademyActor,
    step: PathStepPath,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_none_match: IfNoneMatch = None,
) -> LearningPathStep:
    """Read a step, to edit it. Everybody else reads it with its path."""
    await service.read_step(session, actor, step)
    tag(response, request, step)
    return step


@router.patch(
    "/path-steps/{step_id}",
    response_model=AcademyPathStep,
    responses=refusals(PathGroupUnknown, *_OF_THE_WHOLE, Stale),
)
async def update_path_step(
    actor: CurrentAcademyActor,
    step: PathStepPath,
    body: AcademyPathStepUpdate,
    *,
    session: Session,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> LearningPathStep:
    """Change what opens a step, its group, or what is said of it."""
    changed = await service.update_step(session, actor, step, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete(
    "/path-steps/{step_id}",
    status_code=204,
    responses=refusals(PathStepDone, PathStepAwaited, *_OF_THE_WHOLE, Stale),
)
async def delete_path_step(
    actor: CurrentAcademyActor, step: PathStepPath, session: Session, if_match: IfMatch = None
) -> None:
    """Take a course out of a learning path, as long as nobody has completed the step."""
    await service.delete_step(session, actor, step, if_match)
