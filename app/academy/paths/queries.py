"""Reads of learning paths: the catalogue is everybody's, and who is in a path keeps seeing it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from app.academy.models import (
    ClassSession,
    Course,
    CourseStatus,
    LearningPath,
    LearningPathStep,
    OfferKind,
    PathEnrollment,
    PathOffer,
    PathSkill,
    PathStepGroup,
    Skill,
)
from app.academy.paths import rules
from app.academy.paths.schemas import (
    AcademyPath,
    AcademyPathCourse,
    AcademyPathDetails,
    AcademyPathFilter,
    AcademyPathGroup,
    AcademyPathOffer,
    AcademyPathSkill,
    AcademyPathStep,
    AcademyPathStepWithCourse,
)
from app.academy.permissions import AcademyActor, Permission, permits
from app.core.errors import NotFound
from app.core.http.pages import Rows, SortBy, paginate

_IN_ORDER = SortBy("place", LearningPath.place)


def is_visible_to(actor: AcademyActor) -> ColumnElement[bool]:
    """Whether the actor may know of a path: it is active, or theirs from the time when it was."""
    if actor.sees_everything:
        return true()
    if actor.is_anonymous:
        return LearningPath.is_active.is_(True)
    mine = select(PathEnrollment.id).where(
        PathEnrollment.path_id == LearningPath.id, PathEnrollment.user_id == actor.account_id
    )
    return or_(LearningPath.is_active, mine.exists())


def visible_paths(actor: AcademyActor) -> Select[LearningPath]:
    """The paths that the actor may know of, each with its skills."""
    named = select(PathSkill.skill_id).where(PathSkill.path_id == LearningPath.id).order_by(PathSkill.skill_id)
    skill_ids: Any = func.array(named.scalar_subquery(), type_=ARRAY(Uuid))
    return select(LearningPath).options(with_expression(LearningPath.skill_ids, skill_ids)).where(is_visible_to(actor))


async def _one(session: AsyncSession, rows: Select[LearningPath]) -> LearningPath:
    path = await session.scalar(rows.execution_options(populate_existing=True))
    if path is None:
        raise NotFound
    return path


async def get_path(session: AsyncSession, actor: AcademyActor, path_id: UUID) -> LearningPath:
    """A path as it is now. Raises `NotFound` for one that the actor may not know of."""
    return await _one(session, visible_paths(actor).where(LearningPath.id == path_id))


async def get_path_by_slug(session: AsyncSession, actor: AcademyActor, slug: str) -> LearningPath:
    """As `get_path`, by the word in its address."""
    return await _one(session, visible_paths(actor).where(LearningPath.slug == slug))


async def lock_path(session: AsyncSession, path_id: UUID) -> LearningPath:
    """A path that nobody else edits until the end of the transaction, nor anything of it. Raises `NotFound`."""
    rows = visible_paths(AcademyActor.system()).where(LearningPath.id == path_id)
    return await _one(session, rows.with_for_update(key_share=True, of=LearningPath))


async def list_paths(session: AsyncSession, actor: AcademyActor, wanted: AcademyPathFilter) -> Rows[LearningPath]:
    """The catalogue: every active path; for a platform admin the others as well (A-LPA-01, Z-128)."""
    paths = visible_paths(actor)
    if not actor.sees_everything:
        # An inactive path stays readable to its people, but it is not on offer.
        paths = paths.where(LearningPath.is_active)
    for column, value in (
        (LearningPath.target_audience, wanted.target_audience),
        (LearningPath.is_featured, wanted.is_featured),
        (LearningPath.is_active, wanted.is_active),
    ):
        if value is not None:
            paths = paths.where(column == value)
    if wanted.skill_id is not None:
        develops = and_(PathSkill.path_id == LearningPath.id, PathSkill.skill_id == wanted.skill_id)
        paths = paths.where(select(PathSkill.path_id).where(develops).exists())
    if wanted.q is not None:
        searched = (LearningPath.title, LearningPath.short_description, LearningPath.description)
        paths = paths.where(or_(*(column.icontains(wanted.q, autoescape=True) for column in searched)))
    return await paginate(session, paths, wanted, _IN_ORDER)


def minutes_of_course() -> ColumnElement[int]:
    """How long a course's agenda is, beside `Course`."""
    agenda = select(func.coalesce(func.sum(ClassSession.duration_minutes), 0))
    return agenda.where(ClassSession.course_id == Course.id).correlate(Course).scalar_subquery()


async def get_details(session: AsyncSession, actor: AcademyActor, path: LearningPath) -> AcademyPathDetails:
    """A path with all that belongs to it; what admins keep to themselves, only for them."""
    is_admin = permits(actor, Permission.PATH_EDIT, path)
    offers = select(PathOffer).where(PathOffer.path_id == path.id).order_by(PathOffer.created_at, PathOffer.id)
    if not is_admin:
        offers = offers.where(PathOffer.is_active)
    skills = select(Skill).join(PathSkill, PathSkill.skill_id == Skill.id).where(PathSkill.path_id == path.id)
    return AcademyPathDetails(
        **AcademyPath.model_validate(path).model_dump(),
        steps=await _steps_with_courses(session, path.id, is_admin=is_admin),
        groups=[AcademyPathGroup.model_validate(each) for each in await list_groups(session, path.id)],
        offers=[_offer(each, is_admin=is_admin) for each in await session.scalars(offers)],
        skills=[
            AcademyPathSkill.model_validate(each)
            for each in await session.scalars(skills.order_by(Skill.name, Skill.id))
        ],
    )


