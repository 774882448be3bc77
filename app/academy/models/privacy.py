"""What learners let others see, who looked, and how an erasure is agreed on (A-TAB-55, A-TAB-56)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry, Row, Versioned


class AccessType(StrEnum):
    """What a manager did with the data of learners (A-DSH-04)."""

    view_dashboard = "view_dashboard"
    export_report = "export_report"
    view_individual = "view_individual"
    send_reminder = "send_reminder"


class ErasureReviewState(StrEnum):
    """open until the organization agrees or objects; silence until the window closes is consent."""

    open = "open"
    agreed = "agreed"
    objected = "objected"
    lapsed = "lapsed"


class UserPrivacySettings(Row, Versioned, Base):
    """What one learner allows (A-TAB-55). Here everything is off: whoever enters through an organization begins with
    scores, activity and certificates on (A-PRV-01), which no default of a column can know.

    Beside the seed's four: to be suggested as a peer (A-PEER-04), a public portfolio of badges (A-BDG-08), managers
    seeing office hours (A-PRV-04), and events going to outside analytics until somebody opts out (Z-139).
    """

    __tablename__ = "user_privacy_settings"
    __table_args__ = (UniqueConstraint("user_id"),)

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    allow_manager_view_scores: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    allow_manager_view_activity: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    allow_manager_view_certificates: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    allow_manager_view_office_hours: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    allow_leaderboard_display: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    allow_public_portfolio: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    allow_peer_suggestions: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    allow_outside_analytics: Mapped[bool] = mapped_column(server_default=text("true"), default=True)


class ManagerAccessLog(Entry, Base):
    """One look of a manager at learners' data, written with the answer and never changed (A-TAB-56)."""

    __tablename__ = "manager_access_logs"
    __table_args__ = (
        one_of("access_type", AccessType),
        CheckConstraint("access_type <> 'view_individual' OR target_user_id IS NOT NULL", name="whose"),
        Index("ix_manager_access_logs_manager_id_timestamp", "manager_id", "timestamp"),
        Index("ix_manager_access_logs_organization_id_timestamp", "organization_id", "timestamp"),
        Index("ix_manager_access_logs_target_user_id_timestamp", "target_user_id", "timestamp"),
    )

    manager_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    access_type: Mapped[str] = mapped_column(Text)
    target_user_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    timestamp: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ErasureReview(Row, Base):
    """An organization's say in the erasure of one of its people: 30 days to object, with a legal reason (Z-164).

    `removed_at` is when the person left the dashboards; after `closes_at` nothing keeps them there (A-PRV-06).
    """

    __tablename__ = "erasure_reviews"
    __table_args__ = (
        one_of("state", ErasureReviewState),
        CheckConstraint("closes_at > requested_at AND closes_at - requested_at <= interval '30 days'", name="window"),
        CheckConstraint("(state = 'objected') = (legal_reason IS NOT NULL)", name="legal_reason"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_erasure_reviews_open",
            "user_id",
            "organization_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_erasure_reviews_user_id", "user_id"),
        Index("ix_erasure_reviews_organization_id_state", "organization_id", "state"),
        Index("ix_erasure_reviews_decided_by_id", "decided_by_id"),
        Index("ix_erasure_reviews_closes_at", "closes_at", postgresql_where=text("removed_at IS NULL")),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="RESTRICT"))
    organization_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.organizations.id", ondelete="RESTRICT"))
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(Text, server_default=text("'open'"), default=ErasureReviewState.open)
    legal_reason: Mapped[str | None] = mapped_column(Text)
    decided_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
