"""What can be said of sessions without asking anybody."""

from collections.abc import Collection
from itertools import count

from app.studio.models import ContentSession, SessionStatus
from app.studio.sessions.errors import SessionPublished


def require_unpublished(item: ContentSession) -> None:
    """Raise `SessionPublished` for a session that has to go back to a draft before it is changed."""
    if item.status == SessionStatus.published:
        raise SessionPublished


def free_number(chapter_number: int, taken: Collection[str]) -> str:
    """The first of "2.1", "2.2" … behind as many as there are that nobody in chapter 2 has."""
    candidates = (f"{chapter_number}.{place}" for place in count(len(taken) + 1))
    return next(number for number in candidates if number not in taken)
