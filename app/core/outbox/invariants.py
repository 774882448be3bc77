"""What the machinery promises: every event reaches every listener, every job an end, every key an answer.

Waits are measured in minutes: the sweep looks twice a second, so whatever is due for longer has nobody who does it.
"""

from typing import Any

from app.core.database.roles import SCHEMAS
from app.core.invariants import Invariant, Kind
from app.core.outbox.listen import listeners


def _listeners() -> dict[str, Any]:
    heard = [(listener.event.kind, name) for name, listener in listeners().items() if listener.event]
    return {"kinds": [kind for kind, _ in heard], "names": [name for _, name in heard]}


def _clocks() -> dict[str, Any]:
    timed = [(name, listener.period.total_seconds()) for name, listener in listeners().items() if listener.period]
    return {"clocks": [name for name, _ in timed], "periods": [period for _, period in timed]}


INVARIANTS = (
    Invariant(
        "core.events_have_their_jobs",
        "every relayed event of the last day has a job for each listener",
        "X-EVT-01",
        # A listener counts from its first job on: events from before it was written were never meant for it.
        """
        SELECT event.id AS subject, format('%s has no %s', event.kind, heard.name) AS detail
        FROM unnest(CAST(:kinds AS text[]), CAST(:names AS text[])) AS heard(kind, name)
        JOIN (SELECT name, min(number) AS number FROM core.jobs
              WHERE event_id IS NOT NULL GROUP BY name) first USING (name)
        JOIN core.outbox event ON event.kind = heard.kind AND event.number > first.number
        WHERE event.relayed_at IS NOT NULL AND event.created_at > now() - interval '1 day'
          AND NOT EXISTS (SELECT FROM core.jobs job WHERE job.event_id = event.id AND job.name = heard.name)
        """,
        values=_listeners,
    ),
    Invariant(
        "core.jobs_have_relayed_events",
        "no job runs for an event that was not relayed with it",
        "X-EVT-01",
        """
        SELECT event.id AS subject, format('%s, job %s', event.kind, job.id) AS detail
        FROM core.outbox event JOIN core.jobs job ON job.event_id = event.id WHERE event.relayed_at IS NULL
        """,
    ),
    Invariant(
        "core.leases_end",
        "every running job has a lease that ends within the hour: killed, it is taken up again",
        "rule 23",
        """
        SELECT id AS subject, format('%s until %s', name, coalesce(lease_expires_at::text, 'nobody knows')) AS detail
        FROM core.jobs
        WHERE state = 'running' AND (lease_expires_at IS NULL OR lease_expires_at > now() + interval '1 hour')
        """,
    ),
    Invariant(
        "core.ended_jobs_are_over",
        "a job that is done, dead or cancelled says when, and nobody holds it",
        "rule 24",
        """
        SELECT id AS subject, format('%s, %s', name, state) AS detail FROM core.jobs
        WHERE state IN ('done', 'dead') AND (finished_at IS NULL OR lease_expires_at IS NOT NULL)
           OR state = 'done' AND attempt = 0
        """,
    ),
    Invariant(
        "core.keys_can_be_answered",
        "an idempotency key without an answer has a lease, so that somebody may go on with it",
        "X-API-03",
        """
        SELECT id AS subject, format('%s, no answer and no lease', method) AS detail
        FROM core.idempotency_keys WHERE answer_status IS NULL AND lease_expires_at IS NULL
        """,
    ),
    Invariant(
        "core.months_are_made",
        "every table that is kept by months has a place for what comes next month",
        "X-JOB-01",
        """
        SELECT kept.oid::regclass AS subject, 'no place for next month' AS detail
        FROM pg_class kept, LATERAL (SELECT now() + interval '1 month') next(moment)
        WHERE kept.relkind = 'p' AND NOT kept.relispartition
          AND kept.relnamespace::regnamespace::text = ANY(CAST(:schemas AS text[]))
          AND NOT EXISTS (SELECT FROM core.months_of(kept.oid) made
                          WHERE made.begins <= next.moment AND made.ends > next.moment)
        """,
        values=lambda: {"schemas": list(SCHEMAS)},
    ),
    Invariant(
        "core.events_are_relayed",
        "no domain event lies unrelayed for over five minutes",
        "rule 23",
        """
        SELECT id AS subject, format('%s since %s', kind, created_at) AS detail FROM core.outbox
        WHERE relayed_at IS NULL AND created_at < now() - interval '5 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "core.jobs_are_run",
        "no job whose turn it is waits for over ten minutes",
        "rule 23",
        """
        SELECT id AS subject, format('%s, due since %s', name, run_at) AS detail FROM core.jobs job
        WHERE state = 'queued' AND run_at < now() - interval '10 minutes'
          AND NOT EXISTS (SELECT FROM core.jobs older WHERE older.name = job.name AND older.key = job.key
                          AND older.number < job.number AND older.state IN ('queued', 'running'))
        """,
        Kind.late,
    ),
    Invariant(
        "core.forsaken_jobs_are_retaken",
        "no running job is past its lease for over five minutes",
        "rule 23",
        """
        SELECT id AS subject, format('%s, lease ended %s', name, lease_expires_at) AS detail FROM core.jobs
        WHERE state = 'running' AND lease_expires_at < now() - interval '5 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "core.no_job_is_dead",
        "no job has given up and waits for somebody to look at it",
        "rule 25",
        "SELECT id AS subject, format('%s after %s tries', name, attempt) AS detail FROM core.jobs"
        " WHERE state = 'dead'",
        Kind.late,
    ),
    Invariant(
        "core.clocks_go_on",
        "no schedule has missed its slot by two periods",
        "X-JOB-01",
        """
        SELECT known.name AS subject, format('last slot %s', known.last_slot) AS detail
        FROM unnest(CAST(:clocks AS text[]), CAST(:periods AS float8[])) AS clock(name, period)
        JOIN core.schedules known USING (name)
        WHERE known.last_slot < now() - make_interval(secs => 2 * clock.period) - interval '5 minutes'
        """,
        Kind.late,
        values=_clocks,
    ),
    Invariant(
        "core.keys_are_answered",
        "no idempotency key is left without an answer for over an hour by a process that died",
        "X-API-03",
        """
        SELECT id AS subject, format('%s, lease ended %s', method, lease_expires_at) AS detail
        FROM core.idempotency_keys
        WHERE answer_status IS NULL AND lease_expires_at < now() AND created_at < now() - interval '1 hour'
          AND expires_at > now()
        """,
        Kind.late,
    ),
)
