"""Who sees and writes which rows of the studio; in words: app/studio/rls.py.

The three functions run as the owner, with a fixed search path, and take no argument: whoever calls them learns about
themselves only. Everything that follows a parent says no more than that the parent is visible.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0245_studio_policies"
down_revision: str | None = "0244_studio_reviews"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ACTING = (
    """
    CREATE FUNCTION studio.acting_account() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
        RETURN (core.read_ticket()).account_id;
    END
    $body$
    """,
    """
    CREATE FUNCTION studio.acting_clients() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    DECLARE
        acting uuid := (core.read_ticket()).account_id;
    BEGIN
        RETURN ARRAY(SELECT member.client_id FROM studio.client_members member WHERE member.account_id = acting);
    END
    $body$
    """,
    """
    CREATE FUNCTION studio.acts_for_all() RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    DECLARE
        acting record := core.read_ticket();
    BEGIN
        RETURN coalesce(acting.kind = 'system', false)
            OR EXISTS (SELECT FROM studio.staff WHERE staff.account_id = acting.account_id);
    END
    $body$
    """,
)

STAFF = "(SELECT studio.acts_for_all())"
OWN = "= ANY ((SELECT studio.acting_clients())::uuid[])"
PROGRAM = "EXISTS (SELECT FROM studio.programs WHERE programs.id = program_id)"
SESSION = "EXISTS (SELECT FROM studio.sessions WHERE sessions.id = session_id)"

# Table, policy, what has to hold, and for whom.
SELECTS = (
    ("clients", "seen_by_members", f"id {OWN}", "PUBLIC"),
    ("client_members", "seen_by_members", f"client_id {OWN}", "PUBLIC"),
    ("client_members", "read_by_functions", "true", "CURRENT_USER"),
    ("staff", "seen_by_themselves", "account_id = (SELECT studio.acting_account())", "PUBLIC"),
    ("staff", "read_by_functions", "true", "CURRENT_USER"),
)
EVERYTHING = (
    ("clients", "written_by_staff", STAFF),
    ("client_members", "written_by_staff", STAFF),
    ("staff", "written_by_staff", STAFF),
    ("client_knowledge", "of_client", f"client_id {OWN} OR {STAFF}"),
    ("programs", "of_client", f"client_id {OWN} OR {STAFF}"),
    ("program_knowledge", "with_parent", PROGRAM),
    ("chapters", "with_parent", PROGRAM),
    ("sessions", "with_parent", "EXISTS (SELECT FROM studio.chapters WHERE chapters.id = chapter_id)"),
    ("articles", "with_parent", SESSION),
    ("videos", "with_parent", SESSION),
    ("quizzes", "with_parent", SESSION),
    ("exercises", "with_parent", SESSION),
    ("review_comments", "with_parent", f"{PROGRAM} OR {SESSION}"),
)
# Read and added to, never changed.
KEPT = (
    (
        "client_knowledge_history",
        "EXISTS (SELECT FROM studio.client_knowledge WHERE client_knowledge.id = client_knowledge_id)",
    ),
    (
        "program_knowledge_history",
        "EXISTS (SELECT FROM studio.program_knowledge WHERE program_knowledge.id = program_knowledge_id)",
    ),
    ("program_revisions", PROGRAM),
    ("session_revisions", SESSION),
    ("status_changes", f"{PROGRAM} OR {SESSION}"),
)


def upgrade() -> None:
    for function in ACTING:
        op.execute(function)
    for table, name, holds, role in SELECTS:
        op.execute(f"CREATE POLICY {name} ON studio.{table} FOR SELECT TO {role} USING ({holds})")
    for table, name, holds in EVERYTHING:
        op.execute(f"CREATE POLICY {name} ON studio.{table} FOR ALL TO PUBLIC USING ({holds}) WITH CHECK ({holds})")
    for table, holds in KEPT:
        op.execute(f"CREATE POLICY seen_with_parent ON studio.{table} FOR SELECT TO PUBLIC USING ({holds})")
        op.execute(f"CREATE POLICY added_with_parent ON studio.{table} FOR INSERT TO PUBLIC WITH CHECK ({holds})")


def downgrade() -> None:
    for table, name, *_ in (*SELECTS, *EVERYTHING):
        op.execute(f"DROP POLICY {name} ON studio.{table}")
    for table, _ in KEPT:
        op.execute(f"DROP POLICY seen_with_parent ON studio.{table}")
        op.execute(f"DROP POLICY added_with_parent ON studio.{table}")
    for name in ("acts_for_all", "acting_clients", "acting_account"):
        op.execute(f"DROP FUNCTION studio.{name}()")
