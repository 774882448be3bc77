"""What a member is told in the application (T-TAB-14)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.model import Identified, KeptByMonths


class Notification(KeptByMonths, Identified, Base):
    """`community.notifications`: a member is told of something (T-TAB-14), in the seed's own shape (Z-131).

    `type` and `data` are open: what a known type must carry is checked where it is written (T-GEN-08). The table is
    kept by months.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_notifications_user_id_read", "user_id", "read"),
        Index("ix_notifications_actor_id", "actor_id", postgresql_where=text("actor_id IS NOT NULL")),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("community.users.id", ondelete="SET NULL"))
    actor_name: Mapped[str | None] = mapped_column(Text)
    data: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    read: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), primary_key=True, sort_order=1000
    )
