"""What an assessment needs to exist and to be published (A-ASM-01, A-ASM-03, A-ASM-14)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from app.academy.models import AssessmentType, QuestionType
from app.core.errors import FieldError

# Nobody fails these: they measure where somebody stands (Z-98).
UNJUDGED = frozenset({AssessmentType.pre_course, AssessmentType.self_assessment})
PAIR = {AssessmentType.pre_course: AssessmentType.post_course, AssessmentType.post_course: AssessmentType.pre_course}
MOST_SKILLS = 3


class AssessmentCheck(StrEnum):
    """What a check can find. The first group stands in the way of publication, the second only warns."""

    no_questions = "no_questions"
    nothing_to_earn = "nothing_to_earn"
    pair_skills_differ = "pair_skills_differ"
    pair_questions_differ = "pair_questions_differ"

    question_without_skill = "question_without_skill"
    question_with_many_skills = "question_with_many_skills"
    skill_not_of_assessment = "skill_not_of_assessment"
    pool_smaller_than_draw = "pool_smaller_than_draw"
    attempts_without_retake = "attempts_without_retake"


_MESSAGES = {
    AssessmentCheck.no_questions: "There is no active question",
    AssessmentCheck.nothing_to_earn: "There is a passing score, and no question brings points",
    AssessmentCheck.pair_skills_differ: "The assessments before and after the course do not test the same skills",
    AssessmentCheck.pair_questions_differ: "This question is not what the assessment before the course asks any more",
    AssessmentCheck.question_without_skill: "This question is mapped to no skill; 1 to 3 are usual",
    AssessmentCheck.question_with_many_skills: "This question is mapped to more than three skills",
    AssessmentCheck.skill_not_of_assessment: "This question tests a skill that the assessment does not name",
    AssessmentCheck.pool_smaller_than_draw: "There are fewer questions than an attempt draws: each draws all of them",
    AssessmentCheck.attempts_without_retake: "Without retakes there is one attempt, whatever the limit says",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, of the whole or of one question."""

    check: AssessmentCheck
    question_id: UUID | None = None

    @property
    def message(self) -> str:
        return _MESSAGES[self.check]


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def is_publishable(self) -> bool:
        return not self.errors


@dataclass(frozen=True, slots=True)
class CheckedQuestion:
    """An active question as far as checks look. `is_stale`: it differs from the one that it repeats."""

    id: UUID
    question_type: str
    points: Decimal
    skill_ids: frozenset[UUID]
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class CheckedAssessment:
    """The settings that checks look at."""

    type: str
    passing_score: Decimal
    skill_ids: frozenset[UUID]
    questions_per_attempt: int | None
    allow_retake: bool
    max_attempts: int | None


def scope_problems(
    kind: AssessmentType, course_id: UUID | None, lesson_id: UUID | None, skill_ids: Collection[UUID]
) -> Iterator[FieldError]:
    """What the scope of a type lacks, or has too much."""
    if kind in PAIR and course_id is None:
        yield FieldError("/course_id", "missing", "An assessment before or after a course names the course")
    if kind is AssessmentType.knowledge_check and lesson_id is None:
        yield FieldError("/lesson_id", "missing", "A knowledge check names its lesson")
    if kind is not AssessmentType.knowledge_check and lesson_id is not None:
        yield FieldError("/lesson_id", "not_of_this_type", "Only a knowledge check belongs to a lesson")
    if kind is AssessmentType.skill_assessment and not skill_ids:
        yield FieldError("/skill_ids", "missing", "A skill assessment names the skills")


def most_attempts(*, allow_retake: bool, max_attempts: int | None) -> int | None:
    """How often it may be taken; None is without end (Z-96)."""
    return max_attempts if allow_retake else 1


def check(
    assessment: CheckedAssessment,
    questions: Sequence[CheckedQuestion],
    partner_skills: frozenset[UUID] | None,
) -> Report:
    """What stands in the way of publication. `partner_skills`: what the pair's other half tests, None without one."""
    errors = list(_errors(assessment, questions, partner_skills))
    return Report(tuple(errors), tuple(_warnings(assessment, questions)))


def _errors(
    assessment: CheckedAssessment, questions: Sequence[CheckedQuestion], partner_skills: frozenset[UUID] | None
) -> Iterator[Finding]:
    if not questions:
        yield Finding(AssessmentCheck.no_questions)
    earned = sum(each.points for each in questions if each.question_type != QuestionType.rating_scale)
    if questions and assessment.passing_score > 0 and assessment.type not in UNJUDGED and not earned:
        yield Finding(AssessmentCheck.nothing_to_earn)
    if partner_skills is not None and skills_of(questions) != partner_skills:
        yield Finding(AssessmentCheck.pair_skills_differ)
    for each in questions:
        if each.is_stale:
            yield Finding(AssessmentCheck.pair_questions_differ, each.id)


def _warnings(assessment: CheckedAssessment, questions: Sequence[CheckedQuestion]) -> Iterator[Finding]:
    for each in questions:
        if not each.skill_ids:
            yield Finding(AssessmentCheck.question_without_skill, each.id)
        elif len(each.skill_ids) > MOST_SKILLS:
            yield Finding(AssessmentCheck.question_with_many_skills, each.id)
        if assessment.skill_ids and each.skill_ids - assessment.skill_ids:
            yield Finding(AssessmentCheck.skill_not_of_assessment, each.id)
    if assessment.questions_per_attempt is not None and 0 < len(questions) < assessment.questions_per_attempt:
        yield Finding(AssessmentCheck.pool_smaller_than_draw)
    if not assessment.allow_retake and (assessment.max_attempts or 1) > 1:
        yield Finding(AssessmentCheck.attempts_without_retake)


def skills_of(questions: Sequence[CheckedQuestion]) -> frozenset[UUID]:
    """Every skill that some question tests."""
    return frozenset(skill for each in questions for skill in each.skill_ids)
