"""How people come into an organization: invitations that hold seats, proven domains; and what profiles did not say."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0120_academy_joining"
down_revision: str | None = "0114_academy_worksheets"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INVITE_CHECKS = {
    "token_is_a_hash": "invite_token ~ '^[0-9a-f]{64}$'",
    "holds_seat": "NOT holds_seat OR status = 'pending' AND cohort_id IS NOT NULL",
    "accepted": "(status = 'accepted') = (accepted_at IS NOT NULL)",
    "accepted_by_somebody": "status = 'accepted' OR num_nonnulls(accepted_by_id, enrollment_id) = 0",
}


def upgrade() -> None:
    _profiles()
    _invites()
    _domains()


def _profiles() -> None:
    op.add_column("organizations", sa.Column("timezone", sa.Text(), nullable=True), schema="academy")
    op.add_column("users", sa.Column("department", sa.Text(), nullable=True), schema="academy")
    for column in ("posting_suspended_at", "posting_suspended_until"):
        op.add_column("users", sa.Column(column, sa.DateTime(timezone=True), nullable=True), schema="academy")
    op.create_check_constraint(
        op.f("ck_users_posting_suspended"),
        "users",
        "posting_suspended_until IS NULL"
        " OR posting_suspended_at IS NOT NULL AND posting_suspended_until > posting_suspended_at",
        schema="academy",
    )
    op.create_check_constraint(
        op.f("ck_users_notification_preferences_shape"),
        "users",
        "notification_preferences IS NULL OR jsonb_typeof(notification_preferences) = 'object'"
        " AND coalesce(jsonb_typeof(notification_preferences -> 'email_notifications'), 'null') IN ('boolean', 'null')"
        " AND coalesce(jsonb_typeof(notification_preferences -> 'sms_notifications'), 'null') IN ('boolean', 'null')"
        " AND coalesce(jsonb_typeof(notification_preferences -> 'community'), 'null') IN ('object', 'null')",
        schema="academy",
    )
    op.create_check_constraint(
        op.f("ck_users_community_preferences"),
        "users",
        """NOT jsonb_path_exists(notification_preferences, '$.community.* ? (@.type() != "boolean")')""",
        schema="academy",
    )
    op.create_index("ix_users_organization_id_department", "users", ["organization_id", "department"], schema="academy")


def _invites() -> None:
    op.add_column(
        "organization_invites",
        sa.Column("holds_seat", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="academy",
    )
    for column, target, ondelete in (
        ("invited_by_id", "users", "SET NULL"),
        ("accepted_by_id", "users", "SET NULL"),
        ("enrollment_id", "enrollments", "RESTRICT"),
    ):
        op.add_column("organization_invites", sa.Column(column, sa.Uuid(), nullable=True), schema="academy")
        op.create_foreign_key(
            op.f(f"fk_organization_invites_{column}"),
            "organization_invites",
            target,
            [column],
            ["id"],
            source_schema="academy",
            referent_schema="academy",
            ondelete=ondelete,
        )
        op.create_index(f"ix_organization_invites_{column}", "organization_invites", [column], schema="academy")
    for name, rule in INVITE_CHECKS.items():
        op.create_check_constraint(
            op.f(f"ck_organization_invites_{name}"), "organization_invites", rule, schema="academy"
        )
    op.create_index(
        "uq_organization_invites_pending",
        "organization_invites",
        [sa.literal_column("lower(email)"), "organization_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("status = 'pending' AND cohort_id IS NULL"),
    )
    op.create_index(
        "uq_organization_invites_pending_cohort",
        "organization_invites",
        [sa.literal_column("lower(email)"), "organization_id", "cohort_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("status = 'pending' AND cohort_id IS NOT NULL"),
    )
    op.create_index(
        "ix_organization_invites_expires_at",
        "organization_invites",
        ["expires_at"],
        schema="academy",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_organization_invites_held",
        "organization_invites",
        ["organization_id"],
        schema="academy",
        postgresql_where=sa.text("holds_seat"),
    )


def _domains() -> None:
    op.create_table(
        "organization_domains",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=False),
        sa.Column("challenge_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_to", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("auto_join", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("proof IN ('dns', 'email')", name=op.f("ck_organization_domains_proof")),
        sa.CheckConstraint(
            "domain = lower(domain) AND domain LIKE '%.%' AND domain NOT LIKE '%@%'",
            name=op.f("ck_organization_domains_domain"),
        ),
        sa.CheckConstraint(
            "(proof = 'email') = (mailed_to IS NOT NULL)", name=op.f("ck_organization_domains_mailed_to")
        ),
        sa.CheckConstraint(
            "lower(split_part(mailed_to, '@', 2)) = domain", name=op.f("ck_organization_domains_mailed_there")
        ),
        sa.CheckConstraint(
            "NOT auto_join OR verified_at IS NOT NULL", name=op.f("ck_organization_domains_auto_join_needs_proof")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["academy.organizations.id"],
            name=op.f("fk_organization_domains_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_domains")),
        sa.UniqueConstraint("organization_id", "domain", name=op.f("uq_organization_domains_organization_id_domain")),
        schema="academy",
    )
    op.create_index(
        "uq_organization_domains_verified",
        "organization_domains",
        ["domain"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("verified_at IS NOT NULL"),
    )
    op.execute("SELECT core.watch_updates('academy.organization_domains')")


def downgrade() -> None:
    op.drop_table("organization_domains", schema="academy")
    for index in ("held", "expires_at"):
        op.drop_index(f"ix_organization_invites_{index}", "organization_invites", schema="academy")
    for index in ("pending_cohort", "pending"):
        op.drop_index(f"uq_organization_invites_{index}", "organization_invites", schema="academy")
    for name in INVITE_CHECKS:
        op.drop_constraint(op.f(f"ck_organization_invites_{name}"), "organization_invites", schema="academy")
    for column in ("enrollment_id", "accepted_by_id", "invited_by_id", "holds_seat"):
        op.drop_column("organization_invites", column, schema="academy")
    op.drop_index("ix_users_organization_id_department", "users", schema="academy")
    for name in ("community_preferences", "notification_preferences_shape", "posting_suspended"):
        op.drop_constraint(op.f(f"ck_users_{name}"), "users", schema="academy")
    for column in ("posting_suspended_until", "posting_suspended_at", "department"):
        op.drop_column("users", column, schema="academy")
    op.drop_column("organizations", "timezone", schema="academy")
