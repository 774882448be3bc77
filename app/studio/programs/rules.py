"""What can be said of a program without asking anybody."""

from app.studio.models import Program, ProgramStatus
from app.studio.programs.errors import ProgramPublished


def require_unpublished(program: Program) -> None:
    """Raise `ProgramPublished` for a program that has to go back to a draft before it is changed."""
    if program.status == ProgramStatus.published:
        raise ProgramPublished
