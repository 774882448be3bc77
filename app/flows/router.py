"""The flows' table of contents."""

from app.core.http.routing import Router
from app.flows.current_account.router import router as current_account

router = Router()
router.include_router(current_account)  # /identity/me
