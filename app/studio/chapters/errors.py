"""What chapters refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict


class ChapterNumberTaken(Conflict):
    """Numbers are unique in a program."""

    code = "studio.chapter_number_taken"
    title = "Another chapter of this program has that number"


class ChapterPublished(Conflict):
    """What was published stays as it was published (Z-192)."""

    code = "studio.chapter_published"
    title = "A session of this chapter is published: take it back to a draft first"


refuse_constraint("uq_chapters_program_id_number", ChapterNumberTaken)
"""The code sets places under the program's lock, so only numbers can collide."""
