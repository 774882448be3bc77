"""Skills, competencies, where they are taught, and how far people are in them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Competency, CourseSkill, EvidenceType, Skill, SkillLevel, SkillPrerequisite
from app.core.clock import utc_now
from tests.academy.models.learning.world import World
from tests.factories import learning
from tests.support.refusals import kept, refused

Build = Callable[[World], Any]


@pytest.mark.req("A-TAB-29", "A-TAB-30", "A-TAB-32")
@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda _: learning.skill(category="soft"), "ck_skills_category"),
        (lambda _: learning.skill(level="none"), "ck_skills_level"),
        (lambda _: learning.skill(max_level="guru"), "ck_skills_max_level"),
        (lambda _: learning.skill(level="expert", max_level="advanced"), "ck_skills_levels"),
        (lambda w: learning.skill(id=w.course.id, parent_skill_id=w.course.id), "ck_skills_parent"),
        (lambda _: learning.skill(badge_valid_days=0), "ck_skills_badge_valid_days"),
        (lambda w: learning.skill(slug=w.skill.slug), "uq_skills_slug"),
        (
            lambda w: SkillPrerequisite(skill_id=w.skill.id, prerequisite_id=w.skill.id),
            "ck_skill_prerequisites_another",
        ),
        (lambda w: learning.competency(w.skill, evidence_types=["rumour"]), "ck_competencies_evidence_types"),
        (lambda w: learning.competency(w.skill, evidence_types=[]), "ck_competencies_can_be_shown"),
        (lambda w: learning.competency(w.skill, passing_threshold=101), "ck_competencies_passing_threshold"),
        (lambda w: learning.competency(w.skill, level="none"), "ck_competencies_level"),
        (lambda w: w.course_skill(weight=101), "ck_course_skills_weight"),
        (lambda w: w.course_skill(weight=-1), "ck_course_skills_weight"),
        (lambda w: w.course_skill(skill_level="mentions"), "ck_course_skills_skill_level"),
        (lambda w: w.lesson_competency(contribution_level="mentions"), "ck_lesson_competencies_contribution_level"),
        (lambda w: w.progress(current_level="guru"), "ck_user_skill_progress_current_level"),
        (lambda w: w.progress(progress_percent=101), "ck_user_skill_progress_progress_percent"),
        (lambda w: w.progress(evidence_count=-1), "ck_user_skill_progress_evidence_count"),
        (lambda w: w.progress(verified_by_id=w.instructor.id), "ck_user_skill_progress_verified"),
    ],
)
async def test_a_row_that_makes_no_sense_is_refused(
    session: AsyncSession, world: World, build: Build, constraint: str
) -> None:
    assert await refused(session, build(world)) == constraint


@pytest.mark.parametrize(
    "build",
    [
        lambda _: learning.skill(level="advanced", max_level="advanced", badge_valid_days=365),
        lambda w: learning.skill(parent_skill_id=w.skill.id),
        lambda w: learning.competency(w.skill, level="expert", passing_threshold=0, evidence_types=["quiz"]),
        lambda w: w.course_skill(weight=Decimal("33.33")),
        lambda w: w.lesson_competency(),
        lambda w: w.progress(),
        lambda w: w.progress(verified_by_instructor=True, verified_by_id=w.instructor.id, verified_at=utc_now()),
    ],
)
async def test_a_row_that_makes_sense_is_taken(session: AsyncSession, world: World, build: Build) -> None:
    assert await refused(session, build(world)) is None


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda w: w.course_skill(), "uq_course_skills_course_id_skill_id"),
        (lambda w: w.lesson_competency(), "uq_lesson_competencies_lesson_id_competency_id"),
        (lambda w: w.progress(), "uq_user_skill_progress_user_id_skill_id"),
        (
            lambda w: learning.evidence(w.learner, w.competency, evidence_type="quiz", attempt_id=w.attempt.id),
            "uq_competency_evidence_attempt_id_competency_id",
        ),
    ],
)
async def test_nothing_is_said_twice(session: AsyncSession, world: World, build: Build, constraint: str) -> None:
    assert await refused(session, build(world), build(world)) == constraint


@pytest.mark.req("Z-118")
async def test_a_skill_begins_at_its_level_and_reaches_the_last_unless_said_otherwise(session: AsyncSession) -> None:
    session.add(made := learning.skill(level=SkillLevel.practitioner))
    await session.flush()
    assert (made.level, made.max_level) == ("practitioner", "expert")


ANOTHER, THEMSELVES = "ck_competency_evidence_assessed_by_another", "ck_competency_evidence_assessed_by_themselves"


@pytest.mark.parametrize(
    ("evidence_type", "nobody", "themselves", "another"),
    [
        (EvidenceType.quiz, None, None, None),
        (EvidenceType.project, None, None, None),
        (EvidenceType.peer_review, ANOTHER, ANOTHER, None),
        (EvidenceType.instructor_assessment, ANOTHER, ANOTHER, None),
        (EvidenceType.self_assessment, None, None, THEMSELVES),
    ],
)
async def test_who_may_have_assessed_depends_on_the_evidence(
    session: AsyncSession,
    world: World,
    evidence_type: str,
    nobody: str | None,
    themselves: str | None,
    another: str | None,
) -> None:
    def by(assessor: Any) -> Any:
        return learning.evidence(world.learner, world.competency, evidence_type=evidence_type, assessed_by=assessor)

    assert await refused(session, by(None)) == nobody
    assert await refused(session, by(world.learner.id)) == themselves
    assert await refused(session, by(world.instructor.id)) == another


@pytest.mark.req("A-TAB-33")
@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({"score": -1}, "ck_competency_evidence_score"),
        ({"score": 101}, "ck_competency_evidence_score"),
        ({"evidence_type": "hearsay"}, "ck_competency_evidence_evidence_type"),
    ],
)
async def test_evidence_is_of_a_kind_and_within_the_scale(
    session: AsyncSession, world: World, more: dict[str, Any], constraint: str
) -> None:
    assert await refused(session, learning.evidence(world.learner, world.competency, **more)) == constraint


async def test_only_a_quiz_comes_from_an_attempt(session: AsyncSession, world: World) -> None:
    project = learning.evidence(world.learner, world.competency, attempt_id=world.attempt.id)
    assert await refused(session, project) == "ck_competency_evidence_attempt_is_a_quiz"


async def test_an_unused_skill_goes_with_its_parts_and_links(session: AsyncSession, world: World) -> None:
    child = learning.skill(parent_skill_id=world.skill.id)
    session.add(child)
    await session.flush()
    session.add_all([world.course_skill(), SkillPrerequisite(skill_id=child.id, prerequisite_id=world.skill.id)])
    await session.flush()
    session.expunge_all()
    assert await kept(session, world.skill) is None
    assert (await session.get_one(Skill, child.id)).parent_skill_id is None
    for table in (Competency, CourseSkill, SkillPrerequisite):
        assert (await session.scalars(select(table))).all() == []


@pytest.mark.parametrize(
    ("build", "of", "constraint"),
    [
        (lambda w: w.progress(), "skill", "fk_user_skill_progress_skill_id"),
        (lambda w: learning.badge(w.learner, w.skill), "skill", "fk_skill_badges_skill_id"),
        (lambda w: learning.evidence(w.learner, w.competency), "skill", "fk_competency_evidence_competency_id"),
        (lambda w: learning.evidence(w.learner, w.competency), "competency", "fk_competency_evidence_competency_id"),
        (
            lambda w: learning.evidence(w.learner, w.competency, enrollment_id=w.enrollment.id),
            "enrollment",
            "fk_competency_evidence_enrollment_id",
        ),
        (
            lambda w: learning.evidence(w.learner, w.competency, evidence_type="quiz", attempt_id=w.attempt.id),
            "attempt",
            "fk_competency_evidence_attempt_id",
        ),
    ],
)
async def test_what_was_shown_keeps_what_it_shows(
    session: AsyncSession, world: World, build: Build, of: str, constraint: str
) -> None:
    session.add(build(world))
    await session.flush()
    assert await kept(session, getattr(world, of)) == constraint
