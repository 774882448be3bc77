"""Profiles, learners and billing sides as the outside sees them."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.academy.models import OrganizationStatus, Role
from app.core.http.pages import PageQuery
from app.core.http.schema import Body, Count, Email, Flag, Instant, Title, View, WebUrl, absent
from app.identity.accounts.schemas import TimeZone

_ACCOUNT = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c11"
_ORGANIZATION = "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c21"
_TIMES: JsonDict = {"created_at": "2027-01-10T09:00:00Z", "updated_at": "2027-01-10T09:00:00Z"}
_LEARNER: JsonDict = {
    "account_id": _ACCOUNT,
    "email": "ada@example.com",
    "name": "Ada Byron",
    "role": "org_member",
    "organization_id": _ORGANIZATION,
}
_COMMUNITY: JsonDict = {
    "thread_replies": True,
    "instructor_replies": True,
    "best_answers": True,
    "peer_connections": False,
    "subscribed_threads": True,
}
_ABOUT: JsonDict = {
    "company": "Analytical Guild",
    "title": "Countess",
    "linkedin_url": "https://www.linkedin.com/in/ada",
    "phone_number": "+442071838750",
    "timezone": "Europe/London",
}
_BILLING: JsonDict = {
    "name": "Analytical Guild",
    "domain": "guild.example",
    "contact_email": "billing@guild.example",
    "contact_name": "Bea Billing",
    "seats_purchased": 10,
}

Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
Domain = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=253,
        pattern=r"^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$",
    ),
]


# One's own profile


class AcademyCommunityPreferences(View):
    """Which messages of the community somebody wants."""

    thread_replies: bool
    instructor_replies: bool
    best_answers: bool
    peer_connections: bool
    subscribed_threads: bool


class AcademyNotificationPreferences(View):
    """What somebody wants to be told, and on which channels. The two channels are the profile's two flags."""

    email_notifications: bool
    sms_notifications: bool
    community: AcademyCommunityPreferences


class AcademyProfile(View):
    """The caller in the academy."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_LEARNER,
                    **_ABOUT,
                    "email_notifications": True,
                    "sms_notifications": False,
                    "notification_preferences": {
                        "email_notifications": True,
                        "sms_notifications": False,
                        "community": _COMMUNITY,
                    },
                    **_TIMES,
                }
            ]
        }
    )

    account_id: UUID
    email: str
    name: str
    role: Role
    organization_id: UUID | None
    company: str | None
    title: str | None
    linkedin_url: str | None
    phone_number: str | None
    timezone: str | None
    email_notifications: bool
    sms_notifications: bool
    notification_preferences: Annotated[AcademyNotificationPreferences, Field(validation_alias="preferences")]
    created_at: Instant
    updated_at: Instant


class AcademyCommunityPreferencesUpdate(Body):
    """Switches to turn; the others stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"peer_connections": False}]})

    thread_replies: Flag = absent()
    instructor_replies: Flag = absent()
    best_answers: Flag = absent()
    peer_connections: Flag = absent()
    subscribed_threads: Flag = absent()


class AcademyNotificationPreferencesUpdate(Body):
    """Switches to turn; the others stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"community": {"peer_connections": False}}]})

    email_notifications: Flag = absent()
    sms_notifications: Flag = absent()
    community: AcademyCommunityPreferencesUpdate = absent()


class AcademyProfileUpdate(Body):
    """What somebody may change of their profile. A channel may be named by its flag or in the preferences."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"company": "Analytical Guild", "timezone": None}]})

    company: Title | None = None
    title: Title | None = None
    linkedin_url: WebUrl | None = None
    phone_number: Phone | None = None
    timezone: TimeZone | None = None
    email_notifications: Flag = absent()
    sms_notifications: Flag = absent()
    notification_preferences: AcademyNotificationPreferencesUpdate = absent()

    @model_validator(mode="after")
    def _one_word_per_channel(self) -> Self:
        if "notification_preferences" in self.model_fields_set:
            wished = self.notification_preferences
            for channel in ("email_notifications", "sms_notifications"):
                both = channel in self.model_fields_set and channel in wished.model_fields_set
                if both and getattr(self, channel) != getattr(wished, channel):
                    raise PydanticCustomError("contradiction", "The flags and the preferences contradict each other")
        return self


# Everybody's


class AcademyLearnerSummary(View):
    """Somebody in a list."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LEARNER]})

    account_id: UUID
    email: str
    name: str
    role: Role
    organization_id: UUID | None


class AcademyLearner(View):
    """Somebody in the academy."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_LEARNER, **_ABOUT, **_TIMES}]})

    account_id: UUID
    email: str
    name: str
    role: Role
    organization_id: UUID | None
    company: str | None
    title: str | None
    linkedin_url: str | None
    phone_number: str | None
    timezone: str | None
    created_at: Instant
    updated_at: Instant


class AcademyLearnerUpdate(Body):
    """Somebody's role, and the organization that pays for their seats. `org_admin` and `org_member` need one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"role": "org_member", "organization_id": _ORGANIZATION}]}
    )

    role: Role = absent()
    organization_id: UUID | None = None


class AcademyLearnerSort(StrEnum):
    """What learners may be sorted by; a minus means descending."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"


class AcademyLearnerFilter(PageQuery):
    """Filters of the list of learners."""

    role: Annotated[Role | None, Field(description="Only people with this role")] = None
    organization_id: Annotated[UUID | None, Field(description="Only people of this organization")] = None
    q: Annotated[Title | None, Field(description="Part of the name or the address, whatever its case")] = None
    sort: Annotated[AcademyLearnerSort, Field(description="Sorted by; a minus means descending")] = (
        AcademyLearnerSort.NAME
    )


class AcademyTimezoneBackfill(View):
    """A backfill that has been asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": _ACCOUNT}]})

    id: UUID


# Organizations


class AcademyOrganization(View):
    """The billing side of an organization. `id` is the organization's own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": _ORGANIZATION, **_BILLING, "status": "active", "seats_used": 3, **_TIMES}]
        }
    )

    id: UUID
    name: str
    domain: str
    contact_email: str
    contact_name: str
    status: OrganizationStatus
    seats_purchased: int
    seats_used: int
    created_at: Instant
    updated_at: Instant


class AcademyOrganizationCreate(Body):
    """Let an organization buy seats. It waits for its payment; without `name` it is called as it is elsewhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"organization_id": _ORGANIZATION, **_BILLING}]})

    organization_id: UUID
    name: Title | None = None
    domain: Domain
    contact_email: Email
    contact_name: Title
    seats_purchased: Count = 0


class AcademyOrganizationUpdate(Body):
    """What may change; nothing of it may be null."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "active", "seats_purchased": 25}]})

    name: Title = absent()
    domain: Domain = absent()
    contact_email: Email = absent()
    contact_name: Title = absent()
    seats_purchased: Count = absent()
    status: OrganizationStatus = absent()


class AcademyOrganizationSort(StrEnum):
    """What organizations may be sorted by; a minus means descending."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"


class AcademyOrganizationFilter(PageQuery):
    """Filters of the list of organizations."""

    status: Annotated[OrganizationStatus | None, Field(description="Only organizations of this status")] = None
    q: Annotated[Title | None, Field(description="Part of the name or the domain, whatever its case")] = None
    sort: Annotated[AcademyOrganizationSort, Field(description="Sorted by; a minus means descending")] = (
        AcademyOrganizationSort.NAME
    )
