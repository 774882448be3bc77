"""Connections between learners, and communities on other platforms."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0129_academy_peers"
down_revision: str | None = "0128_identity_integrations"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "peer_connections",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("connected_user_id", sa.Uuid(), nullable=False),
        sa.Column("connection_source", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'blocked') = (blocked_by_id IS NOT NULL)", name=op.f("ck_peer_connections_blocked")
        ),
        sa.CheckConstraint(
            "connection_source <> 'cohort' OR cohort_id IS NOT NULL", name=op.f("ck_peer_connections_cohort")
        ),
        sa.CheckConstraint(
            "connection_source IN ('cohort', 'manual', 'suggested')", name=op.f("ck_peer_connections_connection_source")
        ),
        sa.CheckConstraint(
            "status <> 'accepted' OR accepted_at IS NOT NULL", name=op.f("ck_peer_connections_accepted")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'accepted', 'declined', 'blocked')", name=op.f("ck_peer_connections_status")
        ),
        sa.CheckConstraint(
            "blocked_by_id IN (user_id, connected_user_id)", name=op.f("ck_peer_connections_blocked_by_one_of_them")
        ),
        sa.CheckConstraint("user_id <> connected_user_id", name=op.f("ck_peer_connections_not_oneself")),
        sa.ForeignKeyConstraint(
            ["blocked_by_id"], ["academy.users.id"], name=op.f("fk_peer_connections_blocked_by_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["academy.cohorts.id"], name=op.f("fk_peer_connections_cohort_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["connected_user_id"],
            ["academy.users.id"],
            name=op.f("fk_peer_connections_connected_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["academy.sessions.id"], name=op.f("fk_peer_connections_session_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_peer_connections_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_connections")),
        schema="academy",
    )
    op.create_index("ix_peer_connections_blocked_by_id", "peer_connections", ["blocked_by_id"], schema="academy")
    op.create_index("ix_peer_connections_cohort_id", "peer_connections", ["cohort_id"], schema="academy")
    op.create_index(
        "ix_peer_connections_connected_user_id_status",
        "peer_connections",
        ["connected_user_id", "status"],
        schema="academy",
    )
    op.create_index("ix_peer_connections_session_id", "peer_connections", ["session_id"], schema="academy")
    op.create_index("ix_peer_connections_user_id_status", "peer_connections", ["user_id", "status"], schema="academy")
    op.create_index(
        "uq_peer_connections_pair",
        "peer_connections",
        [
            sa.literal_column("least(user_id, connected_user_id)"),
            sa.literal_column("greatest(user_id, connected_user_id)"),
        ],
        unique=True,
        schema="academy",
    )
    op.create_table(
        "external_community_links",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("access_level", sa.Text(), nullable=False),
        sa.Column("sso_enabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("member_sync_enabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("credential_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "access_level IN ('all_users', 'enrolled', 'alumni', 'premium')",
            name=op.f("ck_external_community_links_access_level"),
        ),
        sa.CheckConstraint(
            "platform IN ('circle', 'skool', 'discord', 'slack', 'other')",
            name=op.f("ck_external_community_links_platform"),
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["core.integration_credentials.id"],
            name=op.f("fk_external_community_links_credential_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_community_links")),
        schema="academy",
    )
    op.create_index(
        "ix_external_community_links_access_level_is_active",
        "external_community_links",
        ["access_level", "is_active"],
        schema="academy",
    )
    op.create_index(
        "ix_external_community_links_credential_id", "external_community_links", ["credential_id"], schema="academy"
    )
    op.create_index(
        "ix_external_community_links_platform_is_active",
        "external_community_links",
        ["platform", "is_active"],
        schema="academy",
    )
    op.create_table(
        "external_community_courses",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["academy.external_community_links.id"],
            name=op.f("fk_external_community_courses_community_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["academy.courses.id"],
            name=op.f("fk_external_community_courses_course_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("community_id", "course_id", name=op.f("pk_external_community_courses")),
        schema="academy",
    )
    op.create_index(
        "ix_external_community_courses_course_id", "external_community_courses", ["course_id"], schema="academy"
    )
    op.create_table(
        "user_community_memberships",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("external_member_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'invited'"), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sync_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('invited', 'active', 'inactive')", name=op.f("ck_user_community_memberships_status")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["academy.external_community_links.id"],
            name=op.f("fk_user_community_memberships_community_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_user_community_memberships_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_community_memberships")),
        sa.UniqueConstraint("user_id", "community_id", name=op.f("uq_user_community_memberships_user_id_community_id")),
        schema="academy",
    )
    op.create_index(
        "ix_user_community_memberships_community_id_status",
        "user_community_memberships",
        ["community_id", "status"],
        schema="academy",
    )
    op.create_index(
        "uq_user_community_memberships_external",
        "user_community_memberships",
        ["community_id", "external_member_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("external_member_id IS NOT NULL"),
    )
    for table in ("peer_connections", "external_community_links", "user_community_memberships"):
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    for table in (
        "user_community_memberships",
        "external_community_courses",
        "external_community_links",
        "peer_connections",
    ):
        op.drop_table(table, schema="academy")
