"""Notifications' table of contents."""

from app.core.http.routing import Router
from app.notifications.notices.router import router as notices

router = Router(tags=["notifications"])

# The inbox
router.include_router(notices, prefix="/notifications")
