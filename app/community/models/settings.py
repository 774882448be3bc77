"""How the community presents itself and where its money goes (T-TAB-23)."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.community.models.base import Base
from app.core.database.model import Row, Versioned


class CommunitySettings(Row, Versioned, Base):
    """`community.community_settings`: the one row of the one community (T-TAB-23, Z-16).

    `custom_domain` is stored once it was verified (T-SET-01). Checkouts run on the connected account (T-PAY-02).
    """

    __tablename__ = "community_settings"
    __table_args__ = (
        CheckConstraint("custom_domain = lower(custom_domain)", name="custom_domain"),
        Index("uq_community_settings_only_row", text("(true)"), unique=True),
        Index(
            "ix_community_settings_logo_storage_id",
            "logo_storage_id",
            postgresql_where=text("logo_storage_id IS NOT NULL"),
        ),
        Index(
            "ix_community_settings_favicon_storage_id",
            "favicon_storage_id",
            postgresql_where=text("favicon_storage_id IS NOT NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    logo_storage_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    favicon_storage_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    primary_color: Mapped[str | None] = mapped_column(Text)
    custom_domain: Mapped[str | None] = mapped_column(Text)
    stripe_connected_account_id: Mapped[str | None] = mapped_column(Text)
