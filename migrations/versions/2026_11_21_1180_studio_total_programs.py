"""How many sessions a program has and how long they take, written by the database whoever changes them (S-CNT-01).

The program's row is locked before it is counted, so that of two who add a session at once the second one counts both.
An edit of a session is no edit of its program: `version` stays.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0280_studio_totals"
down_revision: str | None = "0271_crm_reopenings"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TOTALS = """
    SELECT programs.id, count(sessions.id) AS sessions,
        round(coalesce(sum(sessions.estimated_minutes), 0) / 60.0, 1) AS hours
    FROM studio.programs
    LEFT JOIN studio.chapters ON chapters.program_id = programs.id
    LEFT JOIN studio.sessions ON sessions.chapter_id = chapters.id
"""
DIFFERS = "(programs.total_sessions, programs.estimated_hours) IS DISTINCT FROM (totals.sessions, totals.hours)"

TOTAL = f"""
CREATE FUNCTION studio.total_program(wanted uuid) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    totals record;
BEGIN
    PERFORM FROM studio.programs WHERE id = wanted FOR NO KEY UPDATE;
    {TOTALS} WHERE programs.id = wanted GROUP BY programs.id INTO totals;
    IF totals.hours > 999.9 THEN
        RAISE EXCEPTION 'a program takes at most 999.9 hours'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_programs_length';
    END IF;
    UPDATE studio.programs SET total_sessions = totals.sessions, estimated_hours = totals.hours
    WHERE id = totals.id AND {DIFFERS};
END
$body$
"""  # noqa: S608  (put together from constants)
OF_SESSIONS = """
CREATE FUNCTION studio.total_sessions() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    touched uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        touched := ARRAY(SELECT chapter_id FROM added);
    ELSIF TG_OP = 'DELETE' THEN
        touched := ARRAY(SELECT chapter_id FROM removed);
    ELSE
        touched := ARRAY(
            SELECT unnest(ARRAY[removed.chapter_id, added.chapter_id]) FROM removed JOIN added USING (id)
            WHERE (removed.chapter_id, removed.estimated_minutes)
                IS DISTINCT FROM (added.chapter_id, added.estimated_minutes)
        );
    END IF;
    PERFORM studio.total_program(program_id)
    FROM (SELECT DISTINCT program_id FROM studio.chapters WHERE id = ANY (touched) ORDER BY program_id) AS programs;
    RETURN NULL;
END
$body$
"""
# The sessions of a chapter go with it, and then it is not there any more to say whose they were.
OF_CHAPTERS = """
CREATE FUNCTION studio.total_chapters() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM studio.total_program(OLD.program_id);
    IF TG_OP = 'UPDATE' THEN
        PERFORM studio.total_program(NEW.program_id);
    END IF;
    RETURN NULL;
END
$body$
"""
WATCH = (
    """
    CREATE TRIGGER total_inserted AFTER INSERT ON studio.sessions
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION studio.total_sessions()
    """,
    """
    CREATE TRIGGER total_updated AFTER UPDATE ON studio.sessions
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION studio.total_sessions()
    """,
    """
    CREATE TRIGGER total_deleted AFTER DELETE ON studio.sessions
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION studio.total_sessions()
    """,
    """
    CREATE TRIGGER total_moved AFTER UPDATE OF program_id ON studio.chapters FOR EACH ROW
    WHEN (OLD.program_id IS DISTINCT FROM NEW.program_id) EXECUTE FUNCTION studio.total_chapters()
    """,
    """
    CREATE TRIGGER total_removed AFTER DELETE ON studio.chapters
    FOR EACH ROW EXECUTE FUNCTION studio.total_chapters()
    """,
)
FILL = f"""
UPDATE studio.programs SET total_sessions = totals.sessions, estimated_hours = least(totals.hours, 999.9)
FROM ({TOTALS} GROUP BY programs.id) AS totals WHERE programs.id = totals.id AND {DIFFERS}
"""  # noqa: S608  (as above)


def upgrade() -> None:
    for statement in (TOTAL, OF_SESSIONS, OF_CHAPTERS, *WATCH):
        op.execute(statement)
    for column in ("total_sessions", "estimated_hours"):
        op.alter_column("programs", column, server_default=sa.text("0"), schema="studio")
    # The owner obeys the policies too, and would find nothing to fill.
    for table in ("programs", "chapters", "sessions"):
        op.execute(f"ALTER TABLE studio.{table} NO FORCE ROW LEVEL SECURITY")
    op.execute(FILL)
    for table in ("programs", "chapters", "sessions"):
        op.execute(f"ALTER TABLE studio.{table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    for column in ("total_sessions", "estimated_hours"):
        op.alter_column("programs", column, server_default=None, schema="studio")
    for trigger in ("total_removed", "total_moved"):
        op.execute(f"DROP TRIGGER {trigger} ON studio.chapters")
    for trigger in ("total_deleted", "total_updated", "total_inserted"):
        op.execute(f"DROP TRIGGER {trigger} ON studio.sessions")
    for function in ("total_chapters()", "total_sessions()", "total_program(uuid)"):
        op.execute(f"DROP FUNCTION studio.{function}")
