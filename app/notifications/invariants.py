"""What the post promises: a mail that was queued goes out, and what went out is known to have."""

from app.core.invariants import Invariant, Kind

INVARIANTS = (
    Invariant(
        "notifications.mails_have_their_event",
        "every queued mail was announced to the postman",
        "X-EVT-01",
        """
        SELECT id AS subject, template AS detail FROM core.mails mail
        WHERE state = 'queued' AND NOT EXISTS (SELECT FROM core.outbox event WHERE event.key = mail.id)
        """,
    ),
    Invariant(
        "notifications.sent_mails_have_a_receipt",
        "every mail that counts as sent says by whom and when",
        "rule 26",
        """
        SELECT id AS subject, template AS detail FROM core.mails
        WHERE state = 'sent' AND (sent_at IS NULL OR provider IS NULL)
        """,
    ),
    Invariant(
        "notifications.no_mail_is_forgotten",
        "no mail is queued whose job says that it is done",
        "rule 24",
        """
        SELECT mail.id AS subject, mail.template AS detail FROM core.mails mail
        JOIN core.outbox event ON event.key = mail.id AND event.kind = 'notifications.mail_queued'
        JOIN core.jobs job ON job.event_id = event.id
        WHERE mail.state = 'queued' AND job.state = 'done'
        """,
    ),
    Invariant(
        "notifications.mails_are_sent",
        "no mail is queued for over an hour",
        "rule 34",
        """
        SELECT id AS subject, format('%s since %s', template, created_at) AS detail FROM core.mails
        WHERE state = 'queued' AND created_at < now() - interval '1 hour'
        """,
        Kind.late,
    ),
)
