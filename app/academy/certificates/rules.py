"""Who has earned a certificate, and what stands on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.academy.credentials import rules as credentials
from app.academy.credentials.rules import AchievementKind, CredentialKind, Draft
from app.academy.models import CohortStatus, EnrollmentStatus, PaymentStatus
from app.academy.models.open_badges import Achievement
from app.settings import settings


class Reason(StrEnum):
    """Why there is no certificate (Z-87)."""

    payment_not_completed = "payment_not_completed"
    enrollment_ended = "enrollment_ended"
    cohort_cancelled = "cohort_cancelled"
    cohort_not_completed = "cohort_not_completed"
    assessment_not_passed = "assessment_not_passed"
    attendance_not_met = "attendance_not_met"


SENTENCES: Mapping[Reason, str] = {
    Reason.payment_not_completed: "The payment is not completed",
    Reason.enrollment_ended: "The enrollment has ended without completion",
    Reason.cohort_cancelled: "The cohort was cancelled",
    Reason.cohort_not_completed: "The cohort is not completed yet",
    Reason.assessment_not_passed: "A required assessment is not passed",
    Reason.attendance_not_met: "Too few sessions were attended",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an enrollment when somebody asks for its certificate."""

    payment_status: str
    enrollment_status: str
    cohort_status: str
    unpassed_assessments: int = 0
    required_attendance_percent: int | None = None
    sessions: int = 0
    attended: int = 0
    is_marked_completed: bool = False


def reasons_against(standing: Standing) -> list[Reason]:
    """Everything that stands against a certificate; nothing: it is earned.

    An instructor's mark stands for cohort, assessments and attendance (Z-67), never for the payment.
    """
    found = []
    if standing.payment_status != PaymentStatus.completed:
        found.append(Reason.payment_not_completed)
    if standing.enrollment_status != EnrollmentStatus.active:
        found.append(Reason.enrollment_ended)
    if standing.cohort_status == CohortStatus.cancelled:
        found.append(Reason.cohort_cancelled)
    if standing.is_marked_completed:
        return found
    if standing.cohort_status not in {CohortStatus.completed, CohortStatus.cancelled}:
        found.append(Reason.cohort_not_completed)
    if standing.unpassed_assessments:
        found.append(Reason.assessment_not_passed)
    wanted = standing.required_attendance_percent
    if wanted is not None and standing.attended * 100 < wanted * standing.sessions:
        found.append(Reason.attendance_not_met)
    return found


def day(value: datetime) -> str:
    """`5 March 2027`."""
    return f"{value.astimezone(UTC).day} {value.astimezone(UTC):%B %Y}"


def course_achievement(cohort_id: UUID, title: str, slug: str, end_date: datetime) -> Achievement:
    """What a course certificate attests (A-CRT-02)."""
    return credentials.achievement(
        url=credentials.achievement_url(AchievementKind.cohorts, str(cohort_id)),
        kind="CertificateOfCompletion",
        name=f"{title} Completion",
        description=f"Completed {title} cohort on {day(end_date)}",
        narrative=f"Participated in {title} intensive cohort training.",
        image=credentials.image_url(slug),
        caption=f"Badge of {title}",
    )


def path_achievement(
    path_id: UUID, title: str, slug: str, courses: Sequence[str], skills: Sequence[tuple[str, str]]
) -> Achievement:
    """What a path certificate attests: all courses, and the skills with their levels (A-LPC-01)."""
    narrative = f"Completed every required course of {title}: {'; '.join(courses)}."
    if skills:
        narrative += f" Skills: {'; '.join(f'{name} ({level})' for name, level in skills)}."
    return credentials.achievement(
        url=credentials.achievement_url(AchievementKind.paths, str(path_id)),
        kind="Certificate",
        name=f"{title} Completion",
        description=f"Completed the learning path {title}",
        narrative=narrative,
        image=credentials.image_url(f"path.{slug}"),
        caption=f"Badge of {title}",
    )


def draft_of(
    kind: CredentialKind,
    certificate_id: UUID,
    achievement: Achievement,
    *,
    title: str,
    email: str,
    issued_at: datetime,
    did: str | None = None,
) -> Draft:
    """The credential of a certificate, to be signed."""
    url = credentials.page_url(kind, certificate_id)
    return Draft(certificate_id, kind, url, title, achievement, email, issued_at, did=did)


def number(year: int, position: int) -> str:
    """`PATH-2027-000042` (Z-129)."""
    return f"PATH-{year}-{position:06}"


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed."""

    holder: str
    title: str
    narrative: str
    issued_at: datetime
    url: str
    is_path: bool = False
    number: str | None = None
    courses: Sequence[str] = ()
    skills: Sequence[tuple[str, str]] = ()


def printed(paper: Paper) -> dict[str, Any]:
    """The data of `certificate.typ`."""
    issuer = settings().credentials.issuer_name
    deed = "has completed the learning path" if paper.is_path else "has completed the course"
    lists = [
        {"heading": "Courses", "items": list(paper.courses)},
        {"heading": "Skills", "items": [f"{name}: {level}" for name, level in paper.skills]},
    ]
    facts = [{"label": "Issued", "text": day(paper.issued_at)}]
    if paper.number is not None:
        facts.append({"label": "Number", "text": paper.number})
    return {
        "issuer": issuer,
        "document_title": f"Certificate of Completion: {paper.title}",
        "document_description": f"{paper.holder} {deed} {paper.title}",
        "heading": "Certificate of Completion",
        "awarded_to": "This certifies that",
        "holder": paper.holder,
        "deed": deed,
        "title": paper.title,
        "narrative": "" if paper.is_path else paper.narrative,
        "lists": [each for each in lists if each["items"]],
        "facts": facts,
        "verify_label": "Verify at",
        "verification_url": paper.url,
    }
