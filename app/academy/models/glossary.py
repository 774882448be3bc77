"""The glossary (A-TAB-20)."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.core.database.model import Row, Versioned
from app.core.database.search import searchable


class GlossaryTerm(Row, Versioned, Base):
    """One term and what it means (A-TAB-20)."""

    __tablename__ = "glossary_terms"
    __table_args__ = (
        Index("uq_glossary_terms_slug", "slug", unique=True),
        Index("ix_glossary_terms_category_is_active", "category", "is_active"),
        Index("ix_glossary_terms_abbreviation", "abbreviation"),
        Index("ix_glossary_terms_search", "search", postgresql_using="gin"),
    )

    term: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    abbreviation: Mapped[str | None] = mapped_column(Text)
    definition: Mapped[str] = mapped_column(Text)
    extended_definition: Mapped[str | None] = mapped_column(Text)
    examples: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    category: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    search: Mapped[str] = searchable()


class GlossaryRelatedTerm(Base):
    """A term to read on with. It points one way: the other term need not point back."""

    __tablename__ = "glossary_related_terms"
    __table_args__ = (
        CheckConstraint("term_id <> related_term_id", name="not_itself"),
        Index("ix_glossary_related_terms_related_term_id", "related_term_id"),
    )

    term_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.glossary_terms.id", ondelete="CASCADE"), primary_key=True
    )
    related_term_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.glossary_terms.id", ondelete="CASCADE"), primary_key=True
    )


class GlossaryTermSkill(Base):
    """A skill that a term belongs to."""

    __tablename__ = "glossary_term_skills"
    __table_args__ = (Index("ix_glossary_term_skills_skill_id", "skill_id"),)

    term_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.glossary_terms.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True)
