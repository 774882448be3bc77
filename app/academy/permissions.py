"""Who may do what in the academy: one table of pure predicates, denied unless a row says otherwise (rules 45 to 48).

A predicate takes the acting learner and the target, reads what is loaded already and asks no database.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from app.academy.models import CohortStatus, CourseStatus, Role
from app.core import permissions
from app.core.permissions import PermissionMap
from app.identity.actor import Actor


@dataclass(frozen=True, slots=True)
class AcademyActor(Actor):
    """An account as the academy knows it. Without a row in `academy.users` it is an individual who has not begun.

    `role` and `organization_id` are read with every request, so a change takes effect on the next one (rule 51).
    """

    role: Role = Role.individual
    organization_id: UUID | None = None
    is_anonymous: bool = False

    @classmethod
    def system(cls) -> Self:
        """The house itself: jobs, the command line."""
        return cls(Actor.system().account_id, None, is_system=True, role=Role.platform_admin)

    @classmethod
    def nobody(cls) -> Self:
        """A caller who has not signed in: owns nothing, belongs nowhere, and sees what everybody sees."""
        return cls(Actor.system().account_id, None, is_anonymous=True)

    @property
    def sees_everything(self) -> bool:
        """Whether nothing of the academy is hidden from this actor."""
        return self.is_system or self.role is Role.platform_admin


class Permission(StrEnum):
    """Everything that can be allowed."""

    COURSE_CREATE = "course_create"
    """Make a course."""
    COURSE_EDIT = "course_edit"
    """Change, publish, archive a course and its agenda."""
    PATH_EDIT = "path_edit"
    """Make, change, activate and delete a learning path, its steps, groups and offers."""
    COHORT_CREATE = "cohort_create"
    """Plan a cohort of a course."""
    COHORT_EDIT = "cohort_edit"
    """Change a cohort: dates, capacity, status."""
    COHORT_READ_ROSTER = "cohort_read_roster"
    """See who is in a cohort and who waits for it."""
    SEAT_BUY = "seat_buy"
    """Check out a seat for oneself, or wait for one."""
    ORGANIZATION_SEAT_USE = "organization_seat_use"
    """Use a seat of one's own organization for oneself."""
    ORGANIZATION_SEAT_ASSIGN = "organization_seat_assign"
    """Give a seat of the organization to one of its people."""
    SEAT_GRANT = "seat_grant"
    """Enroll anybody without payment."""
    ENROLLMENT_READ = "enrollment_read"
    """See an enrollment."""
    ENROLLMENT_END = "enrollment_end"
    """Cancel an enrollment or move it to another cohort."""
    ENROLLMENT_STUDY = "enrollment_study"
    """Act as the learner of an enrollment: the intake survey."""
    PAYMENT_REFUND = "payment_refund"
    """Give money back."""
    WAITLIST_ANSWER = "waitlist_answer"
    """Accept or decline an offer, leave a queue."""
    ORGANIZATION_BILLING = "organization_billing"
    """Set up the billing side of an organization: status, seats, domain."""
    ORGANIZATION_READ_BILLING = "organization_read_billing"
    """See an organization's seats."""
    LEARNERS_READ = "learners_read"
    """See who is in the academy."""
    LEARNER_APPOINT = "learner_appoint"
    """Give somebody a role, with or without an organization."""
    GAIN_READ = "gain_read"
    """See what one learner gained: scores of a person."""
    COHORT_READ_GAIN = "cohort_read_gain"
    """See what a cohort gained."""
    COURSE_READ_GAIN = "course_read_gain"
    """See what the learners of a course gained, and how its assessments measure."""
    ORGANIZATION_READ_GAIN = "organization_read_gain"
    """See what an organization's people gained: never of fewer than five."""
    GAINS_RECOMPUTE = "gains_recompute"
    """Have gains measured again."""
    TIMEZONES_BACKFILL = "timezones_backfill"
    """Give everybody without a time zone the academy's own."""
    SKILL_EDIT = "skill_edit"
    """Make, change and archive skills and their competencies."""
    SUGGESTIONS_READ = "suggestions_read"
    """See which skills somebody could begin next."""
    COURSE_READ_IMPACT = "course_read_impact"
    """See how far each learner of a course is in its skills."""
    ORGANIZATION_READ_IMPACT = "organization_read_impact"
    """See how far an organization's people in a course are: never of fewer than five."""
    LESSON_READ = "lesson_read"
    """See the lessons of a course."""
    PROGRESS_READ = "progress_read"
    """See how far somebody is in a course."""
    ATTENDANCE_RECORD = "attendance_record"
    """Say who was in a class session, and who has completed the course."""
    ASSESSMENT_EDIT = "assessment_edit"
    """Make, change, publish and withdraw assessments and their questions."""
    ASSESSMENT_READ_QUESTIONS = "assessment_read_questions"
    """See questions with what is right, how well a model grades them, and everybody's attempts."""
    ATTEMPT_TAKE = "attempt_take"
    """Begin, answer and hand in."""
    RESPONSE_GRADE = "response_grade"
    """Grade somebody's answer, confirm or override a grade."""
    ORGANIZATION_READ_RESULTS = "organization_read_results"
    """See what an organization's people reached together."""
    CERTIFICATE_ISSUE = "certificate_issue"
    """Issue the certificate of an enrollment that has earned it."""
    CREDENTIAL_READ = "credential_read"
    """See a credential as its holder does, with its files."""
    CREDENTIAL_SHOW_NAME = "credential_show_name"
    """Decide whether a credential shows its holder's name."""
    CREDENTIAL_REVOKE = "credential_revoke"
    """Take a credential back."""
    CREDENTIALS_READ = "credentials_read"
    """List everybody's credentials."""
    BADGE_ISSUE = "badge_issue"
    """Issue a badge to somebody, and renew it: with one's own name for it."""
    PORTFOLIO_PUBLISH = "portfolio_publish"
    """Show one's own badges to everybody, or no longer."""
    COMPETENCY_SELF_ASSESS = "competency_self_assess"
    """Say of oneself that one can do something."""
    COMPETENCY_PEER_REVIEW = "competency_peer_review"
    """Review what somebody shows beside whom one learns."""
    COMPETENCY_ASSESS = "competency_assess"
    """Assess what somebody shows: a project, or what one has seen of them."""
    COMPETENCY_QUIZ = "competency_quiz"
    """Record what a graded attempt showed."""
    EVIDENCE_CORRECT = "evidence_correct"
    """Correct or withdraw evidence."""
    LEVEL_SIGN_OFF = "level_sign_off"
    """Sign for somebody's level of a skill, or decline to."""
    PATH_BUY = "path_buy"
    """Buy a path for oneself, or enroll in it by what entitles to it."""
    PATH_ASSIGN = "path_assign"
    """Enroll one of the organization's people in a path, at its cost."""
    PATH_GRANT = "path_grant"
    """Enroll anybody in a path, without payment."""
    PATH_PAUSE = "path_pause"
    """Let a path rest, and go on with it."""
    PATH_STEP_COMPLETE = "path_step_complete"
    """Complete a step of a path."""
    PATH_STEP_VOUCH = "path_step_vouch"
    """Complete it by one's word, whatever became of its course."""
    PATH_STEP_TAKE = "path_step_take"
    """Take the seat that a step entitles to."""


def is_platform_admin(actor: AcademyActor, _target: Any) -> bool:
    return actor.role is Role.platform_admin


def is_signed_in(actor: AcademyActor, _target: Any) -> bool:
    return not (actor.is_system or actor.is_anonymous)


def course_is_published(_actor: AcademyActor, cohort: Any) -> bool:
    return bool(cohort.course.status != CourseStatus.draft)


def cohort_is_for_all(_actor: AcademyActor, cohort: Any) -> bool:
    return not cohort.is_b2b


def cohort_is_theirs(actor: AcademyActor, cohort: Any) -> bool:
    return cohort.organization_id is not None and cohort.organization_id == actor.organization_id


def is_instructor(actor: AcademyActor, cohort: Any) -> bool:
    return bool(cohort.instructor_id == actor.account_id)


def belongs_to_organization(actor: AcademyActor, _target: Any) -> bool:
    return actor.organization_id is not None


def is_organization_admin(actor: AcademyActor, _target: Any) -> bool:
    return actor.role is Role.org_admin and actor.organization_id is not None


def is_own(actor: AcademyActor, target: Any) -> bool:
    return bool(target.account_id == actor.account_id)


def is_not_own(actor: AcademyActor, target: Any) -> bool:
    return bool(target.account_id != actor.account_id)


