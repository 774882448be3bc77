"""Resources: what the library has to read, watch and download (A-TAB-19)."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.academy.models.base import Base
from app.academy.models.library import Rated, ResourceAccess, stars_add_up
from app.core.database.checks import one_of
from app.core.database.model import Row, Versioned
from app.core.database.search import searchable


class ResourceType(StrEnum):
    """What kind of thing a resource is; terms and prompts also have tables of their own."""

    template = "template"
    framework = "framework"
    prompt = "prompt"
    glossary = "glossary"
    case_study = "case_study"
    checklist = "checklist"
    tool_guide = "tool_guide"
    video = "video"
    article = "article"
    external_link = "external_link"


class Resource(Row, Versioned, Rated, Base):
    """One item of the library (A-TAB-19). The counters move without an edit."""

    __tablename__ = "resources"
    __table_args__ = (
        one_of("type", ResourceType),
        one_of("access_level", ResourceAccess),
        stars_add_up(),
        CheckConstraint("download_count >= 0 AND view_count >= 0", name="counts"),
        Index("uq_resources_slug", "slug", unique=True),
        Index("ix_resources_type_is_active_sort_order", "type", "is_active", "sort_order"),
        Index("ix_resources_category_is_active_sort_order", "category", "is_active", "sort_order"),
        Index("ix_resources_is_featured_is_active_sort_order", "is_featured", "is_active", "sort_order"),
        Index("ix_resources_search", "search", postgresql_using="gin"),
        Index("ix_resources_file_id", "file_id"),
        Index("ix_resources_author_id", "author_id"),
    )

    title: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default=list)
    content: Mapped[str | None] = mapped_column(Text)
    file_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("core.files.id", ondelete="SET NULL"))
    file_type: Mapped[str | None] = mapped_column(Text)
    external_url: Mapped[str | None] = mapped_column(Text)
    video_url: Mapped[str | None] = mapped_column(Text)
    access_level: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("academy.users.id", ondelete="SET NULL"))
    download_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    view_count: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    is_featured: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    is_active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    sort_order: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    search: Mapped[str] = searchable()


class ResourceCourse(Base):
    """A course whose learners may open a resource that is specific to courses."""

    __tablename__ = "resource_courses"
    __table_args__ = (Index("ix_resource_courses_course_id", "course_id"),)

    resource_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.resources.id", ondelete="CASCADE"), primary_key=True
    )
    course_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.courses.id", ondelete="CASCADE"), primary_key=True
    )


class ResourceSkill(Base):
    """A skill that a resource helps with."""

    __tablename__ = "resource_skills"
    __table_args__ = (Index("ix_resource_skills_skill_id", "skill_id"),)

    resource_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("academy.resources.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("academy.skills.id", ondelete="CASCADE"), primary_key=True)
