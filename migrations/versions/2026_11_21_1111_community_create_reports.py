"""Reports for the moderators."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0211_community_reports"
down_revision: str | None = "0210_community_points"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column(
            "target_type",
            sa.Text(),
            sa.Computed(
                "CASE WHEN post_id IS NOT NULL THEN 'post' WHEN comment_id IS NOT NULL THEN 'comment' ELSE 'user' END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "target_id",
            sa.Uuid(),
            sa.Computed("coalesce(post_id, comment_id, member_id)", persisted=True),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'pending') = (resolved_at IS NULL)", name=op.f("ck_reports_resolved_at")),
        sa.CheckConstraint("status <> 'pending' OR resolved_by_id IS NULL", name=op.f("ck_reports_resolved_by_id")),
        sa.CheckConstraint("status IN ('pending', 'resolved', 'dismissed')", name=op.f("ck_reports_status")),
        sa.CheckConstraint("target_type IN ('post', 'comment', 'user')", name=op.f("ck_reports_target_type")),
        sa.CheckConstraint("num_nonnulls(post_id, comment_id, member_id) = 1", name=op.f("ck_reports_one_target")),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["community.comments.id"], name=op.f("fk_reports_comment_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["community.users.id"], name=op.f("fk_reports_member_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["community.posts.id"], name=op.f("fk_reports_post_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["community.users.id"], name=op.f("fk_reports_reporter_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["community.users.id"], name=op.f("fk_reports_resolved_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        schema="community",
    )
    op.create_index(
        "ix_reports_comment_id",
        "reports",
        ["comment_id"],
        schema="community",
        postgresql_where=sa.text("comment_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reports_member_id",
        "reports",
        ["member_id"],
        schema="community",
        postgresql_where=sa.text("member_id IS NOT NULL"),
    )
    op.create_index(
        "ix_reports_post_id",
        "reports",
        ["post_id"],
        schema="community",
        postgresql_where=sa.text("post_id IS NOT NULL"),
    )
    op.create_index("ix_reports_reporter_id", "reports", ["reporter_id"], schema="community")
    op.create_index(
        "ix_reports_resolved_by_id",
        "reports",
        ["resolved_by_id"],
        schema="community",
        postgresql_where=sa.text("resolved_by_id IS NOT NULL"),
    )
    op.create_index("ix_reports_status_created_at", "reports", ["status", "created_at", "id"], schema="community")
    op.create_index("ix_reports_target_type_target_id", "reports", ["target_type", "target_id"], schema="community")
    op.create_index(
        "uq_reports_open",
        "reports",
        ["reporter_id", "target_type", "target_id"],
        unique=True,
        schema="community",
        postgresql_where=sa.text("status = 'pending'"),
    )

    op.execute("SELECT core.watch_updates('community.reports')")


def downgrade() -> None:
    op.drop_table("reports", schema="community")
