"""Webhooks' table of contents."""

from app.core.http.routing import Router
from app.webhooks.inbox.router import router as inbox

router = Router(prefix="/webhooks", tags=["webhooks"])

# From providers
router.include_router(inbox)  # /webhooks/stripe
