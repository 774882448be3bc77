"""The studio's table of contents: its features' routers, one line each."""

from app.core.http.routing import Router
from app.studio.clients.router import router as clients
from app.studio.contents.router import router as contents
from app.studio.documents.router import router as documents
from app.studio.publishing.router import router as publishing
from app.studio.reviews.router import router as reviews

router = Router(prefix="/studio", tags=["studio"])

# Who content is written for
router.include_router(clients)  # /clients  /clients/{client_id}/members  /staff

# Content, and how it becomes public
router.include_router(documents)  # /schemas
router.include_router(contents)  # /sessions/{session_id}/article  /video  /quiz  /exercise
router.include_router(publishing)  # …/status-changes  …/status  …/revisions
router.include_router(reviews)  # …/comments  /comments/{comment_id}/resolution
