"""The academy's table of contents: its features' routers, one line each."""

from app.academy.agenda.router import router as agenda
from app.academy.badges.router import router as badges
from app.academy.certificates.router import router as certificates
from app.academy.cohorts.router import router as cohorts
from app.academy.courses.router import router as courses
from app.academy.credentials.router import root as credential_pages
from app.academy.credentials.router import router as credentials
from app.academy.enrollments.router import router as enrollments
from app.academy.people.router import router as people
from app.academy.waitlist.router import router as waitlist
from app.core.http.routing import Router

router = Router(prefix="/academy", tags=["academy"])

# Catalogue
router.include_router(courses)  # /courses  /courses/{course_id}/publication
router.include_router(agenda)  # /courses/{course_id}/sessions  /sessions
router.include_router(cohorts)  # /courses/{course_id}/cohorts  /cohorts  /cohorts/{cohort_id}/status

# People
router.include_router(people)  # /me/profile  /learners  /organizations  /timezone-backfills

# Selling seats
router.include_router(enrollments)  # /cohorts/{cohort_id}/checkout  /enrollments  /me/enrollments  /me/cohorts
router.include_router(waitlist)  # /cohorts/{cohort_id}/waitlist  /waitlist  /me/waitlist

# What was achieved
router.include_router(certificates)  # /enrollments/{enrollment_id}/certificate  /certificates  /path-certificates
router.include_router(badges)  # /badges  /me/portfolio  /portfolios
router.include_router(credentials)  # /credentials/{credential_id}  …/verification  …/jwt  …/png  …/pdf  …/revocation

# Outside of the prefix
root = Router(tags=["academy"])
root.include_router(credential_pages)  # /verify  /badges  /open-badges  /.well-known/did.json
