"""Tickets: the keys that the database checks them with, and the function that does.

`core.read_ticket()` says who acts in this transaction: an account, the house itself (`system`), or, without a ticket
that is good, nobody (two nulls). Nobody but the owner may call it; systems build their own SECURITY DEFINER functions
on it. PostgreSQL has sha256() without any extension; HMAC is two of them over keys that were padded before.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0240_core_tickets"
down_revision: str | None = "0226_tracker_write_audit"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Whoever was granted rights on every new table of the schema has them on this one too: take them back, all of them.
CLOSE = """
DO $body$
DECLARE
    somebody regrole;
BEGIN
    REVOKE ALL ON core.ticket_keys FROM public;
    FOR somebody IN
        SELECT DISTINCT nullif(given.grantee, 0)::regrole FROM pg_class c, aclexplode(c.relacl) given
        WHERE c.oid = 'core.ticket_keys'::regclass AND given.grantee NOT IN (0, c.relowner)
    LOOP
        EXECUTE format('REVOKE ALL ON core.ticket_keys FROM %s', somebody);
    END LOOP;
END
$body$
"""

# The signature is looked at first, and only what it holds for is taken apart: nothing else can raise, and a regular
# expression over every ticket would cost ten times the signature. Both sides are hashed before they are compared, so
# that a clock tells nothing about the right one. Valid is what was not over when the transaction began, or rows would
# vanish in its middle; and only what was made for two minutes at most.
READ = """
CREATE FUNCTION core.read_ticket(OUT account_id uuid, OUT kind text) LANGUAGE plpgsql STABLE AS $body$
DECLARE
    ticket text := current_setting('lyceum.ticket', true);
    said text;
    part text[];
    key core.ticket_keys;
    ends timestamptz;
BEGIN
    IF coalesce(length(ticket), 0) NOT BETWEEN 65 AND 200 THEN
        RETURN;
    END IF;
    said := left(ticket, -65);
    SELECT * INTO key FROM core.ticket_keys known WHERE known.id = split_part(said, '.', 2);
    IF NOT FOUND OR sha256(convert_to(right(ticket, 65), 'UTF8')) <> sha256(convert_to('.' || encode(
        sha256(key.outer_key || sha256(key.inner_key || convert_to(said, 'UTF8'))), 'hex'), 'UTF8'))
    THEN
        RETURN;
    END IF;
    part := string_to_array(said, '.');
    ends := to_timestamp(part[5]::bigint);
    IF part[1] <> '1' OR ends <= now() OR ends > clock_timestamp() + interval '2 minutes' THEN
        RETURN;
    END IF;
    IF part[3] = 'account' THEN
        account_id := part[4]::uuid;
        kind := part[3];
    ELSIF part[3] = 'system' THEN
        kind := part[3];
    END IF;
END
$body$
"""


def upgrade() -> None:
    op.create_table(
        "ticket_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("inner_key", sa.LargeBinary(), nullable=False),
        sa.Column("outer_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "octet_length(inner_key) = 64 AND octet_length(outer_key) = 64", name=op.f("ck_ticket_keys_blocks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_keys")),
        schema="core",
    )
    op.execute(CLOSE)
    # A second lock: without a policy even somebody who is granted the table by mistake finds no row. Not FORCED,
    # because the owner's functions read it.
    op.execute("ALTER TABLE core.ticket_keys ENABLE ROW LEVEL SECURITY")
    op.execute(READ)
    op.execute("REVOKE ALL ON FUNCTION core.read_ticket() FROM public")


def downgrade() -> None:
    op.execute("DROP FUNCTION core.read_ticket()")
    op.drop_table("ticket_keys", schema="core")
