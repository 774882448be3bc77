"""Connections between learners (A-TAB-45)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Row


class ConnectionSource(StrEnum):
    """What brought two people together: their cohort, one of them, a suggestion."""

    cohort = "cohort"
    manual = "manual"
    suggested = "suggested"


class ConnectionStatus(StrEnum):
    """pending → accepted or declined, by the one who was asked; either may block (A-PEER-02)."""

    pending = "pending"
    accepted = "accepted"
    declined = "declined"
    blocked = "blocked"


class PeerConnection(Row, Base):
    """Two learners, one row whoever asked whom (A-TAB-45, Z-148): `user_id` asked `connected_user_id`.

    `cohort_id` is the cohort that connected them; the seed's `session_id` stays a class session (Z-02).
    """

    __tablename__ = "peer_connections"
    __table_args__ = (
        one_of("connection_source", ConnectionSource),
        one_of("status", ConnectionStatus),
        CheckConstraint("user_id <> connected_user_id", name="not_oneself"),
        CheckConstraint("connection_source <> 'cohort' OR cohort_id IS NOT NULL", name="cohort"),
        CheckConstraint("status <> 'accepted' OR accepted_at IS NOT NULL", name="accepted"),
        CheckConstraint("(status = 'blocked') = (blocked_by_id IS NOT NULL)", name="blocked"),
        CheckConstraint("blocked_by_id IN (user_id, connected_user_id)", name="blocked_by_one_of_them"),
        Index(
            "uq_peer_connections_pair",
            func.least(text("user_id"), text("connected_user_id")),
            func.greatest(text("user_id"), text("connected_user_id")),
            unique=True,
        ),
        Index("ix_peer_connections_user_id_status", "user_id", "status"),
        Index("ix_peer_connections_connected_user_id_status", "connected_user_id", "status"),
        Index("ix_peer_connections_session_id", "session_id"),
        Index("ix_peer_connections_cohort_id", "cohort_id"),
        Index("ix_peer_connections_blocked_by_id", "blocked_by_id"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    connected_user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    connection_source: Mapped[str] = mapped_column(Text)
    session_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.sessions.id", ondelete="SET NULL"))
    cohort_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.cohorts.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(Text, server_default=text("'pending'"), default=ConnectionStatus.pending)
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    blocked_by_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
