"""The figures for Prometheus (X-OBS-01): requests, the connection pool, and how far the queues are behind.

Requests are counted as they end. The queues are asked when somebody scrapes, at most every few seconds, because the
database knows them for all processes at once. With several API processes the counters live in files that all of
them map, so that a scrape of any one sees the sum.
"""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import structlog
from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.settings import ServerSettings

log = structlog.get_logger(__name__)

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
FRESH = 5.0

_QUEUES = text("""
SELECT 'lyceum_outbox_unrelayed' AS name, '' AS label, count(*)::float8 AS value FROM core.outbox
 WHERE relayed_at IS NULL
UNION ALL
SELECT 'lyceum_outbox_oldest_seconds', '', coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
  FROM core.outbox WHERE relayed_at IS NULL
UNION ALL
SELECT 'lyceum_jobs', state, count(*)::float8 FROM core.jobs WHERE state IN ('queued', 'running', 'dead') GROUP BY state
UNION ALL
SELECT 'lyceum_jobs_oldest_due_seconds', '', coalesce(extract(epoch FROM now() - min(run_at)), 0)::float8
  FROM core.jobs WHERE state = 'queued' AND run_at <= now()
UNION ALL
SELECT 'lyceum_jobs_oldest_retry_seconds', '', coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
  FROM core.jobs WHERE state = 'queued' AND attempt > 0
UNION ALL
SELECT 'lyceum_inbox_unprocessed', '', count(*)::float8 FROM core.inbox WHERE state = 'received'
UNION ALL
SELECT 'lyceum_inbox_lag_seconds', '', coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
  FROM core.inbox WHERE state = 'received'
UNION ALL
SELECT CASE kind WHEN 'late' THEN 'lyceum_invariant_late' ELSE 'lyceum_invariant_violations' END, name,
       violations::float8 FROM core.invariant_checks WHERE violations IS NOT NULL
UNION ALL
SELECT 'lyceum_invariants_unknown', '', count(*)::float8 FROM core.invariant_checks WHERE violations IS NULL
UNION ALL
SELECT 'lyceum_invariants_checked_at', '', coalesce(extract(epoch FROM min(checked_at)), 0)::float8
  FROM core.invariant_checks
""")

_HELP = {
    "lyceum_outbox_unrelayed": "Domain events that no listener was given yet.",
    "lyceum_outbox_oldest_seconds": "Age of the oldest of them.",
    "lyceum_jobs": "Jobs that wait, run or gave up.",
    "lyceum_jobs_oldest_due_seconds": "How long the longest waiting due job has been due.",
    "lyceum_jobs_oldest_retry_seconds": "Age of the oldest job that failed before and waits for another try.",
    "lyceum_inbox_unprocessed": "Webhooks received and not worked on.",
    "lyceum_inbox_lag_seconds": "Age of the oldest of them.",
    "lyceum_invariant_violations": "Rows that break a promise, as the worker last counted them. Must be 0.",
    "lyceum_invariant_late": "Rows that wait longer than they should, as the worker last counted them.",
    "lyceum_invariants_unknown": "Promises that could not be looked at the last time.",
    "lyceum_invariants_checked_at": "When the promises were looked at, in Unix seconds; 0: never.",
}
_LABELS = {
    "lyceum_jobs": "state",
    "lyceum_invariant_violations": "invariant",
    "lyceum_invariant_late": "invariant",
}


class Metrics:
    """The figures of one process."""

    def __init__(self, settings: ServerSettings) -> None:
        self._folder = _shared_folder(settings) if settings.workers > 1 else None
        # Where values are kept is decided when the library is first imported in earnest.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

        disable_created_metrics()  # type: ignore[no-untyped-call]  # not annotated
        self._registry = CollectorRegistry()
        self._queues = _Queues()
        self._requests = Counter(
            "lyceum_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "lyceum_http_request_seconds",
            "Time from the first byte read to the last byte given to the server.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._in_use = Gauge(
            "lyceum_pool_in_use",
            "Database connections in use, or at hand for the next statement of a hot path.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._pool = Gauge(
            "lyceum_pool_size", "Database connections at most.", registry=self._registry, multiprocess_mode="livesum"
        )
        # Looking a labelled figure up costs more than counting with it.
        self._counters: dict[tuple[str, str, int], Any] = {}
        self._timers: dict[tuple[str, str], Any] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one finished request. `route` is a template, so the number of series is bounded."""
        counter = self._counters.get((method, route, status))
        if counter is None:
            known = method if method in _METHODS else "other"
            counter = self._counters[method, route, status] = self._requests.labels(known, route, str(status))
            self._timers[method, route] = self._seconds.labels(known, route)
        counter.inc()
        self._timers[method, route].observe(seconds)

    def watch_pool(self, engine: AsyncEngine, size: int) -> None:
        """Follow the connections that leave the engine's pool and come back."""
        self._pool.set(size)
        event.listen(engine.sync_engine, "checkout", lambda *_: self._in_use.inc())
        event.listen(engine.sync_engine, "checkin", lambda *_: self._in_use.dec())

    async def exposition(self, engine: AsyncEngine) -> tuple[bytes, str]:
        """All figures in Prometheus' text format, and its media type."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

        await self._queues.refresh(engine)
        queues = CollectorRegistry()
        queues.register(self._queues)
        return self.requests_exposition() + generate_latest(queues), CONTENT_TYPE_LATEST

    def requests_exposition(self) -> bytes:
        """What was counted here, or by all processes of this family."""
        from prometheus_client import CollectorRegistry, multiprocess
        from prometheus_client.exposition import generate_latest

        if self._folder is None:
            return generate_latest(self._registry)
        family = CollectorRegistry()
        multiprocess.MultiProcessCollector(family, str(self._folder))  # type: ignore[no-untyped-call]  # not annotated
        return generate_latest(family)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Queues:
    """What the database says about the queues; the last answer when it says nothing."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, float]] = []
        self._asked = -FRESH
        self._up = 0.0

    async def refresh(self, engine: AsyncEngine) -> None:
        if time.monotonic() - self._asked < FRESH:
            return
        self._asked = time.monotonic()
        try:
            async with engine.connect() as connection:
                self._rows = [(row.name, row.label, row.value) for row in await connection.execute(_QUEUES)]
            self._up = 1.0
        except (SQLAlchemyError, OSError) as error:
            self._up = 0.0
            log.warning("queues_unknown", error=type(error).__name__)

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        yield GaugeMetricFamily("lyceum_database_up", "Whether the queues could be asked.", value=self._up)
        families: dict[str, GaugeMetricFamily] = {}
        for name, label, value in self._rows:
            labels = [_LABELS[name]] if name in _LABELS else []
            family = families.setdefault(name, GaugeMetricFamily(name, _HELP[name], labels=labels))
            family.add_metric([label] if labels else [], value)
        yield from families.values()


def _shared_folder(settings: ServerSettings) -> Path:
    """One folder per family of processes, named after the parent; those of dead parents are removed."""
    base = settings.state / "metrics"
    folder = base / str(os.getppid())
    folder.mkdir(parents=True, exist_ok=True)
    for other in base.iterdir():
        if other.name.isdigit() and not psutil.pid_exists(int(other.name)):
            shutil.rmtree(other, ignore_errors=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder
