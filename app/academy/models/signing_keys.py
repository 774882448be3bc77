"""The keys that sign credentials."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.model import Row


class SigningKey(Row, Base):
    """An Ed25519 key of the academy. One signs; the others are retired, and what they signed goes on being verified.

    `private_key` is encrypted with the key of our settings that `key_id` names; a retired key has lost it for good.
    """

    __tablename__ = "signing_keys"
    __table_args__ = (
        CheckConstraint("public_key ~ '^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$'", name="public_key"),
        # nonce and tag alone are 28 bytes
        CheckConstraint("octet_length(private_key) > 28", name="encrypted"),
        CheckConstraint("(retired_at IS NULL) = (private_key IS NOT NULL)", name="retired"),
        Index("uq_signing_keys_public_key", "public_key", unique=True),
        Index(
            "uq_signing_keys_active",
            text("(retired_at IS NULL)"),
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    public_key: Mapped[str] = mapped_column(Text)
    private_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(Text)
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
