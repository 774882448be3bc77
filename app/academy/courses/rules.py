"""What holds for courses without asking anybody: how many days a kind of course has."""

from app.academy.models import SessionType

# How many days a course of a kind has (A-CRS-04, Z-71); None: as many as it takes.
_LAST_DAY = {SessionType.cohort: 2, SessionType.webinar: 1, SessionType.hackathon: None}


def last_day(session_type: str) -> int | None:
    """The highest day number that an agenda of this kind of course may have; None when there is no highest."""
    return _LAST_DAY[SessionType(session_type)]


def day_fits(session_type: str, day_number: int) -> bool:
    """Whether an agenda of this kind of course may have this day."""
    last = last_day(session_type)
    return day_number >= 1 and (last is None or day_number <= last)
