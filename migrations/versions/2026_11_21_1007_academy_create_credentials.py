"""Certificates and badges, signed and revocable."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0108_academy_credentials"
down_revision: str | None = "0107_academy_path_enrollments"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


WATCHED = ("certificates", "path_certificates", "skill_badges")

# An Open Badges 3.0 credential.
BADGE = (
    "badge_data IS NULL OR jsonb_typeof(badge_data) = 'object'"
    " AND coalesce(jsonb_typeof(badge_data -> '@context'), 'null') IN ('array')"
    " AND coalesce(jsonb_typeof(badge_data -> 'id'), 'null') IN ('string')"
    " AND coalesce(jsonb_typeof(badge_data -> 'type'), 'null') IN ('array')"
    " AND coalesce(jsonb_typeof(badge_data -> 'issuer'), 'null') IN ('object')"
    " AND coalesce(jsonb_typeof(badge_data -> 'validFrom'), 'null') IN ('string')"
    " AND coalesce(jsonb_typeof(badge_data -> 'validUntil'), 'null') IN ('string', 'null')"
    " AND coalesce(jsonb_typeof(badge_data -> 'credentialSubject'), 'null') IN ('object')"
    " AND coalesce(jsonb_typeof(badge_data -> 'credentialStatus'), 'null') IN ('object', 'null')"
    " AND coalesce(jsonb_typeof(badge_data -> 'proof'), 'null') IN ('object', 'null')"
)


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'issuing'"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("verification_url", sa.Text(), nullable=False),
        sa.Column("badge_image_id", sa.Uuid(), nullable=True),
        sa.Column("pdf_id", sa.Uuid(), nullable=True),
        sa.Column("linkedin_share_url", sa.Text(), nullable=False),
        sa.Column("badge_data", JSONB(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=True),
        sa.Column("status_position", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        sa.Column("revocation_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            BADGE,
            name=op.f("ck_certificates_badge_data_shape"),
        ),
        sa.CheckConstraint("status IN ('issuing', 'issued')", name=op.f("ck_certificates_status")),
        sa.CheckConstraint(
            "num_nonnulls(revoked_at, revocation_reason) IN (0, 2)", name=op.f("ck_certificates_revoked_for_a_reason")
        ),
        sa.CheckConstraint("revoked_by_id IS NULL OR revoked_at IS NOT NULL", name=op.f("ck_certificates_revoked_by")),
        sa.CheckConstraint("status_position >= 0", name=op.f("ck_certificates_status_position")),
        sa.ForeignKeyConstraint(
            ["badge_image_id"], ["core.files.id"], name=op.f("fk_certificates_badge_image_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["academy.cohorts.id"], name=op.f("fk_certificates_cohort_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["academy.courses.id"], name=op.f("fk_certificates_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.enrollments.id"],
            name=op.f("fk_certificates_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["pdf_id"], ["core.files.id"], name=op.f("fk_certificates_pdf_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["academy.users.id"], name=op.f("fk_certificates_revoked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_certificates_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        schema="academy",
    )
    op.create_index("ix_certificates_badge_image_id", "certificates", ["badge_image_id"], schema="academy")
    op.create_index("ix_certificates_cohort_id", "certificates", ["cohort_id"], schema="academy")
    op.create_index("ix_certificates_course_id", "certificates", ["course_id"], schema="academy")
    op.create_index("ix_certificates_enrollment_id", "certificates", ["enrollment_id"], schema="academy")
    op.create_index(
        "ix_certificates_issuing",
        "certificates",
        ["created_at"],
        schema="academy",
        postgresql_where=sa.text("status = 'issuing'"),
    )
    op.create_index("ix_certificates_pdf_id", "certificates", ["pdf_id"], schema="academy")
    op.create_index("ix_certificates_revoked_by_id", "certificates", ["revoked_by_id"], schema="academy")
    op.create_index("ix_certificates_user_id", "certificates", ["user_id"], schema="academy")
    op.create_index(
        "uq_certificates_live",
        "certificates",
        ["enrollment_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(
        "uq_certificates_status_position", "certificates", ["status_position"], unique=True, schema="academy"
    )
    op.create_index(
        "uq_certificates_verification_url", "certificates", ["verification_url"], unique=True, schema="academy"
    )
    op.create_table(
        "path_certificate_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("last_number BETWEEN 0 AND 999999", name=op.f("ck_path_certificate_years_last_number")),
        sa.CheckConstraint("year BETWEEN 2000 AND 9999", name=op.f("ck_path_certificate_years_year")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_path_certificate_years")),
        schema="academy",
    )
    op.create_table(
        "path_certificates",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("path_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'issuing'"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "skills_achieved",
            JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "courses_completed",
            JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("public_url", sa.Text(), nullable=False),
        sa.Column("pdf_id", sa.Uuid(), nullable=True),
        sa.Column("badge_data", JSONB(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=True),
        sa.Column("status_position", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        sa.Column("revocation_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            BADGE,
            name=op.f("ck_path_certificates_badge_data_shape"),
        ),
        sa.CheckConstraint(
            "certificate_number ~ '^PATH-[0-9]{4}-[0-9]{6}$'", name=op.f("ck_path_certificates_certificate_number")
        ),
        sa.CheckConstraint("status IN ('issuing', 'issued')", name=op.f("ck_path_certificates_status")),
        sa.CheckConstraint(
            "courses_completed IS NULL OR jsonb_typeof(courses_completed) = 'array'"
            " AND NOT courses_completed @? 'strict $[*] ? (@.type() != \"object\")'"
            ' AND NOT jsonb_path_exists(courses_completed, \'$[*] ? (@.type() != "object"'
            ' || !(@."course_id".type() == "string") || !(@."title".type() == "string")'
            ' || !(@."completed_at".type() == "string"))\')',
            name=op.f("ck_path_certificates_courses_completed_shape"),
        ),
        sa.CheckConstraint("expires_at > issued_at", name=op.f("ck_path_certificates_expires_at")),
        sa.CheckConstraint(
            "num_nonnulls(revoked_at, revocation_reason) IN (0, 2)",
            name=op.f("ck_path_certificates_revoked_for_a_reason"),
        ),
        sa.CheckConstraint(
            "revoked_by_id IS NULL OR revoked_at IS NOT NULL", name=op.f("ck_path_certificates_revoked_by")
        ),
        sa.CheckConstraint(
            "skills_achieved IS NULL OR jsonb_typeof(skills_achieved) = 'array'"
            " AND NOT skills_achieved @? 'strict $[*] ? (@.type() != \"object\")'"
            ' AND NOT jsonb_path_exists(skills_achieved, \'$[*] ? (@.type() != "object"'
            ' || !(@."skill_id".type() == "string") || !(@."level".type() == "string"))\')',
            name=op.f("ck_path_certificates_skills_achieved_shape"),
        ),
        sa.CheckConstraint("status_position >= 0", name=op.f("ck_path_certificates_status_position")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["academy.user_path_enrollments.id"],
            name=op.f("fk_path_certificates_enrollment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["path_id"], ["academy.learning_paths.id"], name=op.f("fk_path_certificates_path_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["pdf_id"], ["core.files.id"], name=op.f("fk_path_certificates_pdf_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"],
            ["academy.users.id"],
            name=op.f("fk_path_certificates_revoked_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_path_certificates_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path_certificates")),
        schema="academy",
    )
    op.create_index("ix_path_certificates_enrollment_id", "path_certificates", ["enrollment_id"], schema="academy")
    op.create_index(
        "ix_path_certificates_issuing",
        "path_certificates",
        ["created_at"],
        schema="academy",
        postgresql_where=sa.text("status = 'issuing'"),
    )
    op.create_index("ix_path_certificates_path_id", "path_certificates", ["path_id"], schema="academy")
    op.create_index("ix_path_certificates_pdf_id", "path_certificates", ["pdf_id"], schema="academy")
    op.create_index("ix_path_certificates_revoked_by_id", "path_certificates", ["revoked_by_id"], schema="academy")
    op.create_index("ix_path_certificates_user_id", "path_certificates", ["user_id"], schema="academy")
    op.create_index(
        "uq_path_certificates_certificate_number",
        "path_certificates",
        ["certificate_number"],
        unique=True,
        schema="academy",
    )
    op.create_index(
        "uq_path_certificates_live",
        "path_certificates",
        ["enrollment_id"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(
        "uq_path_certificates_public_url", "path_certificates", ["public_url"], unique=True, schema="academy"
    )
    op.create_index(
        "uq_path_certificates_status_position", "path_certificates", ["status_position"], unique=True, schema="academy"
    )
    op.create_table(
        "skill_badges",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_url", sa.Text(), nullable=False),
        sa.Column("issued_by_id", sa.Uuid(), nullable=True),
        sa.Column("renews_id", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("badge_data", JSONB(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=True),
        sa.Column("status_position", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        sa.Column("revocation_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            BADGE,
            name=op.f("ck_skill_badges_badge_data_shape"),
        ),
        sa.CheckConstraint(
            "level IN ('foundational', 'practitioner', 'advanced', 'expert')", name=op.f("ck_skill_badges_level")
        ),
        sa.CheckConstraint("expires_at > earned_at", name=op.f("ck_skill_badges_expires_at")),
        sa.CheckConstraint(
            "num_nonnulls(revoked_at, revocation_reason) IN (0, 2)", name=op.f("ck_skill_badges_revoked_for_a_reason")
        ),
        sa.CheckConstraint("renews_id <> id", name=op.f("ck_skill_badges_renews")),
        sa.CheckConstraint("revoked_by_id IS NULL OR revoked_at IS NOT NULL", name=op.f("ck_skill_badges_revoked_by")),
        sa.CheckConstraint("status_position >= 0", name=op.f("ck_skill_badges_status_position")),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["academy.users.id"], name=op.f("fk_skill_badges_issued_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["renews_id"], ["academy.skill_badges.id"], name=op.f("fk_skill_badges_renews_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"], ["academy.users.id"], name=op.f("fk_skill_badges_revoked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["academy.skills.id"], name=op.f("fk_skill_badges_skill_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["academy.users.id"], name=op.f("fk_skill_badges_user_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill_badges")),
        schema="academy",
    )
    op.create_index(
        "ix_skill_badges_expires_at",
        "skill_badges",
        ["expires_at"],
        schema="academy",
        postgresql_where=sa.text("superseded_at IS NULL AND revoked_at IS NULL"),
    )
    op.create_index("ix_skill_badges_issued_by_id", "skill_badges", ["issued_by_id"], schema="academy")
    op.create_index("ix_skill_badges_revoked_by_id", "skill_badges", ["revoked_by_id"], schema="academy")
    op.create_index("ix_skill_badges_skill_id", "skill_badges", ["skill_id"], schema="academy")
    op.create_index(
        "ix_skill_badges_user_id_skill_id_level",
        "skill_badges",
        ["user_id", "skill_id", "level"],
        schema="academy",
    )
    op.create_index(
        "uq_skill_badges_live",
        "skill_badges",
        ["user_id", "skill_id", "level"],
        unique=True,
        schema="academy",
        postgresql_where=sa.text("superseded_at IS NULL AND revoked_at IS NULL"),
    )
    op.create_index("uq_skill_badges_public_url", "skill_badges", ["public_url"], unique=True, schema="academy")
    op.create_index("uq_skill_badges_renews_id", "skill_badges", ["renews_id"], unique=True, schema="academy")
    op.create_index(
        "uq_skill_badges_status_position", "skill_badges", ["status_position"], unique=True, schema="academy"
    )
    for table in WATCHED:
        op.execute(f"SELECT core.watch_updates('academy.{table}')")


def downgrade() -> None:
    op.drop_table("skill_badges", schema="academy")
    op.drop_table("path_certificates", schema="academy")
    op.drop_table("path_certificate_years", schema="academy")
    op.drop_table("certificates", schema="academy")
