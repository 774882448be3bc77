"""The academy's table of contents: its features' routers, one line each."""

from app.academy.courses.router import router as courses
from app.core.http.routing import Router

router = Router(prefix="/academy", tags=["academy"])

# Catalogue
router.include_router(courses)  # /courses  /courses/{course_id}/publication
