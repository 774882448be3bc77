"""What a sender of webhooks is told."""

from typing import Literal

from pydantic import Field

from app.core.http.schema import View


class WebhooksReceipt(View):
    """The event is stored, now or before; it is worked on later."""

    received: Literal[True] = Field(examples=[True])
