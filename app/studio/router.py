"""The studio's table of contents: its features' routers, one line each."""

from app.core.http.routing import Router
from app.studio.clients.router import router as clients

router = Router(prefix="/studio", tags=["studio"])

# Who content is written for
router.include_router(clients)  # /clients  /clients/{client_id}/members  /staff