def teaches_holder(_actor: AcademyActor, target: Any) -> bool:
    return bool(target.is_taught_by_actor)


def is_the_house(actor: AcademyActor, _target: Any) -> bool:
    return actor.is_system


def is_of_own_organization(actor: AcademyActor, target: Any) -> bool:
    return target.organization_id is not None and target.organization_id == actor.organization_id


def is_among_people(actor: AcademyActor, target: Any) -> bool:
    return actor.account_id in target.people


def has_not_ended(_actor: AcademyActor, cohort: Any) -> bool:
    return cohort.status not in {CohortStatus.completed, CohortStatus.cancelled}


def teaches(_actor: AcademyActor, target: Any) -> bool:
    return bool(target.is_teacher)


def learns(_actor: AcademyActor, target: Any) -> bool:
    return bool(target.is_learner)


def is_anothers(actor: AcademyActor, target: Any) -> bool:
    return bool(target.account_id != actor.account_id)


def learns_beside(_actor: AcademyActor, target: Any) -> bool:
    return bool(target.is_fellow)


def is_assessor(actor: AcademyActor, target: Any) -> bool:
    return bool(target.assessed_by_id == actor.account_id)


RULES: PermissionMap = {
    Permission.COURSE_CREATE: [[is_platform_admin]],
    Permission.COURSE_EDIT: [[is_platform_admin]],
    Permission.PATH_EDIT: [[is_platform_admin]],
    Permission.COHORT_CREATE: [[is_platform_admin]],
    Permission.COHORT_EDIT: [[is_platform_admin]],
    Permission.COHORT_READ_ROSTER: [[is_platform_admin], [is_instructor]],
    Permission.SEAT_BUY: [[is_signed_in, cohort_is_for_all], [is_signed_in, cohort_is_theirs], [is_platform_admin]],
    Permission.ORGANIZATION_SEAT_USE: [[belongs_to_organization]],
    Permission.ORGANIZATION_SEAT_ASSIGN: [[is_organization_admin]],
    Permission.SEAT_GRANT: [[is_platform_admin]],
    Permission.ENROLLMENT_READ: [[is_own], [is_platform_admin], [is_organization_admin, is_of_own_organization]],
    Permission.ENROLLMENT_END: [[is_own], [is_platform_admin], [is_organization_admin, is_of_own_organization]],
    Permission.ENROLLMENT_STUDY: [[is_own]],
    Permission.PAYMENT_REFUND: [[is_platform_admin]],
    Permission.WAITLIST_ANSWER: [[is_own]],
    Permission.ORGANIZATION_BILLING: [[is_platform_admin]],
    Permission.ORGANIZATION_READ_BILLING: [[is_platform_admin], [is_organization_admin, is_of_own_organization]],
    Permission.LEARNERS_READ: [[is_platform_admin]],
    Permission.LEARNER_APPOINT: [[is_platform_admin]],
    Permission.GAIN_READ: [[is_own], [is_instructor], [is_platform_admin]],
    Permission.COHORT_READ_GAIN: [[is_platform_admin], [is_instructor]],
    Permission.COURSE_READ_GAIN: [[is_platform_admin], [is_among_people]],
    Permission.ORGANIZATION_READ_GAIN: [
        [is_platform_admin],
        [is_organization_admin, is_of_own_organization],
        [is_of_own_organization, is_among_people],
    ],
    Permission.GAINS_RECOMPUTE: [[is_platform_admin]],
    Permission.TIMEZONES_BACKFILL: [[is_platform_admin]],
    Permission.SKILL_EDIT: [[is_platform_admin]],
    Permission.SUGGESTIONS_READ: [[is_own], [is_platform_admin]],
    Permission.COURSE_READ_IMPACT: [[is_platform_admin], [is_among_people]],
    Permission.ORGANIZATION_READ_IMPACT: [
        [is_organization_admin, is_of_own_organization],
        [is_of_own_organization, is_among_people],
    ],
    Permission.LESSON_READ: [[is_platform_admin], [teaches], [learns]],
    Permission.PROGRESS_READ: [[is_own], [is_platform_admin], [teaches]],
    Permission.ATTENDANCE_RECORD: [[is_platform_admin], [teaches]],
    Permission.ASSESSMENT_EDIT: [[is_platform_admin]],
    Permission.ASSESSMENT_READ_QUESTIONS: [[is_platform_admin], [teaches]],
    Permission.ATTEMPT_TAKE: [[is_own]],
    Permission.RESPONSE_GRADE: [[is_platform_admin, is_anothers], [teaches, is_anothers]],
    Permission.ORGANIZATION_READ_RESULTS: [[is_platform_admin], [is_organization_admin, is_of_own_organization]],
    Permission.CERTIFICATE_ISSUE: [[is_own], [is_platform_admin], [is_instructor]],
    Permission.CREDENTIAL_READ: [[is_own], [is_platform_admin]],
    Permission.CREDENTIAL_SHOW_NAME: [[is_own]],
    Permission.CREDENTIAL_REVOKE: [[is_platform_admin]],
    Permission.CREDENTIALS_READ: [[is_platform_admin]],
    Permission.BADGE_ISSUE: [[is_platform_admin, is_not_own], [teaches_holder, is_not_own], [is_the_house]],
    Permission.PORTFOLIO_PUBLISH: [[is_own]],
    Permission.COMPETENCY_SELF_ASSESS: [[is_own]],
    Permission.COMPETENCY_PEER_REVIEW: [
        [learns_beside, is_not_own],
        [teaches_holder, is_not_own],
        [is_platform_admin, is_not_own],
    ],
    Permission.COMPETENCY_ASSESS: [[teaches_holder, is_not_own], [is_platform_admin, is_not_own]],
    Permission.COMPETENCY_QUIZ: [[is_the_house]],
    Permission.EVIDENCE_CORRECT: [[is_assessor], [is_platform_admin, is_not_own]],
    Permission.LEVEL_SIGN_OFF: [[teaches_holder, is_not_own], [is_platform_admin, is_not_own]],
    Permission.PATH_BUY: [[is_signed_in]],
    Permission.PATH_ASSIGN: [[is_platform_admin], [is_organization_admin]],
    Permission.PATH_GRANT: [[is_platform_admin]],
    Permission.PATH_PAUSE: [[is_own], [is_platform_admin]],
    Permission.PATH_STEP_COMPLETE: [[is_own], [is_platform_admin], [teaches]],
    Permission.PATH_STEP_VOUCH: [[is_platform_admin], [teaches, is_not_own]],
    Permission.PATH_STEP_TAKE: [[is_own], [is_platform_admin]],
}


def allow(actor: AcademyActor, permission: Permission, target: object = None) -> None:
    """Raise `Forbidden` unless the table allows it."""
    permissions.allow(RULES, permission, actor, target)


def permits(actor: AcademyActor, permission: Permission, target: object = None) -> bool:
    """Whether the table allows it."""
    return permissions.permits(RULES, permission, actor, target)
