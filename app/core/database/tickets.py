"""Tickets: how row-level security learns who acts, in words that injected SQL cannot make up (reliability rule 53).

A plain setting such as `app.account_id` could be changed by whatever statement runs next. A ticket is signed: it says
which account acts, or that the house itself does, and until when; whoever cannot sign cannot say anything else. It is
bound to one transaction with `set_config('lyceum.ticket', …, true)` as a bind parameter, because literals are readable
in `pg_stat_activity`. `core.read_ticket()` checks it against `core.ticket_keys`, which the runtime role cannot read;
what is missing, empty, malformed, forged or over is nobody's.

The key is derived from LYCEUM_SECRET here, and taught to the database by its owner after migrations. Several may be
known at once, so a secret can be replaced while processes with the old one still run: LYCEUM_PREVIOUS_SECRETS, then
`lyceum migrate`, then the processes.

What a ticket does not protect from: a program that binds somebody else's account, a stolen secret, and a ticket that
was overheard and is bound again before it runs out. It says who, never what they may do: that is looked up each time.
"""

import hashlib
import hmac
import time
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, Text, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.database.model import Created, Table, metadata
from app.core.secrets import derive_key, keys_for

SETTING = "lyceum.ticket"
PURPOSE = "row-level security ticket"
# Seconds. A transaction may take sixty (`roles.py`) and has a valid ticket at its beginning.
LIFETIME = 65
_BLOCK = 64
"""The block of SHA-256 (RFC 2104)."""
_NOBODY = UUID(int=0)


class Base(Table, DeclarativeBase):
    """Declarative base of the one table here."""

    metadata = metadata
    __schema__ = "core"


class TicketKey(Created, Base):
    """A key that the database checks tickets with, as HMAC-SHA-256 wants it: padded, and mixed with its two constants.

    So HMAC is `sha256(outer_key || sha256(inner_key || message))`, without any extension. Only the owner may read it.
    """

    __tablename__ = "ticket_keys"
    __table_args__ = (CheckConstraint("octet_length(inner_key) = 64 AND octet_length(outer_key) = 64", name="blocks"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    inner_key: Mapped[bytes] = mapped_column(LargeBinary)
    outer_key: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class PaddedKey:
    """A key as `core.ticket_keys` holds it. `id` is a fingerprint, which says nothing about the key."""

    id: str
    inner: bytes
    outer: bytes

    @classmethod
    def of(cls, key: bytes) -> "PaddedKey":
        """The key, shortened or filled up to one block (RFC 2104)."""
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        inner, outer = (bytes(byte ^ constant for byte in block) for constant in (0x36, 0x5C))
        return cls(_fingerprint(key), inner, outer)


def for_account(account_id: UUID, *, lifetime: int = LIFETIME) -> str:
    """A ticket that says: this account acts."""
    return _signed("account", account_id, lifetime)


def for_system(*, lifetime: int = LIFETIME) -> str:
    """A ticket that says: the house itself acts, which sees all rows."""
    return _signed("system", _NOBODY, lifetime)


async def teach_ticket_keys(connection: AsyncConnection, secrets: Iterable[str]) -> None:
    """Lets the database believe tickets of processes with these secrets, and of no others. As the owner; idempotent."""
    known = [PaddedKey.of(derive_key(secret, PURPOSE)) for secret in secrets]
    rows = [{"id": key.id, "inner_key": key.inner, "outer_key": key.outer} for key in known]
    await connection.execute(insert(TicketKey).values(rows).on_conflict_do_nothing())
    await connection.execute(delete(TicketKey).where(TicketKey.id.not_in([key.id for key in known])))


def _signed(kind: str, account_id: UUID, lifetime: int) -> str:
    key = keys_for(PURPOSE)[0]
    said = f"1.{_fingerprint(key)}.{kind}.{account_id}.{int(time.time()) + lifetime}"
    return f"{said}.{hmac.digest(key, said.encode(), 'sha256').hex()}"


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"id of " + key).hexdigest()[:16]
