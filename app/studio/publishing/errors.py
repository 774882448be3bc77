"""What the flows refuse."""

from collections.abc import Sequence
from dataclasses import asdict

from app.core.errors import Conflict
from app.studio.publishing.rules import BlockingItem


class ProgramTransitionRefused(Conflict):
    """draft → in_progress → review → published; one step back until published; from there to draft (S-FLW-01)."""

    code = "studio.program_transition_refused"
    title = "A program does not go from this status to that one"


class SessionTransitionRefused(Conflict):
    """draft → content_created → approved → published; back as a program (S-FLW-02)."""

    code = "studio.session_transition_refused"
    title = "A session does not go from this status to that one"


class ContentTransitionRefused(Conflict):
    """draft → review → approved, and one step back (S-FLW-03)."""

    code = "studio.content_transition_refused"
    title = "Content does not go from this status to that one"


class PublicationBlocked(Conflict):
    """Something below is not approved yet (S-FLW-04). `blocking` lists it."""

    code = "studio.publication_blocked"
    title = "Not everything below is approved"

    def __init__(self, blocking: Sequence[BlockingItem] = ()) -> None:
        items = [{**asdict(item), "id": str(item.id)} for item in blocking]
        super().__init__(members={"blocking": items})
