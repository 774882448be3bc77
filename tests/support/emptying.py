"""Empties a database between two tests that committed."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.database import tickets
from app.core.database.engine import normalise

# Rows that came with a migration or with the house's keys: a test that adds to these tables takes away what it added.
INSTALLED = ("core.ticket_keys", "tracker.audit_mask", "tracker.content_type", "tracker.role")

# Deleting leaves traces here, which point at people: they go first, and last.
TRACES = "tracker.audit_log"

# In one round trip, and only where there is something. Not TRUNCATE … CASCADE, which would take what was installed
# along: whatever another table still points at is tried again after that one.
_EMPTY = f"""
DO $body$
DECLARE
    place text;
    filled text[] := '{{}}';
    stuck text[];
    found boolean;
BEGIN
    FOR place IN
        SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class
        WHERE relnamespace::regnamespace::text IN ('core', 'academy', 'community', 'tracker', 'studio', 'crm')
          AND relkind IN ('r', 'p') AND NOT relispartition
          AND format('%I.%I', relnamespace::regnamespace, relname) <> ALL (ARRAY{[*INSTALLED, TRACES]})
        ORDER BY 1
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', place) INTO found;
        IF found THEN
            filled := filled || place;
        END IF;
    END LOOP;
    WHILE cardinality(filled) > 0 LOOP
        DELETE FROM {TRACES};
        stuck := '{{}}';
        FOREACH place IN ARRAY filled LOOP
            BEGIN
                EXECUTE format('DELETE FROM %s', place);
            EXCEPTION WHEN foreign_key_violation OR restrict_violation OR check_violation THEN
                stuck := stuck || place;
            END;
        END LOOP;
        IF cardinality(stuck) = cardinality(filled) THEN
            RAISE EXCEPTION 'cannot empty %', stuck;
        END IF;
        filled := stuck;
    END LOOP;
    DELETE FROM {TRACES};
END
$body$
"""  # noqa: S608  (names of ours)


async def empty(owner_url: str) -> None:
    """As the owner: the runtime role may not delete what is only ever added to."""
    url, arguments = normalise(owner_url)
    owner = create_async_engine(url, poolclass=NullPool, connect_args=arguments)
    async with owner.begin() as connection:
        # Without a ticket there is nothing to be seen in the studio, and so nothing to delete.
        await connection.execute(text("SELECT set_config('lyceum.ticket', :it, true)"), {"it": tickets.for_system()})
        await connection.exec_driver_sql(_EMPTY)
    await owner.dispose()
