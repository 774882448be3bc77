"""Accounts, their outside logins and sessions, magic links, organizations and memberships."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002_identity_accounts"
down_revision: str | None = "0001_core_machinery"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)


def _instant(name: str, *, nullable: bool = True, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _times() -> list[sa.Column[object]]:
    return [_instant("created_at", nullable=False, now=True), _instant("updated_at", nullable=False, now=True)]


def _version() -> sa.Column[object]:
    return sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)


def _account_fk(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["core.accounts.id"], name=f"fk_{table}_account_id", ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "accounts",
        _id(),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        _instant("suspended_at"),
        _instant("email_verified_at"),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        *_times(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_accounts_status")),
        sa.CheckConstraint(
            "(status = 'suspended') = (suspended_at IS NOT NULL)", name=op.f("ck_accounts_suspended_at")
        ),
        schema="core",
    )
    op.create_index("uq_accounts_email", "accounts", [sa.text("lower(email)")], unique=True, schema="core")
    op.create_table(
        "account_identities",
        _id(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("is_authoritative", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *_times(),
        sa.PrimaryKeyConstraint("id", name="pk_account_identities"),
        _account_fk("account_identities"),
        sa.UniqueConstraint("issuer", "subject", name="uq_account_identities_issuer_subject"),
        schema="core",
    )
    op.create_index("ix_account_identities_account_id", "account_identities", ["account_id"], schema="core")
    op.create_table(
        "auth_sessions",
        _id(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("refresh_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        _instant("rotated_at"),
        _instant("last_used_at", nullable=False, now=True),
        _instant("expires_at", nullable=False),
        _instant("revoked_at"),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        *_times(),
        sa.PrimaryKeyConstraint("id", name="pk_auth_sessions"),
        _account_fk("auth_sessions"),
        sa.CheckConstraint("method IN ('magic_link', 'google', 'command_line')", name=op.f("ck_auth_sessions_method")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_auth_sessions_revoked")),
        schema="core",
    )
    op.create_index("ix_auth_sessions_account_id", "auth_sessions", ["account_id"], schema="core")
    op.create_index("ix_auth_sessions_expires_at", "auth_sessions", ["expires_at"], schema="core")
    op.create_table(
        "magic_links",
        _id(),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("requested_name", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        _instant("expires_at", nullable=False),
        _instant("used_at"),
        *_times(),
        sa.PrimaryKeyConstraint("id", name="pk_magic_links"),
        sa.CheckConstraint("purpose IN ('sign_in')", name=op.f("ck_magic_links_purpose")),
        schema="core",
    )
    op.create_index(
        "ix_magic_links_email_created_at", "magic_links", [sa.text("lower(email)"), "created_at"], schema="core"
    )
    op.create_index("ix_magic_links_expires_at", "magic_links", ["expires_at"], schema="core")
    _organizations()


def _organizations() -> None:
    op.create_table(
        "organizations",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        *_times(),
        _version(),
        sa.PrimaryKeyConstraint("id", name="pk_organizations"),
        sa.UniqueConstraint("slug", name="uq_organizations_slug"),
        schema="core",
    )
    op.create_table(
        "organization_memberships",
        _id(),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        _instant("joined_at", nullable=False, now=True),
        _instant("ended_at"),
        *_times(),
        sa.PrimaryKeyConstraint("id", name="pk_organization_memberships"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["core.organizations.id"],
            name="fk_organization_memberships_organization_id",
            ondelete="CASCADE",
        ),
        _account_fk("organization_memberships"),
        sa.CheckConstraint("role IN ('admin', 'member')", name=op.f("ck_organization_memberships_role")),
        schema="core",
    )
    op.create_index(
        "uq_organization_memberships_live",
        "organization_memberships",
        ["organization_id", "account_id"],
        unique=True,
        schema="core",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for column in ("organization_id", "account_id"):
        op.create_index(f"ix_organization_memberships_{column}", "organization_memberships", [column], schema="core")


def downgrade() -> None:
    for table in (
        "organization_memberships",
        "organizations",
        "magic_links",
        "auth_sessions",
        "account_identities",
        "accounts",
    ):
        op.drop_table(table, schema="core")
