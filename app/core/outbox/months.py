"""Tables that grow without end are kept by months: the next months are made in time, old ones are dropped whole.

Which tables these are is asked of the catalogue; how long each is kept is a setting (`RetentionSettings`). Making and
dropping are functions of the database, because the runtime role owns nothing (docs/decisions/0012).
"""

from datetime import timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database.roles import SCHEMAS
from app.core.outbox.listen import Patience, every
from app.core.outbox.run import JobRun, RetryLater
from app.settings import settings

log = structlog.get_logger(__name__)

AHEAD = 3

_KEPT = text("""
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'p' AND NOT relispartition AND relnamespace::regnamespace::text = ANY(:schemas) ORDER BY 1
""")

_KEEP = text("SELECT core.keep_months(CAST(CAST(:name AS text) AS regclass), :ahead)")

# The month that has just ended is not a month old yet: what was written on its last day is kept the full time.
_DROP = text("""
SELECT core.drop_months(
    CAST(CAST(:name AS text) AS regclass),
    CAST(date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => :months) AS date))
""")


@every(hours=24, at=timedelta(hours=2), patience=Patience(tries=10, time_limit=timedelta(minutes=5)))
async def keep_months(job: JobRun) -> None:
    """Make the next months of every table that is kept by months, and drop those that its setting lets go.

    Each table in a transaction of its own, which waits briefly for its locks: a busy table is tried again later and
    does not hold up the others. Months are made long before they are needed.
    """
    async with job.transaction() as session:
        tables = list(await session.scalars(_KEPT, {"schemas": list(SCHEMAS)}))
    busy = []
    for table in tables:
        try:
            await _keep(job, table, settings().retention.months.get(table, 0))
        except DBAPIError as error:
            log.warning("months_not_kept", table=table, sqlstate=getattr(error.orig, "sqlstate", None))
            busy.append(table)
    if busy:
        raise RetryLater(f"could not keep the months of {', '.join(busy)}", timedelta(minutes=2))


async def _keep(job: JobRun, table: str, months: int) -> None:
    async with job.transaction() as session:
        made = await session.scalar(_KEEP, {"name": table, "ahead": AHEAD})
    dropped = 0
    if months:
        async with job.transaction() as session:
            dropped = await session.scalar(_DROP, {"name": table, "months": months}) or 0
    if made or dropped:
        log.info("months_kept", table=table, made=made, dropped=dropped)
