"""What many callers were told, counted; and what every contest of seats needs to ask for one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from chaos.http import Answer
    from chaos.ledger import Ledger
    from chaos.stage import Stage

RETURN_TO = {"success_url": "https://app.example.com/welcome", "cancel_url": "https://app.example.com/courses"}

_TAKEN = """
SELECT c.current_enrollment, c.held, c.max_capacity,
       (SELECT count(*) FROM academy.enrollments e WHERE e.cohort_id = c.id AND e.has_seat) AS rows
FROM academy.cohorts c WHERE c.id = $1
"""


def checkout_of(cohort_id: UUID) -> str:
    """Where a seat of a cohort is bought."""
    return f"/academy/cohorts/{cohort_id}/checkout"


def told(answer: "Answer") -> str:
    """An answer in a word or two: `201`, `409 academy.cohort_full`, or how the connection broke."""
    return f"{answer.status} {answer.code}".strip() if answer.status else answer.broke


def tally(answers: "Iterable[Answer]") -> Counter[str]:
    """How often each answer was given."""
    return Counter(told(each) for each in answers)


def compare(ledger: "Ledger", equation: str, where: str, wanted: Mapping[str, int], found: Mapping[str, int]) -> int:
    """Enter each answer that was given too often as an offence; returns how many there are.

    Their number is wanted as well, so an answer that is missing shows as another one too many.
    """
    count = 0
    for name in sorted(found):
        for _ in range(found[name] - wanted.get(name, 0)):
            ledger.offence(equation, f"{where}: {name} beyond {wanted.get(name, 0)}")
            count += 1
    return count


async def seats_taken(stage: "Stage", cohort_id: UUID) -> tuple[int, int]:
    """How many seats of a cohort are taken: as counted, and by rows."""
    row = await stage.database.fetchrow(_TAKEN, cohort_id)
    return (-1, -1) if row is None else (row["current_enrollment"], row["rows"])


async def compare_seats(stage: "Stage", ledger: "Ledger", where: str, cohort_id: UUID, wanted: int) -> int:
    """Enter an offence when counter or rows of a cohort are not what its buyers were told."""
    found = await seats_taken(stage, cohort_id)
    if found == (wanted, wanted):
        return 0
    ledger.offence("counters", f"{where}: {wanted} seats told, {found[0]} counted, {found[1]} there")
    return 1


def percentile(seconds: Iterable[float], share: float) -> float:
    """The value that `share` of all stay below, in milliseconds; 0 of nothing."""
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1) if ordered else 0.0
