"""What the intake refuses. A bad signature is the gateway's own refusal."""

from app.core.errors import NotFound, Unavailable


class WebhooksNotConfigured(Unavailable):
    """No secret to verify with. 503 and not 404: the sender keeps the event and tries again for days (rule 30)."""

    code = "webhooks.not_configured"
    title = "This webhook has no secret to be verified with"

    def __init__(self) -> None:
        super().__init__(retry_after=3600)


class MessageNotFound(NotFound):
    """No such webhook was received."""

    code = "webhooks.message_not_found"
    title = "No such message in the inbox"
