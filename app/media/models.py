"""Stored files: what is known of each; the bytes lie in the storage under `storage_key`."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.database.checks import one_of
from app.core.database.model import Row, Table, metadata


class Base(Table, DeclarativeBase):
    """Declarative base of the tables of stored files."""

    metadata = metadata
    __schema__ = "core"


class FileState(StrEnum):
    """`pending`: announced, its bytes are not there yet. `removed`: its bytes are gone, the row says that they were."""

    pending = "pending"
    stored = "stored"
    removed = "removed"


class StoredFile(Row, Base):
    """`core.files`: one uploaded or generated file, of whichever system (the seeds' `_storage`).

    `storage_key` is random and says nothing of its owner or content. `media_type` is what the bytes were found to be,
    not what the uploader called them (rule 59). A system points here with a foreign key; a file nobody points at is
    swept.
    """

    __tablename__ = "files"
    __table_args__ = (
        one_of("state", FileState),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("state <> 'stored' OR size_bytes IS NOT NULL AND sha256 IS NOT NULL", name="stored_is_known"),
        Index("uq_files_storage_key", "storage_key", unique=True),
        Index("ix_files_account_id", "account_id"),
        Index("ix_files_organization_id", "organization_id"),
        Index("ix_files_pending", "created_at", postgresql_where=text("state = 'pending'")),
    )

    storage_key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'pending'"), default=FileState.pending)
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Whose it is; what the house generates for an organization (a report) may be nobody's in particular.
    account_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.accounts.id", ondelete="SET NULL"))
    organization_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.organizations.id", ondelete="RESTRICT"))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
