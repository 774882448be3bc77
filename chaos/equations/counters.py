"""Counters: what is counted beside the rows agrees with the rows, and nothing is sold beyond its limit.

The product's own invariants recount everything (`promises.py`); here is what they may only say after a while.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chaos.ledger import Ledger
    from chaos.stage import Stage

_QUESTIONS = {
    "a free seat while somebody waits": """
        SELECT c.id || ': ' || c.max_capacity - c.current_enrollment - c.held || ' free, ' || c.waiting || ' waiting'
        FROM academy.cohorts c JOIN academy.courses course ON course.id = c.course_id
        WHERE c.waiting > 0 AND c.current_enrollment + c.held < c.max_capacity AND c.status = 'open'
          AND c.start_date > now() AND course.status = 'published'""",
}


async def counters(stage: "Stage", _ledger: "Ledger") -> list[str]:
    """Seats that lie idle though somebody waits."""
    offences = []
    for what, question in _QUESTIONS.items():
        offences += [f"{what}: {row[0]}" for row in await stage.database.fetch(question)]
    return offences
