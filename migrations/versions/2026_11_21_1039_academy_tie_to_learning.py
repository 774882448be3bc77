"""The library, teams, discussions and entitlements point at skills, learning paths and lessons."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0139_academy_learning_ties"
down_revision: str | None = "0134_academy_privacy"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# table: its two columns and the tables that they point at
LINKS = {
    "resource_skills": (("resource_id", "resources"), ("skill_id", "skills")),
    "glossary_term_skills": (("term_id", "glossary_terms"), ("skill_id", "skills")),
    "prompt_skills": (("prompt_id", "prompts"), ("skill_id", "skills")),
    "team_learning_paths": (("team_id", "teams"), ("learning_path_id", "learning_paths")),
    "team_skills": (("team_id", "teams"), ("skill_id", "skills")),
}
POINTERS = {
    "discussion_threads": ("lesson_id", "lessons"),
    "entitlements": ("learning_path_id", "learning_paths"),
}


def upgrade() -> None:
    for table, columns in LINKS.items():
        op.create_table(
            table,
            *[sa.Column(column, sa.Uuid(), nullable=False) for column, _ in columns],
            *[
                sa.ForeignKeyConstraint(
                    [column], [f"academy.{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
                )
                for column, target in columns
            ],
            sa.PrimaryKeyConstraint(*[column for column, _ in columns], name=op.f(f"pk_{table}")),
            schema="academy",
        )
        second, _ = columns[1]
        op.create_index(f"ix_{table}_{second}", table, [second], schema="academy")
    for table, (column, target) in POINTERS.items():
        op.create_foreign_key(
            op.f(f"fk_{table}_{column}"),
            table,
            target,
            [column],
            ["id"],
            source_schema="academy",
            referent_schema="academy",
            ondelete="RESTRICT",
        )


def downgrade() -> None:
    for table, (column, _) in POINTERS.items():
        op.drop_constraint(op.f(f"fk_{table}_{column}"), table, schema="academy")
    for table in LINKS:
        op.drop_table(table, schema="academy")
