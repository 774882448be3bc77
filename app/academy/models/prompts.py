"""The prompt library (A-TAB-21)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.academy.models.documents import ModelSettings, PromptVariable
from app.academy.models.library import PromptAccess, Rated, stars_add_up
from app.core.database.checks import has_shape, lists, one_of
from app.core.database.model import Row, Versioned
from app.core.database.search import searchable
from app.core.database.shaped import Shaped

VARIABLE = {
    "name": "string",
    "description": "string",
    "type": "string",
    "required": "boolean",
    "default_value?": "string",
    "options?": "array",
}


class PromptCategory(StrEnum):
    """What a prompt is for."""

    writing = "writing"
    analysis = "analysis"
    coding = "coding"
    research = "research"
    business = "business"
    creative = "creative"
    system = "system"


class Prompt(Row, Versioned, Rated, Base):
    """A prompt to fill in: `{{name}}` in its template is a variable (A-TAB-21). The counters move without an edit."""

    __tablename__ = "prompts"
    __table_args__ = (
        one_of("category", PromptCategory),
        one_of("access_level", PromptAccess),
        lists("variables", VARIABLE),
        CheckConstraint(
            """NOT jsonb_path_exists(variables, '$[*].type ? (!(@ == "text" || @ == "textarea" || @ == "select"))')""",
            name="variable_types",
        ),
        has_shape("model_settings", {"temperature?": "number", "max_tokens?": "number"}),
        stars_add_up(),
        CheckConstraint("use_count >= 0", name="use_count"),
        Index("uq_prompts_slug", "slug", unique=True),
        Index("ix_prompts_category_is_active", "category", "is_active"),
        Index("ix_prompts_subcategory_is_active", "subcategory", "is_active"),
        Index("ix_prompts_is_featured_is_active", "is_featured", "is_active"),
        Index("ix_prompts_search", "search", postgresql_using="gin"),
        Index("ix_prompts_author_id", "author_id"),
    )

    title: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    subcategory: Mapped[str] = mapped_column(Text)
    prompt_template: Mapped[str] = mapped_column(Text)
    variables: Mapped[list[PromptVariable]] = mapped_column(
        Shaped(list[PromptVariable]), server_default=text("'[]'::jsonb"), default=list
    )
    example_output: Mapped[str | None] = mapped_column(Text)
    recommended_models: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    model_settings: Mapped[ModelSettings | None] = mapped_column(Shaped(ModelSettings))
    author_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    use_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    is_featured: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    access_level: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = searchable()


class PromptSkill(Base):
    """A skill that a prompt helps with."""

    __tablename__ = "prompt_skills"
    __table_args__ = (Index("ix_prompt_skills_skill_id", "skill_id"),)

    prompt_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.prompts.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True)
