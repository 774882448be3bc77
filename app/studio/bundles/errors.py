"""What bundles refuse."""

from app.core.errors import Conflict


class ProgramNotPortable(Conflict):
    """Something was written past the API that no import would take. `errors` says where in the bundle it would be."""

    code = "studio.program_not_portable"
    title = "Something in this program does not fit a bundle"
