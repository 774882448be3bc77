"""People, campuses, the four system roles, and who has which."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0220_tracker_people"
down_revision: str | None = "0212_community_settings"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _times() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _actors() -> list[sa.Column[object]]:
    return [sa.Column("created_by", sa.Uuid(), nullable=True), sa.Column("updated_by", sa.Uuid(), nullable=True)]


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("planning_center_id", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("address1", sa.Text(), nullable=True),
        sa.Column("address2", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("zip", sa.Text(), nullable=True),
        sa.Column("household_id", sa.Text(), nullable=True),
        sa.Column("household_name", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("join_date", sa.Date(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("planning_center_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_actors(),
        sa.CheckConstraint(
            "planning_center_id IS NULL OR is_active = (status = 'active')", name=op.f("ck_people_is_active")
        ),
        sa.CheckConstraint(
            "merged_into_id IS NULL OR merged_into_id <> id AND NOT is_active", name=op.f("ck_people_merged")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["core.accounts.id"], name=op.f("fk_people_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_people_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["tracker.people.id"], name=op.f("fk_people_merged_into_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_people_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        schema="tracker",
    )
    op.create_index("ix_people_created_by", "people", ["created_by"], schema="tracker")
    op.create_index("ix_people_email", "people", [sa.text("lower(email)")], schema="tracker")
    op.create_index("ix_people_household_id", "people", ["household_id"], schema="tracker")
    op.create_index("ix_people_last_name_first_name", "people", ["last_name", "first_name", "id"], schema="tracker")
    op.create_index("ix_people_merged_into_id", "people", ["merged_into_id"], schema="tracker")
    op.create_index("ix_people_status", "people", ["status"], schema="tracker")
    op.create_index("ix_people_updated_by", "people", ["updated_by"], schema="tracker")
    op.create_index("uq_people_account_id", "people", ["account_id"], unique=True, schema="tracker")
    op.create_index("uq_people_planning_center_id", "people", ["planning_center_id"], unique=True, schema="tracker")
    op.create_table(
        "campus",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("planning_center_location_id", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_actors(),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_campus_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_campus_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campus")),
        schema="tracker",
    )
    op.create_index("ix_campus_created_by", "campus", ["created_by"], schema="tracker")
    op.create_index("ix_campus_updated_by", "campus", ["updated_by"], schema="tracker")
    op.create_index(
        "uq_campus_planning_center_location_id",
        "campus",
        ["planning_center_location_id"],
        unique=True,
        schema="tracker",
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("permissions", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_actors(),
        sa.CheckConstraint("name IN ('admin', 'staff', 'member', 'guest')", name=op.f("ck_role_name")),
        sa.CheckConstraint(
            "jsonb_typeof(permissions) = 'array'"
            " AND NOT jsonb_path_exists(permissions, '$[*] ? (@.type() != \"string\")')",
            name=op.f("ck_role_permissions_shape"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_role_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_role_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        schema="tracker",
    )
    op.create_index("ix_role_created_by", "role", ["created_by"], schema="tracker")
    op.create_index("ix_role_updated_by", "role", ["updated_by"], schema="tracker")
    op.create_index("uq_role_name", "role", ["name"], unique=True, schema="tracker")
    op.create_table(
        "people_campus",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("people_id", sa.Uuid(), nullable=False),
        sa.Column("campus_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_date", sa.Date(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        *_actors(),
        sa.ForeignKeyConstraint(
            ["campus_id"], ["tracker.campus.id"], name=op.f("fk_people_campus_campus_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["core.accounts.id"], name=op.f("fk_people_campus_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["people_id"], ["tracker.people.id"], name=op.f("fk_people_campus_people_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["core.accounts.id"], name=op.f("fk_people_campus_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_campus")),
        schema="tracker",
    )
    op.create_index("ix_people_campus_campus_id", "people_campus", ["campus_id"], schema="tracker")
    op.create_index("ix_people_campus_created_by", "people_campus", ["created_by"], schema="tracker")
    op.create_index("ix_people_campus_updated_by", "people_campus", ["updated_by"], schema="tracker")
    op.create_index(
        "uq_people_campus_people_id_campus_id",
        "people_campus",
        ["people_id", "campus_id"],
        unique=True,
        schema="tracker",
    )
    op.create_index(
        "uq_people_campus_primary",
        "people_campus",
        ["people_id"],
        unique=True,
        schema="tracker",
        postgresql_where=sa.text("is_primary AND is_active"),
    )
    op.create_table(
        "people_role",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("people_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_date", sa.Date(), nullable=True),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_times(),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["core.accounts.id"], name=op.f("fk_people_role_assigned_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["people_id"], ["tracker.people.id"], name=op.f("fk_people_role_people_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["tracker.role.id"], name=op.f("fk_people_role_role_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_role")),
        schema="tracker",
    )
    op.create_index("ix_people_role_assigned_by", "people_role", ["assigned_by"], schema="tracker")
    op.create_index("ix_people_role_role_id", "people_role", ["role_id"], schema="tracker")
    op.create_index(
        "uq_people_role_people_id_role_id", "people_role", ["people_id", "role_id"], unique=True, schema="tracker"
    )
    op.execute("INSERT INTO tracker.role (name) VALUES ('admin'), ('staff'), ('member'), ('guest')")
    op.execute("SELECT core.watch_updates('tracker.people')")
    op.execute("SELECT core.watch_updates('tracker.campus')")
    op.execute("SELECT core.watch_updates('tracker.role')")
    op.execute("SELECT core.watch_updates('tracker.people_campus')")
    op.execute("SELECT core.watch_updates('tracker.people_role')")


def downgrade() -> None:
    op.drop_table("people_role", schema="tracker")
    op.drop_table("people_campus", schema="tracker")
    op.drop_table("role", schema="tracker")
    op.drop_table("campus", schema="tracker")
    op.drop_table("people", schema="tracker")
