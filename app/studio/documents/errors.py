"""What the published schemas refuse."""

from app.core.errors import NotFound


class UnknownSchema(NotFound):
    """There is no such document."""

    code = "studio.unknown_schema"
    title = "No schema has this name"
