"""Verbs on questions: write, edit, withdraw, pair, trust a model less. Each under the lock of the assessment."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.assessments import queries as assessments
from app.academy.assessments.queries import CONTENT
from app.academy.assessments.service import require_publishable_if_active
from app.academy.models import Assessment, AssessmentQuestion, AssessmentType, QuestionSkill, QuestionType
from app.academy.models.shapes import Answer, Criterion, ScaleLabels
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.questions import queries, rules
from app.academy.questions.errors import PairRefused, QuestionPaired, QuestionUnfit, ThresholdNotRaised
from app.academy.questions.schemas import AcademyAssessmentPaired, AcademyQuestionCreate, AcademyQuestionUpdate
from app.core.database.patch import patch
from app.core.errors import NotFound
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import QuestionChanged, QuestionThresholdRaised

# What a repeated question has from its source, beside its content.
_COPIED = (*CONTENT, "difficulty", "tags", "sort_order", "is_active")


async def require_reader(session: AsyncSession, actor: AcademyActor, assessment: Assessment) -> None:
    """Raise `Forbidden` unless the actor writes or teaches: learners meet questions in attempts only."""
    standing = await assessments.get_standing_in(session, actor, assessment)
    allow(actor, Permission.ASSESSMENT_READ_QUESTIONS, standing)


async def read_question(session: AsyncSession, actor: AcademyActor, question: AssessmentQuestion) -> AssessmentQuestion:
    """A question, for those who may see what is right."""
    await require_reader(session, actor, await assessments.get_assessment(session, actor, question.assessment_id))
    return question


async def create_question(
    session: AsyncSession, actor: AcademyActor, assessment: Assessment, data: AcademyQuestionCreate
) -> AssessmentQuestion:
    """Write a question. Raises `QuestionUnfit`, `SkillUnknown`, `ImageUnknown`, `AssessmentNotPublishable`."""
    allow(actor, Permission.ASSESSMENT_EDIT, assessment)
    await assessments.lock_assessment(session, assessment.id)
    values = _shaped(data.model_dump(exclude={"skill_ids"}))
    is_scale = data.question_type is QuestionType.rating_scale
    question = AssessmentQuestion(
        id=new_id(), assessment_id=assessment.id, scale_min=1 if is_scale else None, is_active=True, **values
    )
    _require_fit(question)
    session.add(question)
    await session.flush()  # its skills point at it
    await _set_skills(session, question.id, data.skill_ids)
    return await _finish(session, actor, question, values)


def _shaped(values: dict[str, Any]) -> dict[str, Any]:
    """Documents as the columns hold them, so that what did not change is seen not to have."""
    if values.get("answers") is not None:
        values["answers"] = [Answer(**each) for each in values["answers"]]
    if values.get("rubric") is not None:
        values["rubric"] = [Criterion(**each) for each in values["rubric"]]
    if values.get("scale_labels") is not None:
        values["scale_labels"] = ScaleLabels(**values["scale_labels"])
    return values


def _require_fit(question: AssessmentQuestion) -> None:
    if found := tuple(rules.problems(question)):
        raise QuestionUnfit(errors=found)


async def _set_skills(session: AsyncSession, question_id: UUID, skill_ids: Collection[UUID]) -> None:
    wanted = sorted(set(skill_ids))
    gone = delete(QuestionSkill).where(QuestionSkill.question_id == question_id, QuestionSkill.skill_id.not_in(wanted))
    await session.execute(gone)
    if wanted:
        rows = [{"question_id": question_id, "skill_id": skill_id} for skill_id in wanted]
        await session.execute(insert(QuestionSkill).values(rows).on_conflict_do_nothing())


async def _finish(
    session: AsyncSession, actor: AcademyActor, question: AssessmentQuestion, changed: Collection[str]
) -> AssessmentQuestion:
    """Announce an edit, and refuse one that leaves an open assessment unfit."""
    emit(
        session,
        QuestionChanged(
            question_id=question.id,
            assessment_id=question.assessment_id,
            version=question.version or 1,
            fields=tuple(sorted(changed)),
        ),
    )
    await require_publishable_if_active(session, actor, question.assessment_id)
    return await queries.get_question(session, actor, question.id)


async def update_question(
    session: AsyncSession,
    actor: AcademyActor,
    question: AssessmentQuestion,
    data: AcademyQuestionUpdate,
    if_match: str | None = None,
) -> AssessmentQuestion:
    """Change the fields that were sent: a new version from now on, past attempts keep theirs (A-ASM-12).

    Raises `Stale`, `QuestionPaired`, `QuestionUnfit`, `SkillUnknown`, `ImageUnknown`, `AssessmentNotPublishable`.
    """
    allow(actor, Permission.ASSESSMENT_EDIT, question)
    await assessments.lock_assessment(session, question.assessment_id)
    question = await queries.get_question(session, actor, question.id)
    require_match(question, if_match)
    sent = data.model_fields_set
    if question.source_question_id is not None and sent & {*CONTENT, "skill_ids"}:
        raise QuestionPaired
    shaped = {"answers", "rubric", "scale_labels"}
    changed = patch(question, data, leave={"skill_ids"} | shaped)
    for name, value in _shaped(data.model_dump(include=shaped & sent)).items():
        if getattr(question, name) != value:
            question.version += 0 if changed else 1
            setattr(question, name, value)
            changed[name] = value
    _require_fit(question)
    if "skill_ids" in sent and set(data.skill_ids) != set(question.skill_ids or ()):
        await _set_skills(session, question.id, data.skill_ids)
        question.version += 0 if changed else 1
        changed["skill_ids"] = data.skill_ids
    return await _finish(session, actor, question, changed) if changed else question


async def withdraw_question(
    session: AsyncSession, actor: AcademyActor, question: AssessmentQuestion, if_match: str | None = None
) -> None:
    """Draw it no more; attempts that have it keep it. Twice changes nothing. Raises `AssessmentNotPublishable`."""
    allow(actor, Permission.ASSESSMENT_EDIT, question)
    await assessments.lock_assessment(session, question.assessment_id)
    question = await queries.get_question(session, actor, question.id)
    require_match(question, if_match)
    if question.is_active:
        question.is_active = False
        question.version += 1
        await _finish(session, actor, question, ("is_active",))


async def raise_threshold(
    session: AsyncSession, actor: AcademyActor, question: AssessmentQuestion, auto_grade_from: float
) -> AssessmentQuestion:
    """Ask more confidence of a model before its grade needs no person. Raises `ThresholdNotRaised`."""
    allow(actor, Permission.ASSESSMENT_EDIT, question)
    await assessments.lock_assessment(session, question.assessment_id)
    question = await queries.get_question(session, actor, question.id)
    before = question.auto_grade_from
    if auto_grade_from <= before:
        raise ThresholdNotRaised(f"It is {before} now")
    question.auto_grade_from = auto_grade_from
    question.version += 1
    emit(session, QuestionThresholdRaised(question_id=question.id, before=before, after=auto_grade_from))
    return await queries.get_question(session, actor, question.id)


async def pair(
    session: AsyncSession, actor: AcademyActor, post: Assessment, pre_assessment_id: UUID
) -> AcademyAssessmentPaired:
    """Let a post-assessment repeat the questions of a pre-assessment; again, to bring over what was edited since.

    Raises `PairRefused`, `AssessmentNotPublishable`.
    """
    allow(actor, Permission.ASSESSMENT_EDIT, post)
    try:
        pre = await assessments.get_assessment(session, actor, pre_assessment_id)
    except NotFound:
        raise PairRefused from None
    types = (pre.type, post.type)
    if types != (AssessmentType.pre_course, AssessmentType.post_course) or pre.course_id != post.course_id:
        raise PairRefused
    for assessment_id in sorted((pre.id, post.id)):
        await assessments.lock_assessment(session, assessment_id)
    copies = {each.source_question_id: each for each in await queries.all_questions(session, post.id)}
    copied = updated = withdrawn = 0
    for source in await queries.all_questions(session, pre.id):
        copy = copies.get(source.id)
        if copy is None:
            if source.is_active:
                await _copy(session, post, source)
                copied += 1
        elif fields := await _follow(session, copy, source):
            withdrawn += fields == {"is_active"} and not copy.is_active
            updated += not (fields == {"is_active"} and not copy.is_active)
            _tell(session, copy, fields)
    await require_publishable_if_active(session, actor, post.id)
    return AcademyAssessmentPaired(copied=copied, updated=updated, withdrawn=withdrawn)


async def _copy(session: AsyncSession, post: Assessment, source: AssessmentQuestion) -> None:
    values = {name: getattr(source, name) for name in _COPIED}
    copy = AssessmentQuestion(
        id=new_id(),
        assessment_id=post.id,
        source_question_id=source.id,
        auto_grade_from=source.auto_grade_from,
        version=1,
        **values,
    )
    session.add(copy)
    await session.flush()  # its skills point at it
    await _set_skills(session, copy.id, source.skill_ids or ())
    _tell(session, copy, values)


async def _follow(session: AsyncSession, copy: AssessmentQuestion, source: AssessmentQuestion) -> set[str]:
    """Bring a copy up to date. Returns what changed."""
    changed = {name for name in _COPIED if getattr(copy, name) != getattr(source, name)}
    for name in changed:
        setattr(copy, name, getattr(source, name))
    if set(copy.skill_ids or ()) != set(source.skill_ids or ()):
        await _set_skills(session, copy.id, source.skill_ids or ())
        changed.add("skill_ids")
    copy.version += 1 if changed else 0
    return changed


def _tell(session: AsyncSession, question: AssessmentQuestion, fields: Collection[str]) -> None:
    emit(
        session,
        QuestionChanged(
            question_id=question.id,
            assessment_id=question.assessment_id,
            version=question.version,
            fields=tuple(sorted(fields)),
        ),
    )
