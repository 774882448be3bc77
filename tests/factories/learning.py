"""Rows of the academy's learning side: complete, unlike each other, unsaved. Parents first, as in `academy.py`."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentQuestion,
    AssessmentType,
    Certificate,
    ClassSession,
    Cohort,
    Competency,
    CompetencyEvidence,
    Course,
    Difficulty,
    Enrollment,
    EvidenceType,
    LearningPath,
    LearningPathStep,
    Lesson,
    PathCertificate,
    PathEnrollment,
    PathPaymentType,
    PathStepCompletion,
    PaymentStatus,
    PricingModel,
    QuestionType,
    QuestionVersion,
    Skill,
    SkillBadge,
    SkillCategory,
    SkillLevel,
    TargetAudience,
    UnlockRule,
)
from app.academy.models.open_badges import (
    Achievement,
    CredentialSubject,
    Criteria,
    IdentityObject,
    Issuer,
    OpenBadgeCredential,
)
from app.academy.models.questions import QuestionContent
from app.academy.models.shapes import Answer
from app.core.ids import new_id
from app.identity.models import Account

_CONTENT = list(QuestionContent.__annotations__)


def enrollment(person: Account, cohort: Cohort, **more: Any) -> Enrollment:
    """A paid place in a cohort; its seat is not counted."""
    values = {
        "id": new_id(),
        "user_id": person.id,
        "cohort_id": cohort.id,
        "course_id": cohort.course_id,
        "payment_status": PaymentStatus.completed,
        "office_hours_eligible_until": cohort.end_date + timedelta(days=90),
        "materials_access_until": cohort.end_date + timedelta(days=365),
        "chatbot_access_until": cohort.end_date + timedelta(days=90),
    }
    return Enrollment(**values | more)


def skill(**more: Any) -> Skill:
    """A technical skill, from the first level to the last."""
    made = new_id()
    values = {
        "id": made,
        "name": "Prompt Engineering",
        "slug": f"prompt-engineering-{made.hex}",
        "description": "To ask so that the answer helps.",
        "category": SkillCategory.technical,
        "level": SkillLevel.foundational,
    }
    return Skill(**values | more)


def competency(skill: Skill, **more: Any) -> Competency:
    """Something that every kind of evidence may show."""
    values = {
        "id": new_id(),
        "skill_id": skill.id,
        "name": "Write effective system prompts",
        "description": "Says who the model is and what it is for.",
        "assessment_criteria": "The model stays in its role.",
        "evidence_types": [*EvidenceType],
        "passing_threshold": Decimal(70),
    }
    return Competency(**values | more)


def lesson(item: ClassSession, **more: Any) -> Lesson:
    """The first lesson of a class session."""
    values = {
        "id": new_id(),
        "session_id": item.id,
        "title": "System prompts",
        "description": "What they are for.",
        "order_in_session": 1,
        "duration_minutes": 20,
    }
    return Lesson(**values | more)


def assessment(course: Course, **more: Any) -> Assessment:
    """The assessment before a course."""
    values = {
        "id": new_id(),
        "title": "What you know already",
        "type": AssessmentType.pre_course,
        "course_id": course.id,
        "passing_score": Decimal(0),
    }
    return Assessment(**values | more)


def question(assessment: Assessment, **more: Any) -> AssessmentQuestion:
    """A choice of two, worth five points."""
    values = {
        "id": new_id(),
        "assessment_id": assessment.id,
        "question_type": QuestionType.multiple_choice,
        "question_text": "What is a system prompt?",
        "answers": [
            Answer(id="a", text="An instruction", is_correct=True),
            Answer(id="b", text="A fee", is_correct=False),
        ],
        "points": Decimal(5),
        "difficulty": Difficulty.medium,
        "version": 1,
    }
    return AssessmentQuestion(**values | more)


def question_version(question: AssessmentQuestion, **more: Any) -> QuestionVersion:
    """A question as it is now, for attempts to keep."""
    content = {name: getattr(question, name) for name in _CONTENT if getattr(question, name) is not None}
    return QuestionVersion(**{"id": new_id(), "question_id": question.id, "version": question.version} | content | more)


def attempt(person: Account, assessment: Assessment, **more: Any) -> AssessmentAttempt:
    """A first attempt, under way."""
    values = {"id": new_id(), "user_id": person.id, "assessment_id": assessment.id, "attempt_number": 1}
    return AssessmentAttempt(**values | more)


def evidence(person: Account, competency: Competency, **more: Any) -> CompetencyEvidence:
    """A project that was passed."""
    values = {
        "id": new_id(),
        "user_id": person.id,
        "competency_id": competency.id,
        "evidence_type": EvidenceType.project,
        "score": Decimal(80),
        "passed": True,
    }
    return CompetencyEvidence(**values | more)


def path(**more: Any) -> LearningPath:
    """A bundle of three courses, cheaper by 23 percent."""
    made = new_id()
    values = {
        "id": made,
        "title": "AI Foundations Track",
        "slug": f"ai-foundations-track-{made.hex}",
        "description": "Three courses, one after the other.",
        "short_description": "Master the fundamentals in six weeks",
        "target_audience": TargetAudience.individual,
        "estimated_duration": "6 weeks",
        "pricing_model": PricingModel.bundled,
        "list_price": 129_700,
        "bundle_price": 99_700,
    }
    return LearningPath(**values | more)


def path_step(path: LearningPath, course: Course, **more: Any) -> LearningPathStep:
    """The first step of a path, open at once."""
    values = {
        "id": new_id(),
        "path_id": path.id,
        "course_id": course.id,
        "step_number": 1,
        "unlock_rule": UnlockRule.immediate,
    }
    return LearningPathStep(**values | more)


def step_completion(enrollment: PathEnrollment, step_id: UUID | str) -> PathStepCompletion:
    """A step that somebody has done."""
    return PathStepCompletion(path_enrollment_id=enrollment.id, path_id=enrollment.path_id, step_id=step_id)


def path_enrollment(person: Account, path: LearningPath, **more: Any) -> PathEnrollment:
    """Somebody who has bought the path at once."""
    values = {"id": new_id(), "user_id": person.id, "path_id": path.id, "payment_type": PathPaymentType.bundle}
    return PathEnrollment(**values | more)


def credential(**more: Any) -> OpenBadgeCredential:
    """An Open Badge that nobody has signed yet."""
    made = new_id()
    values = {
        "context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:{made}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": Issuer(id="https://academy.example", name="AI Enablement Academy", url="https://academy.example"),
        "valid_from": "2026-11-01T12:00:00Z",
        "credential_subject": CredentialSubject(
            identifier=[
                IdentityObject(hashed=True, identity_hash="sha256$cebba9", identity_type="emailAddress", salt="9f2c1d")
            ],
            achievement=Achievement(
                id="https://academy.example/achievements/prompt-engineering",
                name="Prompt Engineering - practitioner",
                description="Demonstrated practitioner proficiency in Prompt Engineering",
                criteria=Criteria(narrative="Completed the cohort."),
            ),
        ),
    }
    return OpenBadgeCredential(**values | more)


def certificate(enrollment: Enrollment, **more: Any) -> Certificate:
    """A certificate of the course of an enrollment."""
    made = new_id()
    values = {
        "id": made,
        "enrollment_id": enrollment.id,
        "user_id": enrollment.user_id,
        "course_id": enrollment.course_id,
        "cohort_id": enrollment.cohort_id,
        "badge_data": credential(),
        "status_position": made.int % 2**31,
        "verification_url": f"https://academy.example/verify/{made}",
        "linkedin_share_url": "https://www.linkedin.com/sharing/share-offsite/",
    }
    return Certificate(**values | more)


def path_certificate(enrollment: PathEnrollment, **more: Any) -> PathCertificate:
    """A certificate of a whole path."""
    made = new_id()
    values = {
        "id": made,
        "user_id": enrollment.user_id,
        "path_id": enrollment.path_id,
        "enrollment_id": enrollment.id,
        "certificate_number": f"PATH-2026-{made.int % 10**6:06}",
        "badge_data": credential(),
        "status_position": made.int % 2**31,
        "public_url": f"https://academy.example/verify/{made}",
    }
    return PathCertificate(**values | more)


def badge(person: Account, skill: Skill, **more: Any) -> SkillBadge:
    """A badge for the first level of a skill."""
    made = new_id()
    values = {
        "id": made,
        "user_id": person.id,
        "skill_id": skill.id,
        "level": SkillLevel.foundational,
        "badge_data": credential(),
        "status_position": made.int % 2**31,
        "public_url": f"https://academy.example/badges/{made}",
    }
    return SkillBadge(**values | more)
