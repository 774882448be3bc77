"""What resources and prompts of the library have in common: who may open them, and how they are rated."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, Float, text
from sqlalchemy.orm import Mapped, mapped_column


class ResourceAccess(StrEnum):
    """Who may open a resource: anyone, or who signed in, is enrolled, in its own course, has premium (A-RES-03)."""

    public = "public"
    registered = "registered"
    enrolled = "enrolled"
    course_specific = "course_specific"
    premium = "premium"


class PromptAccess(StrEnum):
    """Who may open a prompt; prompts belong to no course."""

    public = "public"
    registered = "registered"
    enrolled = "enrolled"
    premium = "premium"


class Rated:
    """Stars, 1 to 5, as a sum and a count; the average follows and cannot disagree with them (A-RES-04)."""

    rating: Mapped[float | None] = mapped_column(
        Float, Computed("rating_sum::double precision / NULLIF(rating_count, 0)::double precision", persisted=True)
    )
    rating_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    rating_sum: Mapped[int] = mapped_column(server_default=text("0"), default=0)


def stars_add_up() -> CheckConstraint:
    """As many ratings as counted can make this sum."""
    return CheckConstraint("rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count", name="rating")
