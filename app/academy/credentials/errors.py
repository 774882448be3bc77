"""What is refused about credentials."""

from app.core.errors import Conflict, NotFound


class CredentialUnknown(NotFound):
    """There is no credential with this id."""

    code = "academy.credential_unknown"
    title = "There is no such credential"


class AlreadyRevoked(Conflict):
    """What was taken back stays so; a new one may be issued."""

    code = "academy.already_revoked"
    title = "This credential was revoked before"


class FilesNotReady(Conflict):
    """The worker is still at its files."""

    code = "academy.files_not_ready"
    title = "The files of this credential are not made yet"
