"""Learning paths: what they are for and what they cost (A-TAB-24); their courses are `path_steps.py`."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Numeric, Text, Uuid, cast, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, column_property, mapped_column, query_expression

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned


class TargetAudience(StrEnum):
    """Whom a path is for."""

    individual = "individual"
    team = "team"
    enterprise = "enterprise"
    all = "all"


class PricingModel(StrEnum):
    """How a path is paid for in the first place: course by course, at once, or as long as it lasts."""

    individual = "individual"
    bundled = "bundled"
    subscription = "subscription"


class OfferKind(StrEnum):
    """What an offer sells: the whole path at once, or a subscription to it."""

    bundle = "bundle"
    subscription = "subscription"


class BillingInterval(StrEnum):
    """How often a subscription is paid."""

    month = "month"
    year = "year"


class LearningPath(Row, Versioned, Base):
    """A sequence of courses (A-TAB-24). `list_price` is what its courses cost one by one; the discount follows from it
    and `bundle_price`, so the two cannot disagree (Z-123). Further prices are `PathOffer`s.
    """

    __tablename__ = "learning_paths"
    __table_args__ = (
        one_of("target_audience", TargetAudience),
        one_of("pricing_model", PricingModel),
        CheckConstraint("bundle_price >= 0 AND list_price >= 0", name="prices"),
        CheckConstraint("(bundle_price IS NOT NULL) = (pricing_model = 'bundled')", name="bundled_has_a_price"),
        CheckConstraint("total_courses >= 0 AND total_hours >= 0", name="totals"),
        CheckConstraint("enrollment_count >= 0 AND completion_count >= 0", name="counts"),
        Index("uq_learning_paths_slug", "slug", unique=True),
        Index("ix_learning_paths_is_featured_is_active", "is_featured", "is_active"),
        Index("ix_learning_paths_target_audience_is_active", "target_audience", "is_active"),
        Index("ix_learning_paths_thumbnail_id", "thumbnail_id"),
    )

    title: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    short_description: Mapped[str] = mapped_column(Text)
    target_audience: Mapped[str] = mapped_column(Text)
    target_role: Mapped[str | None] = mapped_column(Text)
    estimated_duration: Mapped[str] = mapped_column(Text)
    total_courses: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    total_hours: Mapped[Decimal] = mapped_column(Numeric(8, 2), server_default=text("0"), default=Decimal(0))
    outcomes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    pricing_model: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text, server_default=text("'usd'"), default="usd")
    list_price: Mapped[int | None]
    bundle_price: Mapped[int | None]
    bundle_discount: Mapped[int | None] = mapped_column(
        Computed(
            "CASE WHEN bundle_price < list_price"
            " THEN round(100.0 * (list_price - bundle_price) / list_price)::integer END",
            persisted=True,
        )
    )
    thumbnail_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    icon_url: Mapped[str | None] = mapped_column(Text)
    color: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_featured: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    sort_order: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    enrollment_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    completion_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)

    # Order and title in one value, to sort and page by; `sort_order` is never negative.
    place: Mapped[str] = column_property(func.lpad(cast(sort_order, Text), 10, "0") + title)
    # Filled by `paths/queries.py`, null when a query does not ask for it.
    skill_ids: Mapped[list[UUID] | None] = query_expression()


class PathSkill(Base):
    """`skill_ids` of a path: a skill that it develops."""

    __tablename__ = "learning_path_skills"
    __table_args__ = (Index("ix_learning_path_skills_skill_id", "skill_id"),)

    path_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.learning_paths.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True)


class PathOffer(Row, Versioned, Base):
    """One more way to buy a path (Z-123): a subscription has an interval, a bundle is paid once."""

    __tablename__ = "path_offers"
    __table_args__ = (
        one_of("kind", OfferKind),
        one_of("billing_interval", BillingInterval),
        CheckConstraint("(billing_interval IS NOT NULL) = (kind = 'subscription')", name="has_an_interval"),
        CheckConstraint("price_cents >= 0", name="price_cents"),
        Index("ix_path_offers_path_id", "path_id", "is_active"),
        Index("uq_path_offers_stripe_price_id", "stripe_price_id", unique=True),
    )

    path_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.learning_paths.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    for_organizations: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(Text, server_default=text("'usd'"), default="usd")
    billing_interval: Mapped[str | None] = mapped_column(Text)
    stripe_price_id: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
