"""The academy's table of contents: its features' routers, one line each."""

from app.academy.agenda.router import router as agenda
from app.academy.cohorts.router import router as cohorts
from app.academy.courses.router import router as courses
from app.academy.enrollments.router import router as enrollments
from app.academy.gain.router import router as gain
from app.academy.gain_reports.router import router as gain_reports
from app.academy.people.router import router as people
from app.academy.psychometrics.router import router as psychometrics
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

# Learning
router.include_router(gain)  # /enrollments/{enrollment_id}/gain  /gain-recomputations
router.include_router(gain_reports)  # /cohorts/{cohort_id}/gain  /courses/{course_id}/gain  /organizations/…/gain
router.include_router(psychometrics)  # /assessments/{assessment_id}/statistics
