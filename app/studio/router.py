"""The studio's table of contents: its features' routers, one line each."""

from app.core.http.routing import Router
from app.studio.bundles.router import router as bundles
from app.studio.chapters.router import router as chapters
from app.studio.clients.router import router as clients
from app.studio.contents.router import router as contents
from app.studio.documents.router import router as documents
from app.studio.knowledge.router import router as knowledge
from app.studio.programs.router import router as programs
from app.studio.publishing.router import router as publishing
from app.studio.reviews.router import router as reviews
from app.studio.sessions.router import router as sessions
from app.studio.trees.router import router as trees

router = Router(prefix="/studio", tags=["studio"])

# Who content is written for
router.include_router(clients)  # /clients  /clients/{client_id}/members  /staff

# What is written
router.include_router(programs)  # /clients/{client_id}/programs  /programs
router.include_router(chapters)  # /programs/{program_id}/chapters, chapter-order, renumbering  /chapters
router.include_router(knowledge)  # /clients/{client_id}/knowledge  /programs/{program_id}/knowledge
router.include_router(sessions)  # /chapters/{chapter_id}/sessions, session-order  /sessions
router.include_router(trees)  # /programs/{program_id}/tree
router.include_router(bundles)  # /programs/{program_id}/export  /clients/{client_id}/imports

# Content, and how it becomes public
router.include_router(documents)  # /schemas
router.include_router(contents)  # /sessions/{session_id}/article  /video  /quiz  /exercise
router.include_router(publishing)  # …/status-changes  …/status  …/revisions
router.include_router(reviews)  # …/comments  /comments/{comment_id}/resolution
