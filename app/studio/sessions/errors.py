"""What sessions refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict


class SessionNumberTaken(Conflict):
    """Numbers are unique in a chapter."""

    code = "studio.session_number_taken"
    title = "Another session of this chapter has that number"


class SessionPublished(Conflict):
    """What was published stays as it was published (Z-192)."""

    code = "studio.session_published"
    title = "A published session is not changed: take it back to a draft first"


refuse_constraint("uq_sessions_chapter_id_number", SessionNumberTaken)
"""The code sets places under the program's lock, so only numbers can collide."""
