"""Full-text search: `core.watch_search(table, columns…)` keeps the `search` column of a table in step with its texts.

Not a generated column: beside `touch`, a trigger before updates, PostgreSQL computes that anew with every change of the
row, also of a counter, and writes its index again (6.7 ms for a like of a long post instead of 0.5 ms).
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0013_core_search"
down_revision: str | None = "0012_media_files"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The words as they are written (`simple`), in whatever language; those of the first column weigh most. What PostgreSQL
# can index of one text is bounded, and nobody looks for the last words of a book.
WRITE = """
CREATE FUNCTION core.write_search() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    texts jsonb := to_jsonb(NEW);
    words tsvector := ''::tsvector;
BEGIN
    FOR place IN 0..TG_NARGS - 1 LOOP
        words := words || setweight(
            to_tsvector('pg_catalog.simple', left(coalesce(texts ->> TG_ARGV[place], ''), 100000)),
            substr('ABCD', least(place + 1, 4), 1)::"char");
    END LOOP;
    NEW.search = words;
    RETURN NEW;
END
$body$
"""

WATCH = """
CREATE FUNCTION core.watch_search(watched regclass, VARIADIC columns text[]) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER search BEFORE INSERT OR UPDATE OF %s ON %s FOR EACH ROW EXECUTE FUNCTION core.write_search(%s)',
        (SELECT string_agg(quote_ident(name), ', ') FROM unnest(columns) name), watched,
        (SELECT string_agg(quote_literal(name), ', ') FROM unnest(columns) name));
END
$body$
"""


def upgrade() -> None:
    op.execute(WRITE)
    op.execute(WATCH)
    op.execute("REVOKE ALL ON FUNCTION core.watch_search(regclass, text[]) FROM public")


def downgrade() -> None:
    op.execute("DROP FUNCTION core.watch_search(regclass, text[])")
    op.execute("DROP FUNCTION core.write_search()")
