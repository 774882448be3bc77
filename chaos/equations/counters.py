"""Counters: what is counted beside the rows agrees with the rows, and nothing is sold beyond its limit."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chaos.ledger import Ledger
    from chaos.stage import Stage

_QUESTIONS = {
    "seats counted wrongly": """
        SELECT c.id || ': ' || c.current_enrollment || ' counted, ' || found.rows || ' there'
        FROM academy.cohorts c CROSS JOIN LATERAL (
            SELECT count(*) AS rows FROM academy.enrollments e WHERE e.cohort_id = c.id AND e.has_seat) found
        WHERE c.current_enrollment <> found.rows""",
    "offers counted wrongly": """
        SELECT c.id || ': ' || c.held || ' counted, ' || found.rows || ' there'
        FROM academy.cohorts c CROSS JOIN LATERAL (
            SELECT count(*) AS rows FROM academy.waitlist w
            WHERE w.offered_cohort_id = c.id AND w.status = 'offered') found
        WHERE c.held <> found.rows""",
    "queue counted wrongly": """
        SELECT c.id || ': ' || c.waiting || ' counted, ' || found.rows || ' there'
        FROM academy.cohorts c CROSS JOIN LATERAL (
            SELECT count(*) AS rows FROM academy.waitlist w WHERE w.cohort_id = c.id AND w.status = 'waiting') found
        WHERE c.waiting <> found.rows""",
    "sold beyond capacity": """
        SELECT c.id || ': ' || found.rows || ' of ' || c.max_capacity
        FROM academy.cohorts c CROSS JOIN LATERAL (
            SELECT (SELECT count(*) FROM academy.enrollments e WHERE e.cohort_id = c.id AND e.has_seat)
                 + (SELECT count(*) FROM academy.waitlist w
                    WHERE w.offered_cohort_id = c.id AND w.status = 'offered') AS rows) found
        WHERE found.rows > c.max_capacity""",
    "organization's seats counted wrongly": """
        SELECT o.id || ': ' || o.seats_used || ' counted, ' || found.rows || ' there'
        FROM academy.organizations o CROSS JOIN LATERAL (
            SELECT count(*) AS rows FROM academy.enrollments e
            JOIN academy.cohorts c ON c.id = e.cohort_id
            WHERE e.organization_id = o.id AND (e.has_seat OR c.start_date <= now())) found
        WHERE o.seats_used <> found.rows AND o.seats_used + found.rows > 0""",
    "a free seat while somebody waits": """
        SELECT c.id || ': ' || c.max_capacity - c.current_enrollment - c.held || ' free, ' || c.waiting || ' waiting'
        FROM academy.cohorts c JOIN academy.courses course ON course.id = c.course_id
        WHERE c.waiting > 0 AND c.current_enrollment + c.held < c.max_capacity AND c.status = 'open'
          AND c.start_date > now() AND course.status = 'published'""",
    "overtaken in the queue": """
        SELECT w.id || ' at ' || w.position FROM academy.waitlist w
        WHERE w.status = 'waiting' AND w.cohort_id IS NOT NULL AND EXISTS (
            SELECT FROM academy.waitlist later WHERE later.cohort_id = w.cohort_id
              AND later.offered_at IS NOT NULL AND later.position > w.position)""",
}


async def counters(stage: "Stage", _ledger: "Ledger") -> list[str]:
    """Every counter of every cohort and organization, recounted."""
    offences = []
    for what, question in _QUESTIONS.items():
        offences += [f"{what}: {row[0]}" for row in await stage.database.fetch(question)]
    return offences