async def _steps_with_courses(
    session: AsyncSession, path_id: UUID, *, is_admin: bool
) -> list[AcademyPathStepWithCourse]:
    rows = (
        select(LearningPathStep, Course, minutes_of_course())
        .join(Course, Course.id == LearningPathStep.course_id)
        .where(LearningPathStep.path_id == path_id)
        .order_by(LearningPathStep.step_number)
        .execution_options(populate_existing=True)
    )
    found = []
    for step, course, minutes in await session.execute(rows):
        shown = AcademyPathStep.model_validate(step).model_dump() | ({} if is_admin else {"notes": None})
        plain = {name: getattr(course, name) for name in AcademyPathCourse.model_fields if name != "hours"}
        in_short = AcademyPathCourse(**plain, hours=round(minutes / 60, 2))
        found.append(AcademyPathStepWithCourse(**shown, course=in_short))
    return found


def _offer(offer: PathOffer, *, is_admin: bool) -> AcademyPathOffer:
    shown = AcademyPathOffer.model_validate(offer)
    return shown if is_admin else shown.model_copy(update={"stripe_price_id": None})


async def list_steps(session: AsyncSession, path_id: UUID) -> list[LearningPathStep]:
    """The steps of a path, in their order."""
    rows = select(LearningPathStep).where(LearningPathStep.path_id == path_id).order_by(LearningPathStep.step_number)
    return list(await session.scalars(rows.execution_options(populate_existing=True)))


async def list_groups(session: AsyncSession, path_id: UUID) -> list[PathStepGroup]:
    """The groups of a path, oldest first."""
    rows = select(PathStepGroup).where(PathStepGroup.path_id == path_id)
    rows = rows.order_by(PathStepGroup.created_at, PathStepGroup.id)
    return list(await session.scalars(rows.execution_options(populate_existing=True)))


def step_rule(step: LearningPathStep) -> rules.StepRule:
    """A step as the rules look at it."""
    return rules.StepRule(
        id=step.id,
        number=step.step_number,
        is_required=step.is_required,
        group_id=step.step_group_id,
        unlock_rule=step.unlock_rule,
        unlock_after_step_id=step.unlock_after_step_id,
        unlock_after_days=step.unlock_after_days,
    )


def group_rule(group: PathStepGroup) -> rules.GroupRule:
    """A group as the rules look at it."""
    return rules.GroupRule(id=group.id, choose_n=group.choose_n)


async def courses_of_steps(session: AsyncSession, steps: list[LearningPathStep]) -> dict[UUID, rules.StepCourse]:
    """What the courses bring along, by step; nobody edits them or their agendas until the end of the transaction."""
    held = select(Course.id).where(Course.id.in_({step.course_id for step in steps})).order_by(Course.id)
    # Locked first and read afterwards: a lock does not make the sums of its own statement newer.
    locked = list(await session.scalars(held.with_for_update(read=True)))
    rows = select(Course.id, Course.price_b2c, Course.currency, Course.status, minutes_of_course())
    found = {row[0]: row for row in await session.execute(rows.where(Course.id.in_(locked)))}
    return {
        step.id: rules.StepCourse(
            price=found[step.course_id][1],
            currency=found[step.course_id][2],
            is_published=found[step.course_id][3] == CourseStatus.published,
            minutes=found[step.course_id][4],
        )
        for step in steps
    }


async def has_subscription_offer(session: AsyncSession, path_id: UUID) -> bool:
    """Whether somebody could subscribe to the path."""
    live = select(PathOffer.id).where(
        PathOffer.path_id == path_id, PathOffer.kind == OfferKind.subscription, PathOffer.is_active
    )
    return bool(await session.scalar(select(live.exists())))


async def has_people(session: AsyncSession, path_id: UUID) -> bool:
    """Whether anybody is in the path, or ever was."""
    return bool(
        await session.scalar(select(select(PathEnrollment.id).where(PathEnrollment.path_id == path_id).exists()))
    )


async def known_skills(session: AsyncSession, skill_ids: set[UUID]) -> set[UUID]:
    """Those of the ids that are skills."""
    return set(await session.scalars(select(Skill.id).where(Skill.id.in_(skill_ids))))


async def paths_with_course(session: AsyncSession, course_id: UUID) -> list[UUID]:
    """The paths that lead through a course, in the order in which they are locked."""
    rows = select(LearningPathStep.path_id).where(LearningPathStep.course_id == course_id).distinct()
    return list(await session.scalars(rows.order_by(LearningPathStep.path_id)))
