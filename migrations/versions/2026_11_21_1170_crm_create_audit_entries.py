"""Who changed what in the CRM: a table that is only ever added to, kept by months.

The runtime role reads it and adds to it. Its rights are settled here, or `grant_runtime` would give it all of them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0270_crm_audit"
down_revision: str | None = "0261_webhooks_old_bodies"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# An operator's runtime role may have another name, and then is given its rights by hand.
ADD_ONLY = """
DO $body$
BEGIN
    REVOKE ALL ON crm.audit_entries FROM public;
    IF to_regrole('lyceum_app') IS NOT NULL THEN
        REVOKE ALL ON crm.audit_entries FROM lyceum_app;
        GRANT SELECT, INSERT ON crm.audit_entries TO lyceum_app;
    END IF;
END
$body$
"""


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("changes", JSONB(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "subject_type IN ('program', 'participation', 'event')", name=op.f("ck_audit_entries_subject_type")
        ),
        sa.CheckConstraint("jsonb_typeof(changes) = 'object'", name=op.f("ck_audit_entries_changes")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["core.organizations.id"],
            name=op.f("fk_audit_entries_organization_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["core.accounts.id"], name=op.f("fk_audit_entries_actor_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", "created_at", name=op.f("pk_audit_entries")),
        schema="crm",
        postgresql_partition_by="RANGE (created_at)",
    )
    op.create_index(
        "ix_audit_entries_organization_id", "audit_entries", ["organization_id", "created_at", "id"], schema="crm"
    )
    op.create_index("ix_audit_entries_subject_id", "audit_entries", ["subject_id", "created_at"], schema="crm")
    op.create_index("ix_audit_entries_actor_id", "audit_entries", ["actor_id", "created_at"], schema="crm")
    op.execute(ADD_ONLY)
    op.execute("SELECT core.keep_months('crm.audit_entries', 3)")


def downgrade() -> None:
    op.drop_table("audit_entries", schema="crm")
