"""What the twin remembers: objects, events, deliveries, idempotency keys, in one SQLite file.

One writer, one thread: the twin's event loop. Every change of an object, its events, their deliveries and the answer
kept under the idempotency key commit together, so a killed twin is always at one side of a call or the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, object TEXT NOT NULL,
  created INTEGER NOT NULL, body TEXT NOT NULL, notes TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (object, seq);
CREATE INDEX IF NOT EXISTS objects_by_payment ON objects (json_extract(body, '$.payment_intent'), object);
CREATE INDEX IF NOT EXISTS open_sessions ON objects (json_extract(body, '$.expires_at'))
  WHERE object = 'checkout.session' AND json_extract(body, '$.status') = 'open';
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL REFERENCES objects (id),
  due_at REAL NOT NULL, created_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')), outcome TEXT);
CREATE INDEX IF NOT EXISTS pending_deliveries ON deliveries (due_at) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_of_event ON deliveries (event_id);
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created REAL NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of one event. `state`: pending, delivered, dead. `outcome` of the last attempt, as text."""

    id: int
    event_id: str
    event_type: str
    body: bytes
    attempts: int
    created_at: float
    state: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What an idempotency key was answered with."""

    fingerprint: str
    status: int
    body: str


class Store:
    """The file at `path`, made when missing."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Never across an `await`: the connection is shared."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that can fail alone."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO part")
            raise
        finally:
            self._db.execute("RELEASE part")

    def add(self, body: Json, notes: Json | None = None) -> None:
        self._db.execute(
            "INSERT INTO objects (id, object, created, body, notes) VALUES (?, ?, ?, ?, ?)",
            (body["id"], body["object"], body["created"], json.dumps(body), json.dumps(notes or {})),
        )

    def save(self, body: Json) -> None:
        self._db.execute("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))

    def find(self, kind: str, object_id: str) -> Json | None:
        row = self._db.execute("SELECT body FROM objects WHERE object = ? AND id = ?", (kind, object_id)).fetchone()
        return json.loads(row[0]) if row else None

    def notes(self, object_id: str) -> Json:
        """What the twin keeps beside an object and Stripe would not show in it."""
        row = self._db.execute("SELECT notes FROM objects WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row[0]) if row else {}

    def page(
        self,
        kind: str,
        *,
        equal: Mapping[str, str] | None = None,
        created: Mapping[str, int] | None = None,
        after: str | None = None,
        limit: int = 10,
        types: Sequence[str] = (),
        delivered: bool | None = None,
    ) -> tuple[list[Json], bool]:
        """Newest first, and whether there is more. `equal`: values of plain fields; `created`: gt, gte, lt, lte."""
        where, values = ["object = ?"], [kind]
        for field, value in (equal or {}).items():
            where.append(f"json_extract(body, '$.{field}') = ?")
            values.append(value)
        for sign, moment in (created or {}).items():
            where.append(f"created {_SIGNS[sign]} CAST(? AS INTEGER)")
            values.append(str(moment))
        if after:
            where.append("seq < (SELECT seq FROM objects WHERE id = ?)")
            values.append(after)
        if types:
            where.append(f"json_extract(body, '$.type') IN ({', '.join('?' * len(types))})")
            values.extend(types)
        if delivered is not None:
            undelivered = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = objects.id AND d.state != 'delivered')"
            where.append(f"{'NOT ' if delivered else ''}{undelivered}")
        # names come from our own code, values are bound
        sql = f"SELECT body FROM objects WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT {limit + 1}"  # noqa: S608
        rows = [json.loads(row[0]) for row in self._db.execute(sql, values)]
        return rows[:limit], len(rows) > limit

    def sessions_to_expire(self, now: float) -> list[str]:
        # by name: without statistics SQLite would rather read every session there ever was
        sql = """SELECT id FROM objects INDEXED BY open_sessions WHERE object = 'checkout.session'
                 AND json_extract(body, '$.status') = 'open' AND json_extract(body, '$.expires_at') <= ?"""
        return [row[0] for row in self._db.execute(sql, (now,))]

    def add_delivery(self, event_id: str, *, due_at: float, now: float) -> None:
        self._db.execute(
            "INSERT INTO deliveries (event_id, due_at, created_at) VALUES (?, ?, ?)", (event_id, due_at, now)
        )

    def deliveries(
        self, *, due_by: float | None = None, state: str | None = None, limit: int = 1_000
    ) -> list[Delivery]:
        """Oldest first; `due_by` asks for the pending ones that are due."""
        where, values = ["1"], list[Any]()
        if due_by is not None:
            where.append("d.state = 'pending' AND d.due_at <= ?")
            values.append(due_by)
        if state is not None:
            where.append("d.state = ?")
            values.append(state)
        order = "d.due_at, d.id" if due_by is not None else "d.id"
        # names come from the lines above, values are bound
        sql = f"""SELECT d.id, d.event_id, json_extract(o.body, '$.type'), o.body, d.attempts, d.created_at, d.state,
                         d.outcome
                  FROM deliveries d JOIN objects o ON o.id = d.event_id
                  WHERE {" AND ".join(where)} ORDER BY {order} LIMIT {limit}"""  # noqa: S608
        return [
            Delivery(row[0], row[1], row[2], _pretty(row[3]), row[4], row[5], row[6], row[7])
            for row in self._db.execute(sql, values)
        ]

    def next_due(self) -> float | None:
        row = self._db.execute("SELECT min(due_at) FROM deliveries WHERE state = 'pending'").fetchone()
        return None if row[0] is None else float(row[0])

    def settle_delivery(self, delivery_id: int, *, state: str, outcome: str, due_at: float) -> None:
        """Note an attempt and what came of it."""
        self._db.execute(
            "UPDATE deliveries SET attempts = attempts + 1, state = ?, outcome = ?, due_at = ? WHERE id = ?",
            (state, outcome, due_at, delivery_id),
        )

    def kept_answer(self, key: str) -> KeptAnswer | None:
        row = self._db.execute("SELECT fingerprint, status, body FROM answers WHERE key = ?", (key,)).fetchone()
        return KeptAnswer(*row) if row else None

    def keep_answer(self, key: str, answer: KeptAnswer, now: float) -> None:
        self._db.execute(
            "INSERT INTO answers (key, fingerprint, status, body, created) VALUES (?, ?, ?, ?, ?)",
            (key, answer.fingerprint, answer.status, answer.body, now),
        )


_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _pretty(body: str) -> bytes:
    """The bytes of a webhook: laid out in lines, as Stripe sends them, and the same at every attempt."""
    return json.dumps(json.loads(body), indent=2).encode()
