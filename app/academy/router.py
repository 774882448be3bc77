"""The academy's table of contents: its features' routers, one line each."""

from app.academy.agenda.router import router as agenda
from app.academy.assessments.router import router as assessments
from app.academy.attempts.router import router as attempts
from app.academy.badges.router import router as badges
from app.academy.calibration.router import router as calibration
from app.academy.certificates.router import router as certificates
from app.academy.cohorts.router import router as cohorts
from app.academy.competencies.router import router as competencies
from app.academy.course_skills.router import router as course_skills
from app.academy.courses.router import router as courses
from app.academy.credentials.router import root as credential_pages
from app.academy.credentials.router import router as credentials
from app.academy.enrollments.router import router as enrollments
from app.academy.evidence.router import router as evidence
from app.academy.gain.router import router as gain
from app.academy.gain_reports.router import router as gain_reports
from app.academy.grading.router import router as grading
from app.academy.lessons.router import router as lessons
from app.academy.path_enrollments.router import router as path_enrollments
from app.academy.path_groups.router import router as path_groups
from app.academy.path_offers.router import router as path_offers
from app.academy.path_payments.router import router as path_payments
from app.academy.path_progress.router import router as path_progress
from app.academy.path_steps.router import router as path_steps
from app.academy.paths.router import router as paths
from app.academy.people.router import router as people
from app.academy.progress.router import router as progress
from app.academy.psychometrics.router import router as psychometrics
from app.academy.questions.router import router as questions
from app.academy.results.router import router as results
from app.academy.sign_offs.router import router as sign_offs
from app.academy.skill_impact.router import router as skill_impact
from app.academy.skill_profiles.router import router as skill_profiles
from app.academy.skill_standing.router import router as skill_standing
from app.academy.skills.router import router as skills
from app.academy.waitlist.router import router as waitlist
from app.core.http.routing import Router

router = Router(prefix="/academy", tags=["academy"])

# Catalogue
router.include_router(courses)  # /courses  /courses/{course_id}/publication
router.include_router(agenda)  # /courses/{course_id}/sessions  /sessions
router.include_router(cohorts)  # /courses/{course_id}/cohorts  /cohorts  /cohorts/{cohort_id}/status

# Learning paths
router.include_router(paths)  # /paths  /path-slugs/{slug}  /paths/{path_id}/skills  …/activation
router.include_router(path_steps)  # /paths/{path_id}/steps  …/steps/order  /path-steps
router.include_router(path_groups)  # /paths/{path_id}/groups  /path-groups
router.include_router(path_offers)  # /paths/{path_id}/offers  /path-offers

# People
router.include_router(people)  # /me/profile  /learners  /organizations  /timezone-backfills

# Selling seats
router.include_router(enrollments)  # /cohorts/{cohort_id}/checkout  /enrollments  /me/enrollments  /me/cohorts
router.include_router(waitlist)  # /cohorts/{cohort_id}/waitlist  /waitlist  /me/waitlist

# Learning
router.include_router(lessons)  # /sessions/{session_id}/lessons  /lessons  /enrollments/{enrollment_id}/lessons
router.include_router(progress)  # /enrollments/{enrollment_id}/progress  …/completion  /cohorts/{cohort_id}/attendance

# People in paths
router.include_router(path_payments)  # /paths/{path_id}/checkout  /me/path-purchases  /path-purchases
router.include_router(path_enrollments)  # /paths/{path_id}/enrollments  /me/path-enrollments  /path-enrollments
router.include_router(path_progress)  # /path-enrollments/{path_enrollment_id}/steps/{step_id}/completion  …/enrollments

# Assessments
router.include_router(assessments)  # /assessments  /assessments/{assessment_id}/publication
router.include_router(questions)  # /assessments/{assessment_id}/questions  /questions  …/pair  …/threshold
router.include_router(attempts)  # /assessments/{assessment_id}/attempts  /attempts  /me/attempts
router.include_router(grading)  # /reviews  /responses  /attempts/{attempt_id}/confirmation
router.include_router(calibration)  # /questions/{question_id}/calibration  /assessments/{assessment_id}/calibration
router.include_router(results)  # /organizations/{organization_id}/assessment-results

# Learning, measured
router.include_router(gain)  # /enrollments/{enrollment_id}/gain  /gain-recomputations
router.include_router(gain_reports)  # /cohorts/{cohort_id}/gain  /courses/{course_id}/gain  /organizations/…/gain
router.include_router(psychometrics)  # /assessments/{assessment_id}/statistics

# Skills
router.include_router(evidence)  # /evidence  /evidence/{evidence_id}/corrections  …/withdrawal
router.include_router(sign_offs)  # /sign-offs  /sign-off-requests
router.include_router(skill_profiles)  # /me/skill-profile  /learners/{account_id}/skill-profile
router.include_router(skills)  # /skills  /skill-slugs/{slug}
router.include_router(competencies)  # /skills/{skill_id}/competencies  /competencies
router.include_router(course_skills)  # /courses/{course_id}/skills  …/outcomes  /lessons/{lesson_id}/competencies
router.include_router(skill_impact)  # /courses/{course_id}/skill-impact
router.include_router(skill_standing)  # /skills/{skill_id}/leaderboard  /me/skill-suggestions

# What was achieved
router.include_router(certificates)  # /enrollments/{enrollment_id}/certificate  /certificates  /path-certificates
router.include_router(badges)  # /badges  /me/portfolio  /portfolios
router.include_router(credentials)  # /credentials/{credential_id}  …/verification  …/jwt  …/png  …/pdf  …/revocation

# Outside of the prefix
root = Router(tags=["academy"])
root.include_router(credential_pages)  # /verify  /badges  /open-badges  /.well-known/did.json
