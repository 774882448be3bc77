"""The studio's table of contents: its features' routers, one line each."""

from app.core.http.routing import Router

router = Router(prefix="/studio", tags=["studio"])
