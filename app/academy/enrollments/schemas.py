"""What goes in and out of enrollments."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AnyUrl, ConfigDict, Field, JsonValue, StringConstraints, UrlConstraints

from app.academy.models import CohortStatus, EnrollmentStatus, PaymentStatus, PaymentType
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Cents, Identified, Instant, Text, View, absent

_ID = "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e12"
_ENROLLMENT: dict[str, JsonValue] = {
    "id": _ID,
    "cohort_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e13",
    "course_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e14",
    "account_id": "0199f0c4-7a00-7c3e-9d5e-2f4b6a8c0e15",
    "organization_id": None,
    "payment_status": "completed",
    "payment_type": "b2c",
    "enrollment_status": "active",
    "purchase_date": "2027-01-15T10:00:00Z",
    "has_seat": True,
    "hold_expires_at": None,
    "checkout_url": None,
    "intake_survey_completed": False,
    "office_hours_eligible_until": "2027-06-01T17:00:00Z",
    "materials_access_until": "2028-03-02T17:00:00Z",
    "chatbot_access_until": "2027-06-01T17:00:00Z",
    "has_office_hours_access": True,
    "has_materials_access": True,
    "has_chatbot_access": True,
    "ended_at": None,
    "end_reason": None,
    "transferred_to_id": None,
    "created_at": "2027-01-15T10:00:00Z",
    "updated_at": "2027-01-15T10:02:00Z",
}

ReturnUrl = Annotated[
    AnyUrl,
    UrlConstraints(max_length=2000, allowed_schemes=["https", "http"], host_required=True),
    Field(json_schema_extra={"format": "uri"}),
]
CheckoutSessionId = Annotated[str, StringConstraints(pattern=r"^cs_[A-Za-z0-9_]{1,250}$")]
Reason = Annotated[Text, Field(min_length=1, max_length=500)]


class AcademyCheckoutCreate(Body):
    """Where Stripe sends the buyer afterwards. Prices are never taken from a client (A-PAY-06)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/courses"}
            ]
        }
    )

    success_url: ReturnUrl
    cancel_url: ReturnUrl


class AcademyEnrollment(Identified):
    """A person's place in a cohort. The three `has_…_access` say what payment and windows allow right now."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ENROLLMENT]})

    cohort_id: UUID
    course_id: UUID
    account_id: UUID
    organization_id: UUID | None
    payment_status: PaymentStatus
    payment_type: PaymentType
    enrollment_status: EnrollmentStatus
    purchase_date: Instant
    has_seat: bool
    hold_expires_at: Instant | None = Field(description="Until when the seat waits for payment")
    checkout_url: str | None = Field(description="Where a pending checkout can still be paid")
    intake_survey_completed: bool
    office_hours_eligible_until: Instant
    materials_access_until: Instant
    chatbot_access_until: Instant
    has_office_hours_access: bool
    has_materials_access: bool
    has_chatbot_access: bool
    ended_at: Instant | None
    end_reason: str | None
    transferred_to_id: UUID | None


class AcademyCheckout(View):
    """A seat on hold, and where to pay for it. For a free course there is nothing to pay: both are null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "enrollment": {**_ENROLLMENT, "payment_status": "pending"},
                    "checkout_url": "https://checkout.stripe.com/c/pay/cs_test_a1",
                    "expires_at": "2027-01-15T10:32:00Z",
                }
            ]
        }
    )

    enrollment: AcademyEnrollment
    checkout_url: str | None
    expires_at: Instant | None


class AcademyEnrollmentCreate(Body):
    """For whom; nobody named means oneself. A platform admin may name a checkout that was opened elsewhere.

    Such an enrollment is pending until Stripe tells of the payment; naming the same checkout again gives it again.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{}, {"account_id": _ID}, {"account_id": _ID, "stripe_checkout_session_id": "cs_test_a1"}]
        }
    )

    account_id: UUID | None = None
    stripe_checkout_session_id: CheckoutSessionId | None = None


class AcademyCancellationCreate(Body):
    """Why, in one's own words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "I cannot make the dates"}]})

    reason: Reason | None = None


class AcademyTransferCreate(Body):
    """The cohort to move to, of the same course."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cohort_id": _ID}]})

    cohort_id: UUID


class AcademyRefundCreate(Body):
    """How much goes back; nothing named means all of it. A part leaves access as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Illness"}, {"amount_cents": 5000}]})

    amount_cents: Annotated[Cents, Field(ge=1)] = absent()
    reason: Reason | None = None


class AcademyIntakeSurveyCreate(Body):
    """The learner's answers, by question: at most 50 of them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answers": {"experience": "some", "goal": "Automate reports"}}]}
    )

    answers: dict[Annotated[Text, Field(min_length=1, max_length=100)], Annotated[Text, Field(max_length=2000)]] = (
        Field(min_length=1, max_length=50)
    )


class AcademyEnrollmentSort(StrEnum):
    """What a list of enrollments can be sorted by."""

    newest = "-purchase_date"
    oldest = "purchase_date"


class AcademyEnrollmentFilter(PageQuery):
    """Which of the enrollments."""

    payment_status: Annotated[PaymentStatus | None, Field(description="Only those whose payment stands so")] = None
    enrollment_status: Annotated[EnrollmentStatus | None, Field(description="Only those in this state")] = None
    course_id: Annotated[UUID | None, Field(description="Only those in cohorts of this course")] = None
    sort: AcademyEnrollmentSort = AcademyEnrollmentSort.newest


class AcademyEnrolledCohortRun(View):
    """When the cohort runs, and where it meets."""

    id: UUID
    name: str
    start_date: Instant
    end_date: Instant
    status: CohortStatus
    zoom_link: str | None


class AcademyEnrolledCourse(View):
    """What is learned."""

    id: UUID
    title: str
    slug: str


class AcademyEnrolledCohort(View):
    """A cohort one has paid for, with its course."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "enrollment": _ENROLLMENT,
                    "cohort": {
                        "id": _ENROLLMENT["cohort_id"],
                        "name": "AI Enablement Cohort - March 2027",
                        "start_date": "2027-03-01T09:00:00Z",
                        "end_date": "2027-03-02T17:00:00Z",
                        "status": "open",
                        "zoom_link": None,
                    },
                    "course": {"id": _ENROLLMENT["course_id"], "title": "AI Fundamentals", "slug": "ai-fundamentals"},
                }
            ]
        }
    )

    enrollment: AcademyEnrollment
    cohort: AcademyEnrolledCohortRun
    course: AcademyEnrolledCourse
