"""Learners and the organizations that buy seats."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0005_academy_people"
down_revision: str | None = "0004_notifications"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending_payment'"), nullable=False),
        sa.Column("seats_purchased", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("seats_used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stripe_customer_id", sa.Text(), nullable=True),
        sa.Column("stripe_invoice_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending_payment', 'active', 'suspended')", name=op.f("ck_organizations_status")
        ),
        sa.CheckConstraint("seats_used >= 0 AND seats_used <= seats_purchased", name=op.f("ck_organizations_seats")),
        sa.ForeignKeyConstraint(["id"], ["core.organizations.id"], name=op.f("fk_organizations_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        schema="academy",
    )
    op.create_index(
        "ix_organizations_contact_email", "organizations", ["contact_email"], unique=False, schema="academy"
    )
    op.create_index("ix_organizations_domain", "organizations", ["domain"], unique=False, schema="academy")
    op.create_index("ix_organizations_status", "organizations", ["status"], unique=False, schema="academy")
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("token_identifier", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default=sa.text("'individual'"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("linkedin_url", sa.Text(), nullable=True),
        sa.Column("phone_number", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("email_notifications", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sms_notifications", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("notification_preferences", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "organization_id IS NOT NULL OR role IN ('individual', 'platform_admin')",
            name=op.f("ck_users_role_needs_organization"),
        ),
        sa.CheckConstraint(
            "role IN ('individual', 'org_admin', 'org_member', 'platform_admin')", name=op.f("ck_users_role")
        ),
        sa.ForeignKeyConstraint(["id"], ["core.accounts.id"], name=op.f("fk_users_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["academy.organizations.id"], name=op.f("fk_users_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        schema="academy",
    )
    op.create_index("ix_users_email", "users", [sa.literal_column("lower(email)")], unique=True, schema="academy")
    op.create_index("ix_users_organization_id", "users", ["organization_id"], unique=False, schema="academy")
    op.create_index("uq_users_token_identifier", "users", ["token_identifier"], unique=True, schema="academy")


def downgrade() -> None:
    op.drop_table("users", schema="academy")
    op.drop_table("organizations", schema="academy")
