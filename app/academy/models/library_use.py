"""What people do with the library: open, rate, share, bookmark (A-TAB-22, A-TAB-23)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, DateTime, ForeignKey, Index, SmallInteger, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.checks import one_of
from app.core.database.model import Entry, Row

# Written as PostgreSQL repeats it, because that is what the migrations are compared with.
_KIND = (
    "CASE WHEN {resource} IS NOT NULL THEN 'resource'::text WHEN {term} IS NOT NULL THEN 'glossary'::text"
    " WHEN {prompt} IS NOT NULL THEN 'prompt'::text ELSE NULL::text END"
)


class ItemType(StrEnum):
    """What of the library: a resource, a term of the glossary, a prompt."""

    resource = "resource"
    glossary = "glossary"
    prompt = "prompt"


class InteractionType(StrEnum):
    """What was done with it. Who bookmarked what is said by `user_bookmarks`; here it is only an event (Z-134)."""

    view = "view"
    download = "download"
    bookmark = "bookmark"
    rate = "rate"
    share = "share"


class ResourceInteraction(Entry, Base):
    """Something that somebody did with one item of the library (A-TAB-22, Z-134).

    Of a person's ratings of an item the last one counts: the one that no later rating has superseded.
    """

    __tablename__ = "resource_interactions"
    __table_args__ = (
        one_of("interaction_type", InteractionType),
        one_of("item_type", ItemType),
        CheckConstraint("num_nonnulls(resource_id, glossary_term_id, prompt_id) = 1", name="item"),
        CheckConstraint("(interaction_type = 'rate') = (rating IS NOT NULL)", name="rated"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("interaction_type <> 'rate' OR glossary_term_id IS NULL", name="terms_are_not_rated"),
        CheckConstraint("superseded_at IS NULL OR interaction_type = 'rate'", name="superseded"),
        Index("ix_resource_interactions_user_id_resource_id", "user_id", "resource_id"),
        Index("ix_resource_interactions_resource_id_interaction_type", "resource_id", "interaction_type"),
        Index("ix_resource_interactions_glossary_term_id", "glossary_term_id"),
        Index("ix_resource_interactions_prompt_id_interaction_type", "prompt_id", "interaction_type"),
        Index(
            "uq_resource_interactions_rating",
            "user_id",
            "item_id",
            unique=True,
            postgresql_where=text("interaction_type = 'rate' AND superseded_at IS NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    resource_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.resources.id", ondelete="CASCADE"))
    glossary_term_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.glossary_terms.id", ondelete="CASCADE")
    )
    prompt_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.prompts.id", ondelete="CASCADE"))
    item_type: Mapped[str] = mapped_column(
        Text,
        Computed(_KIND.format(resource="resource_id", term="glossary_term_id", prompt="prompt_id"), persisted=True),
    )
    item_id: Mapped[UUID] = mapped_column(
        Uuid, Computed("COALESCE(resource_id, glossary_term_id, prompt_id)", persisted=True)
    )
    interaction_type: Mapped[str] = mapped_column(Text)
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    superseded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class UserBookmark(Row, Base):
    """An item of the library that somebody keeps, with notes that are theirs alone (A-TAB-23, A-RES-06).

    Which item is said by one of three foreign keys; `resource_type` and `resource_id`, the seed's names for it, follow.
    """

    __tablename__ = "user_bookmarks"
    __table_args__ = (
        one_of("resource_type", ItemType),
        CheckConstraint("num_nonnulls(saved_resource_id, saved_term_id, saved_prompt_id) = 1", name="item"),
        Index("uq_user_bookmarks_item", "user_id", "resource_type", "resource_id", unique=True),
        Index("ix_user_bookmarks_saved_resource_id", "saved_resource_id"),
        Index("ix_user_bookmarks_saved_term_id", "saved_term_id"),
        Index("ix_user_bookmarks_saved_prompt_id", "saved_prompt_id"),
    )

    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="CASCADE"))
    saved_resource_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.resources.id", ondelete="CASCADE"))
    saved_term_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("academy.glossary_terms.id", ondelete="CASCADE")
    )
    saved_prompt_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.prompts.id", ondelete="CASCADE"))
    resource_type: Mapped[str] = mapped_column(
        Text,
        Computed(
            _KIND.format(resource="saved_resource_id", term="saved_term_id", prompt="saved_prompt_id"), persisted=True
        ),
    )
    resource_id: Mapped[str] = mapped_column(
        Text, Computed("COALESCE(saved_resource_id, saved_term_id, saved_prompt_id)::text", persisted=True)
    )
    notes: Mapped[str | None] = mapped_column(Text)
