"""Certificates as their holders see them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.academy.credentials.schemas import EXAMPLE_ID, EXAMPLE_LINKS, Did, Linked
from app.academy.models import CertificateStatus, CredentialState, SkillLevel
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Flag, Identified, Instant, View

_ID: JsonDict = {"id": EXAMPLE_ID, "created_at": "2027-03-06T09:00:00Z", "updated_at": "2027-03-06T09:00:02Z"}
_COMMON: JsonDict = {
    "account_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15",
    "status": "issued",
    "state": "valid",
    "issued_at": "2027-03-06T09:00:00Z",
    "holder_name": "Ada Lovelace",
    "pdf_id": "0199f0c4-9a01-7c3e-9b1d-0000000000c2",
    "revoked_at": None,
    "revocation_reason": None,
    "links": EXAMPLE_LINKS,
}


class AcademyCertificateCreate(Body):
    """How the certificate is to name its holder. Only the holder says so; whoever issues for another leaves it out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"is_name_public": True}]})

    is_name_public: Annotated[
        Flag, Field(description="Whether everybody who has its address is shown the holder's name")
    ] = False
    holder_did: Annotated[
        Did | None, Field(description="A DID of the holder's own, as the subject of the credential")
    ] = None


class Attested(Identified, Linked):
    """What certificates of courses and of paths have in common."""

    account_id: UUID
    status: CertificateStatus = Field(description="`issuing` while the worker makes its files; it holds either way")
    state: CredentialState
    issued_at: Instant
    holder_name: str | None = Field(description="What everybody is shown; null unless the holder agreed")
    pdf_id: UUID | None = Field(description="Null until the file is made: GET /credentials/{id}/pdf")
    revoked_at: Instant | None
    revocation_reason: str | None


class AcademyCertificate(Attested):
    """A certificate of a course."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_ID,
                    **_COMMON,
                    "enrollment_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e31",
                    "course_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e14",
                    "cohort_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e13",
                    "verification_url": f"https://academy.example/verify/{EXAMPLE_ID}",
                    "linkedin_share_url": "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Facademy",
                    "badge_image_id": "0199f0c4-9a01-7c3e-9b1d-0000000000c1",
                }
            ]
        }
    )

    enrollment_id: UUID
    course_id: UUID
    cohort_id: UUID
    verification_url: str
    linkedin_share_url: str
    badge_image_id: UUID | None = Field(description="Null until the file is made: GET /credentials/{id}/png")

    def _page(self) -> str:
        return self.verification_url


class AcademySkillAchieved(View):
    """A skill that a path certificate attests."""

    skill_id: UUID
    level: SkillLevel


class AcademyCourseCompleted(View):
    """A course that a path certificate lists, by the title it had then."""

    course_id: UUID
    title: str
    completed_at: Instant


class AcademyPathCertificate(Attested):
    """A certificate of a whole learning path."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_ID,
                    **_COMMON,
                    "enrollment_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e41",
                    "path_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e42",
                    "certificate_number": "PATH-2027-001234",
                    "expires_at": None,
                    "skills_achieved": [{"skill_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e43", "level": "advanced"}],
                    "courses_completed": [
                        {
                            "course_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e14",
                            "title": "Applied AI for Teams",
                            "completed_at": "2027-03-05T17:00:00Z",
                        }
                    ],
                    "public_url": f"https://academy.example/verify/{EXAMPLE_ID}",
                }
            ]
        }
    )

    enrollment_id: UUID
    path_id: UUID
    certificate_number: str
    expires_at: Instant | None
    skills_achieved: list[AcademySkillAchieved]
    courses_completed: list[AcademyCourseCompleted]
    public_url: str

    def _page(self) -> str:
        return self.public_url


class AcademyCertificateSort(StrEnum):
    """What certificates can be sorted by."""

    newest = "-issued_at"
    oldest = "issued_at"


class AcademyMyCertificateFilter(PageQuery):
    """Which of one's own."""

    state: Annotated[CredentialState | None, Field(description="Only those in this state")] = None
    sort: AcademyCertificateSort = AcademyCertificateSort.newest


class AcademyCertificateFilter(AcademyMyCertificateFilter):
    """Which of all."""

    account_id: Annotated[UUID | None, Field(description="Only this person's")] = None
    course_id: Annotated[UUID | None, Field(description="Only of this course")] = None
    cohort_id: Annotated[UUID | None, Field(description="Only of this cohort")] = None


class AcademyPathCertificateFilter(AcademyMyCertificateFilter):
    """Which of all."""

    account_id: Annotated[UUID | None, Field(description="Only this person's")] = None
    path_id: Annotated[UUID | None, Field(description="Only of this path")] = None
    certificate_number: Annotated[
        str | None, Field(pattern=r"^PATH-\d{4}-\d{6}$", description="The one with this number")
    ] = None
