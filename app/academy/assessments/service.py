"""Verbs on assessments: make, edit, publish, withdraw. What is published stays fit to be taken."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.assessments import queries, rules
from app.academy.assessments.errors import AssessmentNotPublishable, AssessmentScope
from app.academy.assessments.schemas import AcademyAssessmentCreate, AcademyAssessmentUpdate
from app.academy.courses import queries as courses
from app.academy.models import Assessment, AssessmentSkill, AssessmentType
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.patch import patch
from app.core.errors import FieldError, NotFound
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import AssessmentChanged, AssessmentPublished


async def create_assessment(session: AsyncSession, actor: AcademyActor, data: AcademyAssessmentCreate) -> Assessment:
    """Make an assessment, not yet to be taken. Raises `AssessmentScope`, `SkillUnknown`."""
    allow(actor, Permission.ASSESSMENT_EDIT)
    kind = AssessmentType(data.type)
    problems = list(rules.scope_problems(kind, data.course_id, data.lesson_id, data.skill_ids))
    course_id = await _course_of(session, actor, data, problems)
    if data.is_required and course_id is None:
        problems.append(FieldError("/is_required", "without_course", "Only a course can require an assessment"))
    if problems:
        raise AssessmentScope(errors=tuple(problems))
    values = data.model_dump(exclude={"skill_ids"}) | {"course_id": course_id}
    assessment = Assessment(id=new_id(), **values)
    session.add(assessment)
    await session.flush()  # its skills point at it
    await _set_skills(session, assessment.id, data.skill_ids)
    emit(session, AssessmentChanged(assessment_id=assessment.id, fields=tuple(sorted(values))))
    return await queries.get_assessment(session, actor, assessment.id)


async def _course_of(
    session: AsyncSession, actor: AcademyActor, data: AcademyAssessmentCreate, problems: list[FieldError]
) -> UUID | None:
    """The course, checked; of a knowledge check that of its lesson."""
    if data.lesson_id is not None:
        found = await queries.course_of_lesson(session, data.lesson_id)
        if found is None:
            problems.append(FieldError("/lesson_id", "unknown", "There is no such lesson"))
        elif data.course_id not in {None, found}:
            problems.append(FieldError("/course_id", "of_another_course", "The lesson is of another course"))
        return found
    if data.course_id is not None:
        try:
            await courses.get_course(session, actor, data.course_id)
        except NotFound:
            problems.append(FieldError("/course_id", "unknown", "There is no such course"))
    return data.course_id


async def _set_skills(session: AsyncSession, assessment_id: UUID, skill_ids: Collection[UUID]) -> None:
    wanted = sorted(set(skill_ids))
    gone = delete(AssessmentSkill).where(
        AssessmentSkill.assessment_id == assessment_id, AssessmentSkill.skill_id.not_in(wanted)
    )
    await session.execute(gone)
    if wanted:
        rows = [{"assessment_id": assessment_id, "skill_id": skill_id} for skill_id in wanted]
        await session.execute(insert(AssessmentSkill).values(rows).on_conflict_do_nothing())


async def update_assessment(
    session: AsyncSession,
    actor: AcademyActor,
    assessment: Assessment,
    data: AcademyAssessmentUpdate,
    if_match: str | None = None,
) -> Assessment:
    """Change the fields that were sent; attempts that have begun keep their draw and their end.

    Raises `Stale`, `AssessmentScope`, `SkillUnknown`, and `AssessmentNotPublishable` for one that can be taken.
    """
    allow(actor, Permission.ASSESSMENT_EDIT, assessment)
    assessment = await queries.lock_assessment(session, assessment.id)
    require_match(assessment, if_match)
    skills = set(data.skill_ids if "skill_ids" in data.model_fields_set else assessment.skill_ids or ())
    problems = list(
        rules.scope_problems(AssessmentType(assessment.type), assessment.course_id, assessment.lesson_id, skills)
    )
    if data.is_required and assessment.course_id is None:
        problems.append(FieldError("/is_required", "without_course", "Only a course can require an assessment"))
    if problems:
        raise AssessmentScope(errors=tuple(problems))
    changed = patch(assessment, data, leave={"skill_ids"})
    if skills != set(assessment.skill_ids or ()):
        await _set_skills(session, assessment.id, skills)
        assessment.version += 0 if changed else 1
        changed["skill_ids"] = skills
    if changed:
        emit(session, AssessmentChanged(assessment_id=assessment.id, fields=tuple(sorted(changed))))
        await require_publishable_if_active(session, actor, assessment.id)
    return await queries.get_assessment(session, actor, assessment.id)


async def check_assessment(session: AsyncSession, actor: AcademyActor, assessment: Assessment) -> rules.Report:
    """What stands in the way of publication, and what should be looked at."""
    allow(actor, Permission.ASSESSMENT_READ_QUESTIONS, await queries.get_standing_in(session, actor, assessment))
    return await _report(session, assessment)


async def _report(session: AsyncSession, assessment: Assessment) -> rules.Report:
    settings = rules.CheckedAssessment(
        assessment.type,
        assessment.passing_score,
        frozenset(assessment.skill_ids or ()),
        assessment.questions_per_attempt,
        assessment.allow_retake,
        assessment.max_attempts,
    )
    questions = await queries.checked_questions(session, assessment.id)
    return rules.check(settings, questions, await queries.partner_skills(session, assessment))


async def require_publishable_if_active(session: AsyncSession, actor: AcademyActor, assessment_id: UUID) -> None:
    """Raise `AssessmentNotPublishable` when an edit would leave something that can be taken unfit for it."""
    await session.flush()  # the checks look at what the edit leaves behind
    assessment = await queries.get_assessment(session, actor, assessment_id)
    if assessment.is_active:
        _require(await _report(session, assessment))


def _require(report: rules.Report) -> None:
    if not report.is_publishable:
        raise AssessmentNotPublishable(
            errors=tuple(
                FieldError(f"/questions/{each.question_id}" if each.question_id else "", each.check, each.message)
                for each in report.errors
            )
        )


async def publish_assessment(session: AsyncSession, actor: AcademyActor, assessment: Assessment) -> Assessment:
    """Let it be taken. Twice changes nothing. Raises `AssessmentNotPublishable`."""
    allow(actor, Permission.ASSESSMENT_EDIT, assessment)
    assessment = await queries.lock_assessment(session, assessment.id)
    _require(await _report(session, assessment))
    if not assessment.is_active:
        assessment.is_active = True
        assessment.version += 1
        emit(session, AssessmentPublished(assessment_id=assessment.id, course_id=assessment.course_id))
    return await queries.get_assessment(session, actor, assessment.id)


async def unpublish_assessment(session: AsyncSession, actor: AcademyActor, assessment: Assessment) -> Assessment:
    """Take it back: nobody begins it any more, and who has begun may finish. Twice changes nothing."""
    allow(actor, Permission.ASSESSMENT_EDIT, assessment)
    assessment = await queries.lock_assessment(session, assessment.id)
    if assessment.is_active:
        assessment.is_active = False
        assessment.version += 1
        emit(session, AssessmentChanged(assessment_id=assessment.id, fields=("is_active",)))
    return await queries.get_assessment(session, actor, assessment.id)
