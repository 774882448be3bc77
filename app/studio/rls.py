"""Row-level security of the studio, as data: who sees and writes which rows (S-RLS-01 … S-RLS-03, rules 52 to 54).

Migrations repeat these policies word for word, because they import nothing; a test holds `pg_policies` against them.
Every table of the schema has row-level security switched on and forced, so that its owner obeys them too.

Three SECURITY DEFINER functions say who acts, by the transaction's ticket (`app/core/database/tickets.py`). Each is
called as `(SELECT f())`, so that it is evaluated once per statement and not for every row:

- `studio.acting_account()`: the account; null for nobody and for the house itself.
- `studio.acting_clients()`: the clients that the account is a member of; empty for nobody.
- `studio.acts_for_all()`: whether the account is staff, or the house itself acts. False for nobody.

Membership and staff are looked up each time and are not written on the ticket: what is taken away is gone at once.

A row belongs to the client of its parents, so most policies only say that the parent has to be visible, and the
parent's own policy says when it is. Rows are checked by the same words before they are read (USING) and as they are
written (WITH CHECK), so nothing can be moved out of a client or into one. Members do everything inside their client,
except change the client itself, which staff do. Some tables are only added to: without a policy for it, nobody
updates or deletes.

What stays visible to others: the numbers of rows that PostgreSQL keeps about whole tables; and whether an id exists
already, to somebody who inserts that very id. All other unique keys begin with the parent, so they only ever collide
with what one may see; the slugs of clients are unique among all and so are written by staff alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """One permissive policy. Several on one table add to each other."""

    table: str
    name: str
    command: str
    using: str | None = None
    check: str | None = None
    role: str = "public"

    @property
    def statement(self) -> str:
        """The statement that makes it."""
        said = [f"CREATE POLICY {self.name} ON studio.{self.table} FOR {self.command} TO {self.role}"]
        said += [f"USING ({self.using})"] if self.using else []
        said += [f"WITH CHECK ({self.check})"] if self.check else []
        return " ".join(said)


OWNER = "CURRENT_USER"
"""The role that runs the migrations, as SQL names it: the owner of the tables and of the functions."""

_STAFF = "(SELECT studio.acts_for_all())"


def _is_own(column: str) -> str:
    return f"{column} = ANY ((SELECT studio.acting_clients())::uuid[])"


def _has(parent: str, column: str) -> str:
    return f"EXISTS (SELECT FROM studio.{parent} WHERE {parent}.id = {column})"


def _all(table: str, name: str, holds: str) -> Policy:
    return Policy(table, name, "ALL", holds, holds)


def _kept(table: str, holds: str) -> tuple[Policy, Policy]:
    """Added to and never changed; with their parent they go."""
    return (
        Policy(table, "seen_with_parent", "SELECT", using=holds),
        Policy(table, "added_with_parent", "INSERT", check=holds),
    )


_ABOUT = f"{_has('programs', 'program_id')} OR {_has('sessions', 'session_id')}"

POLICIES: tuple[Policy, ...] = (
    Policy("clients", "seen_by_members", "SELECT", using=_is_own("id")),
    _all("clients", "written_by_staff", _STAFF),
    Policy("client_members", "seen_by_members", "SELECT", using=_is_own("client_id")),
    _all("client_members", "written_by_staff", _STAFF),
    # The functions run as the owner, who obeys policies too; without this one they would ask themselves for ever.
    Policy("client_members", "read_by_functions", "SELECT", using="true", role=OWNER),
    Policy("staff", "seen_by_themselves", "SELECT", using="account_id = (SELECT studio.acting_account())"),
    _all("staff", "written_by_staff", _STAFF),
    Policy("staff", "read_by_functions", "SELECT", using="true", role=OWNER),
    _all("client_knowledge", "of_client", f"{_is_own('client_id')} OR {_STAFF}"),
    *_kept("client_knowledge_history", _has("client_knowledge", "client_knowledge_id")),
    _all("programs", "of_client", f"{_is_own('client_id')} OR {_STAFF}"),
    _all("program_knowledge", "with_parent", _has("programs", "program_id")),
    *_kept("program_knowledge_history", _has("program_knowledge", "program_knowledge_id")),
    *_kept("program_revisions", _has("programs", "program_id")),
    _all("chapters", "with_parent", _has("programs", "program_id")),
    _all("sessions", "with_parent", _has("chapters", "chapter_id")),
    _all("articles", "with_parent", _has("sessions", "session_id")),
    _all("videos", "with_parent", _has("sessions", "session_id")),
    _all("quizzes", "with_parent", _has("sessions", "session_id")),
    _all("exercises", "with_parent", _has("sessions", "session_id")),
    *_kept("session_revisions", _has("sessions", "session_id")),
    *_kept("status_changes", _ABOUT),
    _all("review_comments", "with_parent", _ABOUT),
)
