"""What the inbox refuses."""

from app.core.errors import NotFound


class NoticeNotFound(NotFound):
    """No such notice of the caller."""

    code = "notifications.notice_not_found"
    title = "No such notification"
