"""What the inbox promises: a webhook that was answered with 200 is worked on."""

from app.core.invariants import Invariant, Kind

INVARIANTS = (
    Invariant(
        "webhooks.messages_have_their_event",
        "every webhook that waits was announced to those who work on it",
        "rule 29",
        """
        SELECT id AS subject, event_type AS detail FROM core.inbox message
        WHERE state = 'received' AND NOT EXISTS (SELECT FROM core.outbox event WHERE event.key = message.id)
        """,
    ),
    Invariant(
        "webhooks.done_messages_are_marked",
        "no webhook waits whose job says that it is done",
        "A-PAY-02",
        """
        SELECT message.id AS subject, format('%s, %s', event_type, job.name) AS detail
        FROM core.inbox message
        JOIN LATERAL (SELECT id FROM core.outbox event WHERE event.key = message.id
                      ORDER BY number DESC LIMIT 1) last ON true
        JOIN core.jobs job ON job.event_id = last.id
        WHERE message.state = 'received' AND job.state = 'done'
        """,
    ),
    Invariant(
        "webhooks.messages_are_worked_on",
        "no webhook waits for over fifteen minutes",
        "A-PAY-02",
        """
        SELECT id AS subject, format('%s since %s', event_type, created_at) AS detail FROM core.inbox
        WHERE state = 'received' AND created_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
)
