"""The academy's table of contents: its features' routers, one line each."""

from app.academy.courses import router as courses
from app.core.http.routing import Router

router = Router(prefix="/academy", tags=["academy"])

# Catalogue
router.include_router(courses.router)  # /courses  /courses/{course_id}/publication
