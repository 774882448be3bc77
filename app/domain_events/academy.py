"""What happens in the academy. Keys: a seat's story is ordered by its cohort, a payment's by its enrollment."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class CoursePublished(DomainEvent):
    """A course can be seen and its cohorts bought."""

    kind: ClassVar[str] = "academy.course_published"
    key_field: ClassVar[str] = "course_id"
    course_id: UUID


class CourseChanged(DomainEvent):
    """A course was made, edited, unpublished or archived; `fields` names what changed."""

    kind: ClassVar[str] = "academy.course_changed"
    key_field: ClassVar[str] = "course_id"
    course_id: UUID
    status: str
    fields: tuple[str, ...] = ()


class AgendaChanged(DomainEvent):
    """A course's class sessions were added to, edited, reordered or removed."""

    kind: ClassVar[str] = "academy.agenda_changed"
    key_field: ClassVar[str] = "course_id"
    course_id: UUID


class SkillChanged(DomainEvent):
    """A skill was made, edited or archived; `fields` names what changed."""

    kind: ClassVar[str] = "academy.skill_changed"
    key_field: ClassVar[str] = "skill_id"
    skill_id: UUID
    is_active: bool
    fields: tuple[str, ...] = ()


class CompetencyChanged(DomainEvent):
    """A competency of a skill was made, edited, archived or, where nothing had been shown yet, removed."""

    kind: ClassVar[str] = "academy.competency_changed"
    key_field: ClassVar[str] = "skill_id"
    competency_id: UUID
    skill_id: UUID
    is_active: bool
    fields: tuple[str, ...] = ()


class CourseSkillsChanged(DomainEvent):
    """What a course says that it teaches has changed, in one skill."""

    kind: ClassVar[str] = "academy.course_skills_changed"
    key_field: ClassVar[str] = "course_id"
    course_id: UUID
    skill_id: UUID


class LessonCompetenciesChanged(DomainEvent):
    """What a lesson contributes to has changed, in one competency."""

    kind: ClassVar[str] = "academy.lesson_competencies_changed"
    key_field: ClassVar[str] = "course_id"
    lesson_id: UUID
    course_id: UUID
    competency_id: UUID


class PathChanged(DomainEvent):
    """A learning path was made, edited or taken out of the catalogue, or its sums followed a course; see `fields`."""

    kind: ClassVar[str] = "academy.path_changed"
    key_field: ClassVar[str] = "path_id"
    path_id: UUID
    is_active: bool
    fields: tuple[str, ...] = ()


class PathActivated(DomainEvent):
    """A learning path is in the catalogue."""

    kind: ClassVar[str] = "academy.path_activated"
    key_field: ClassVar[str] = "path_id"
    path_id: UUID


class PathDeleted(DomainEvent):
    """A learning path that nobody was in is gone."""

    kind: ClassVar[str] = "academy.path_deleted"
    key_field: ClassVar[str] = "path_id"
    path_id: UUID
    slug: str


class PathStepsChanged(DomainEvent):
    """Steps or groups of a path changed, in number, order or rules: what its people have done may count anew."""

    kind: ClassVar[str] = "academy.path_steps_changed"
    key_field: ClassVar[str] = "path_id"
    path_id: UUID


class PathOfferChanged(DomainEvent):
    """A price of a path was made, changed or taken back."""

    kind: ClassVar[str] = "academy.path_offer_changed"
    key_field: ClassVar[str] = "path_id"
    path_id: UUID
    offer_id: UUID
    is_active: bool


class CohortChanged(DomainEvent):
    """A cohort was planned or edited; `fields` names what changed."""

    kind: ClassVar[str] = "academy.cohort_changed"
    key_field: ClassVar[str] = "cohort_id"
    cohort_id: UUID
    course_id: UUID
    fields: tuple[str, ...] = ()


class CohortStatusChanged(DomainEvent):
    """A cohort moved along its flow (A-COH-02)."""

    kind: ClassVar[str] = "academy.cohort_status_changed"
    key_field: ClassVar[str] = "cohort_id"
    cohort_id: UUID
    course_id: UUID
    before: str
    after: str


class CohortDatesChanged(DomainEvent):
    """The end of a cohort moved, and with it the access windows (A-ENR-09). `may_shorten` is the admin's flag."""

    kind: ClassVar[str] = "academy.cohort_dates_changed"
    key_field: ClassVar[str] = "cohort_id"
    cohort_id: UUID
    may_shorten: bool = False


class CohortCancelled(DomainEvent):
    """A cohort will not take place: seats, money and queue have to be settled (A-COH-07)."""

    kind: ClassVar[str] = "academy.cohort_cancelled"
    key_field: ClassVar[str] = "cohort_id"
    cohort_id: UUID
    course_id: UUID


class CohortCompleted(DomainEvent):
    """A cohort has ended."""

    kind: ClassVar[str] = "academy.cohort_completed"
    key_field: ClassVar[str] = "cohort_id"
    cohort_id: UUID
    course_id: UUID


class EnrollmentRequested(DomainEvent):
    """Somebody is to be enrolled when the worker gets to it: bulk and follow-up work (D-04, Z-140)."""

    kind: ClassVar[str] = "academy.enrollment_requested"
    key_field: ClassVar[str] = "cohort_id"
    cohort_id: UUID
    account_id: UUID
    requested_by: UUID
    organization_id: UUID | None = None


class EnrollmentCreated(DomainEvent):
    """Somebody has a seat: paid, paid by an organization, free, or pending while a checkout is open."""

    kind: ClassVar[str] = "academy.enrollment_created"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    cohort_id: UUID
    course_id: UUID
    account_id: UUID
    payment_status: str
    payment_type: str


class EnrollmentConfirmed(DomainEvent):
    """The seat is theirs: payment completed, or none was needed."""

    kind: ClassVar[str] = "academy.enrollment_confirmed"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    cohort_id: UUID
    course_id: UUID
    account_id: UUID


class SeatReleased(DomainEvent):
    """An enrollment gave its seat back.

    `reason`: expired, failed, cancelled, transferred, refunded, cohort_cancelled.
    """

    kind: ClassVar[str] = "academy.seat_released"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    cohort_id: UUID
    account_id: UUID
    reason: str


class EnrollmentCancelled(DomainEvent):
    """Somebody left, or was taken out."""

    kind: ClassVar[str] = "academy.enrollment_cancelled"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    cohort_id: UUID
    account_id: UUID
    reason: str


class EnrollmentTransferred(DomainEvent):
    """Somebody moved to another cohort of the course; `enrollment_id` is the new enrollment."""

    kind: ClassVar[str] = "academy.enrollment_transferred"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    former_enrollment_id: UUID
    account_id: UUID


class EnrollmentRefunded(DomainEvent):
    """The whole payment went back; access has ended."""

    kind: ClassVar[str] = "academy.enrollment_refunded"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    payment_id: UUID
    cohort_id: UUID
    account_id: UUID


class PaymentReturned(DomainEvent):
    """Money that came in a second time went back; the enrollment stays what it is."""

    kind: ClassVar[str] = "academy.payment_returned"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    payment_id: UUID
    account_id: UUID


class IntakeSurveyCompleted(DomainEvent):
    """A learner has answered the intake survey."""

    kind: ClassVar[str] = "academy.intake_survey_completed"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID


class PaymentFailed(DomainEvent):
    """A checkout ended without money, and its seat went back. `has_expired`: nobody paid in time."""

    kind: ClassVar[str] = "academy.payment_failed"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    payment_id: UUID
    account_id: UUID
    has_expired: bool


class RefundRequested(DomainEvent):
    """Money has to go back: all of it, or `amount_cents`.

    `reason`: no_seat, paid_twice, cancelled, cohort_cancelled, requested.
    """

    kind: ClassVar[str] = "academy.refund_requested"
    key_field: ClassVar[str] = "payment_id"
    payment_id: UUID
    reason: str
    amount_cents: int | None = None


class DisputeOpened(DomainEvent):
    """A buyer's bank questions a payment: somebody has to answer it at Stripe."""

    kind: ClassVar[str] = "academy.dispute_opened"
    key_field: ClassVar[str] = "payment_id"
    payment_id: UUID
    enrollment_id: UUID
    account_id: UUID


class WaitlistJoined(DomainEvent):
    """Somebody waits: for a cohort, or (cohort_id null) for any of the course."""

    kind: ClassVar[str] = "academy.waitlist_joined"
    key_field: ClassVar[str] = "entry_id"
    entry_id: UUID
    course_id: UUID
    cohort_id: UUID | None
    account_id: UUID


class WaitlistOffered(DomainEvent):
    """A seat is held for somebody until `offer_expires_at`."""

    kind: ClassVar[str] = "academy.waitlist_offered"
    key_field: ClassVar[str] = "entry_id"
    entry_id: UUID
    cohort_id: UUID
    account_id: UUID
    offer_expires_at: datetime


class WaitlistLeft(DomainEvent):
    """An entry ended without a seat. `status`: expired or cancelled; `cohort_id`: the cohort it was about, if any."""

    kind: ClassVar[str] = "academy.waitlist_left"
    key_field: ClassVar[str] = "entry_id"
    entry_id: UUID
    account_id: UUID
    status: str
    cohort_id: UUID | None = None
    is_cohort_cancelled: bool = False


class CohortDrifted(DomainEvent):
    """A counter did not match its rows and was repaired: somebody should look (A-COH-04)."""

    kind: ClassVar[str] = "academy.cohort_drifted"
    key_field: ClassVar[str] = "cohort_id"
    cohort_id: UUID
    current_enrollment_was: int
    current_enrollment_is: int
    held_was: int
    held_is: int
    waiting_was: int = 0
    waiting_is: int = 0


class LearnerAppointed(DomainEvent):
    """Somebody has another role in the academy, or belongs to another organization there, or to none any more."""

    kind: ClassVar[str] = "academy.learner_appointed"
    key_field: ClassVar[str] = "account_id"
    account_id: UUID
    role: str
    organization_id: UUID | None = None


class OrganizationBillingOpened(DomainEvent):
    """An organization can buy seats from now on; its members become the academy's."""

    kind: ClassVar[str] = "academy.organization_billing_opened"
    key_field: ClassVar[str] = "organization_id"
    organization_id: UUID


class OrganizationBillingChanged(DomainEvent):
    """The billing side of an organization changed: its status, its seats, whom to write to."""

    kind: ClassVar[str] = "academy.organization_billing_changed"
    key_field: ClassVar[str] = "organization_id"
    organization_id: UUID
    status: str
    fields: tuple[str, ...] = ()


class TimezoneBackfillRequested(DomainEvent):
    """Whoever has no time zone is to get the academy's own; `changed` counts what earlier rounds did (A-AUT-07)."""

    kind: ClassVar[str] = "academy.timezone_backfill_requested"
    key_field: ClassVar[str] = "backfill_id"
    backfill_id: UUID
    changed: int = 0


class TimezonesBackfilled(DomainEvent):
    """Everybody has a time zone; `changed` is how many got it from the backfill."""

    kind: ClassVar[str] = "academy.timezones_backfilled"
    key_field: ClassVar[str] = "backfill_id"
    backfill_id: UUID
    changed: int


class LessonChanged(DomainEvent):
    """A lesson of a class session was made, edited or taken away."""

    kind: ClassVar[str] = "academy.lesson_changed"
    key_field: ClassVar[str] = "course_id"
    lesson_id: UUID
    session_id: UUID
    course_id: UUID


class LessonCompleted(DomainEvent):
    """A learner has finished a lesson, in this enrollment."""

    kind: ClassVar[str] = "academy.lesson_completed"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    lesson_id: UUID
    course_id: UUID
    account_id: UUID


class AttendanceRecorded(DomainEvent):
    """Somebody said whether a learner was in a class session, or corrected it."""

    kind: ClassVar[str] = "academy.attendance_recorded"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    session_id: UUID
    account_id: UUID
    status: str
    minutes_attended: int


class EnrollmentCompleted(DomainEvent):
    """A learner has completed a course: by its rule, or because an instructor said so (`completed_by_id`, Z-67)."""

    kind: ClassVar[str] = "academy.enrollment_completed"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    cohort_id: UUID
    course_id: UUID
    account_id: UUID
    completed_by_id: UUID | None = None


class AssessmentChanged(DomainEvent):
    """An assessment was made, edited, opened or withdrawn; `fields` names what changed."""

    kind: ClassVar[str] = "academy.assessment_changed"
    key_field: ClassVar[str] = "assessment_id"
    assessment_id: UUID
    fields: tuple[str, ...] = ()


class AssessmentPublished(DomainEvent):
    """An assessment can be taken."""

    kind: ClassVar[str] = "academy.assessment_published"
    key_field: ClassVar[str] = "assessment_id"
    assessment_id: UUID
    course_id: UUID | None


class QuestionChanged(DomainEvent):
    """A question was made, edited or withdrawn; attempts keep the version that they were taken with."""

    kind: ClassVar[str] = "academy.question_changed"
    key_field: ClassVar[str] = "assessment_id"
    question_id: UUID
    assessment_id: UUID
    version: int
    fields: tuple[str, ...] = ()


class QuestionThresholdRaised(DomainEvent):
    """A model's grades of this question need more confidence from now on, or a person."""

    kind: ClassVar[str] = "academy.question_threshold_raised"
    key_field: ClassVar[str] = "question_id"
    question_id: UUID
    before: float
    after: float


class AttemptStarted(DomainEvent):
    """Somebody began an assessment."""

    kind: ClassVar[str] = "academy.attempt_started"
    key_field: ClassVar[str] = "attempt_id"
    attempt_id: UUID
    assessment_id: UUID
    account_id: UUID
    enrollment_id: UUID | None = None


class AttemptSubmitted(DomainEvent):
    """An attempt is over: handed in, or closed because its time was (`has_expired`)."""

    kind: ClassVar[str] = "academy.attempt_submitted"
    key_field: ClassVar[str] = "attempt_id"
    attempt_id: UUID
    assessment_id: UUID
    account_id: UUID
    enrollment_id: UUID | None = None
    has_expired: bool = False


class AttemptGraded(DomainEvent):
    """Every response of an attempt is graded and nobody has to look any more; or one was graded anew (`is_regrade`).

    Its public name is `assessment.attempt_graded`.
    """

    kind: ClassVar[str] = "academy.attempt_graded"
    key_field: ClassVar[str] = "attempt_id"
    attempt_id: UUID
    assessment_id: UUID
    account_id: UUID
    enrollment_id: UUID | None = None
    is_regrade: bool = False


class AttemptsClosed(DomainEvent):
    """A learner wants no further attempt at an assessment, which opens the answers (Z-97)."""

    kind: ClassVar[str] = "academy.attempts_closed"
    key_field: ClassVar[str] = "attempt_id"
    attempt_id: UUID
    assessment_id: UUID
    account_id: UUID


class ResponseGraded(DomainEvent):
    """A person graded a response, confirmed what a model said of it, or overrode it."""

    kind: ClassVar[str] = "academy.response_graded"
    key_field: ClassVar[str] = "attempt_id"
    response_id: UUID
    attempt_id: UUID
    graded_by_id: UUID
    is_override: bool


class GradingRequested(DomainEvent):
    """A free answer is to be graded by a model."""

    kind: ClassVar[str] = "academy.grading_requested"
    key_field: ClassVar[str] = "response_id"
    response_id: UUID
    attempt_id: UUID


class GainMeasured(DomainEvent):
    """What an enrollment's learner gained was measured, or has changed; null at the ceiling, or if it is gone."""

    kind: ClassVar[str] = "academy.gain_measured"
    key_field: ClassVar[str] = "enrollment_id"
    enrollment_id: UUID
    normalized_gain: float | None = None


class GainRecomputationRequested(DomainEvent):
    """The gains of a scope are to be measured again. No `scope_id`: everybody's."""

    kind: ClassVar[str] = "academy.gain_recomputation_requested"
    key_field: ClassVar[str] = "recomputation_id"
    recomputation_id: UUID
    scope: str
    scope_id: UUID | None = None


class GainsRecomputed(DomainEvent):
    """The gains of a scope are what its attempts say; `changed` rows were not."""

    kind: ClassVar[str] = "academy.gains_recomputed"
    key_field: ClassVar[str] = "recomputation_id"
    recomputation_id: UUID
    scope: str
    scope_id: UUID | None = None
    changed: int


class CertificateIssued(DomainEvent):
    """Somebody has the certificate of a course; its files follow."""

    kind: ClassVar[str] = "academy.certificate_issued"
    key_field: ClassVar[str] = "certificate_id"
    certificate_id: UUID
    enrollment_id: UUID
    course_id: UUID
    account_id: UUID


class PathCertificateIssued(DomainEvent):
    """Somebody has the certificate of a whole path; its file follows."""

    kind: ClassVar[str] = "academy.path_certificate_issued"
    key_field: ClassVar[str] = "certificate_id"
    certificate_id: UUID
    path_id: UUID
    account_id: UUID
    certificate_number: str


class CertificateFilesRequested(DomainEvent):
    """The files of a certificate are to be made. `is_path`: of a path."""

    kind: ClassVar[str] = "academy.certificate_files_requested"
    key_field: ClassVar[str] = "certificate_id"
    certificate_id: UUID
    is_path: bool = False


class BadgeIssued(DomainEvent):
    """Somebody has a badge for a level of a skill. `renews_id`: the badge that it takes the place of."""

    kind: ClassVar[str] = "academy.badge_issued"
    key_field: ClassVar[str] = "badge_id"
    badge_id: UUID
    skill_id: UUID
    account_id: UUID
    level: str
    renews_id: UUID | None = None


class BadgeExpiryNeared(DomainEvent):
    """A badge ends in `days` days, or has ended (0), and its holder was told."""

    kind: ClassVar[str] = "academy.badge_expiry_neared"
    key_field: ClassVar[str] = "badge_id"
    badge_id: UUID
    account_id: UUID
    days: int


class EvidenceRecorded(DomainEvent):
    """Somebody has shown a competency, or tried to (`passed`)."""

    kind: ClassVar[str] = "academy.evidence_recorded"
    key_field: ClassVar[str] = "evidence_id"
    evidence_id: UUID
    competency_id: UUID
    skill_id: UUID
    account_id: UUID
    evidence_type: str
    passed: bool


class EvidenceChanged(DomainEvent):
    """Evidence was corrected, withdrawn or regraded.

    `is_level_supported`: whether what is left meets the rule of the level that was reached; the level stays all the
    same, and somebody should look.
    """

    kind: ClassVar[str] = "academy.evidence_changed"
    key_field: ClassVar[str] = "evidence_id"
    evidence_id: UUID
    competency_id: UUID
    skill_id: UUID
    account_id: UUID
    change: str
    passed: bool
    is_level_supported: bool


class SkillLevelReached(DomainEvent):
    """Somebody has reached a level of a skill: by the rules, or because a person signed (`signed_by_id`).

    Its public name is `skill_level.reached`.
    """

    kind: ClassVar[str] = "academy.skill_level_reached"
    key_field: ClassVar[str] = "progress_id"
    progress_id: UUID
    account_id: UUID
    skill_id: UUID
    level: str
    former_level: str
    signed_by_id: UUID | None = None


class SkillSignOffAwaited(DomainEvent):
    """Somebody has shown all that a level takes, and a person has to sign for it."""

    kind: ClassVar[str] = "academy.skill_sign_off_awaited"
    key_field: ClassVar[str] = "progress_id"
    progress_id: UUID
    account_id: UUID
    skill_id: UUID
    level: str


class SkillSignedOff(DomainEvent):
    """A person said whether somebody has reached a level: `approved` or `declined`."""

    kind: ClassVar[str] = "academy.skill_signed_off"
    key_field: ClassVar[str] = "progress_id"
    progress_id: UUID
    sign_off_id: UUID
    account_id: UUID
    skill_id: UUID
    level: str
    decision: str
    decided_by_id: UUID


class CredentialRevoked(DomainEvent):
    """A certificate or badge was taken back."""

    kind: ClassVar[str] = "academy.credential_revoked"
    key_field: ClassVar[str] = "credential_id"
    credential_id: UUID
    credential_kind: str
    account_id: UUID
    reason: str


class CredentialNameChanged(DomainEvent):
    """A holder decided whether a credential shows their name."""

    kind: ClassVar[str] = "academy.credential_name_changed"
    key_field: ClassVar[str] = "credential_id"
    credential_id: UUID
    is_shown: bool


class PortfolioPublished(DomainEvent):
    """A learner shows their badges to everybody (`is_public`), or no longer."""

    kind: ClassVar[str] = "academy.portfolio_published"
    key_field: ClassVar[str] = "account_id"
    account_id: UUID
    is_public: bool


class SigningKeyRotated(DomainEvent):
    """Credentials are signed with another key from now on."""

    kind: ClassVar[str] = "academy.signing_key_rotated"
    key_field: ClassVar[str] = "signing_key_id"
    signing_key_id: UUID


class PathPurchaseOpened(DomainEvent):
    """Somebody is about to buy a learning path; `purchase_kind`: bundle or subscription."""

    kind: ClassVar[str] = "academy.path_purchase_opened"
    key_field: ClassVar[str] = "purchase_id"
    purchase_id: UUID
    path_id: UUID
    account_id: UUID
    purchase_kind: str


class PathPurchaseChanged(DomainEvent):
    """What a purchase of a learning path entitles to has changed: it was paid, went back, or its period moved."""

    kind: ClassVar[str] = "academy.path_purchase_changed"
    key_field: ClassVar[str] = "purchase_id"
    purchase_id: UUID
    path_id: UUID
    account_id: UUID
    state: str


class PathRefundRequested(DomainEvent):
    """The money of a path has to go back; a subscription ends with it. `reason`: already_enrolled, requested."""

    kind: ClassVar[str] = "academy.path_refund_requested"
    key_field: ClassVar[str] = "purchase_id"
    purchase_id: UUID
    reason: str


class PathPaymentDisputed(DomainEvent):
    """A buyer's bank questions the payment for a path: somebody has to answer it at Stripe."""

    kind: ClassVar[str] = "academy.path_payment_disputed"
    key_field: ClassVar[str] = "purchase_id"
    purchase_id: UUID
    path_id: UUID
    account_id: UUID


class PathRenewalFailed(DomainEvent):
    """Stripe could not collect for the next period of a subscription to a path; it tries again or gives up."""

    kind: ClassVar[str] = "academy.path_renewal_failed"
    key_field: ClassVar[str] = "purchase_id"
    purchase_id: UUID
    path_id: UUID
    account_id: UUID


class PathEnrolled(DomainEvent):
    """Somebody is in a learning path."""

    kind: ClassVar[str] = "academy.path_enrolled"
    key_field: ClassVar[str] = "path_enrollment_id"
    path_enrollment_id: UUID
    path_id: UUID
    account_id: UUID
    payment_type: str
    organization_id: UUID | None = None


class PathEnrollmentRenewed(DomainEvent):
    """A path enrollment goes on: after it had expired, or because its subscription did. Null has no end."""

    kind: ClassVar[str] = "academy.path_enrollment_renewed"
    key_field: ClassVar[str] = "path_enrollment_id"
    path_enrollment_id: UUID
    path_id: UUID
    account_id: UUID
    payment_type: str
    expires_at: datetime | None


class PathEnrollmentPaused(DomainEvent):
    """Somebody's path rests, by their own wish or an admin's."""

    kind: ClassVar[str] = "academy.path_enrollment_paused"
    key_field: ClassVar[str] = "path_enrollment_id"
    path_enrollment_id: UUID
    path_id: UUID
    account_id: UUID


class PathEnrollmentResumed(DomainEvent):
    """Somebody's path goes on after a rest."""

    kind: ClassVar[str] = "academy.path_enrollment_resumed"
    key_field: ClassVar[str] = "path_enrollment_id"
    path_enrollment_id: UUID
    path_id: UUID
    account_id: UUID


class PathEnrollmentExpired(DomainEvent):
    """Access to a path has ended. `reason`: time, refunded."""

    kind: ClassVar[str] = "academy.path_enrollment_expired"
    key_field: ClassVar[str] = "path_enrollment_id"
    path_enrollment_id: UUID
    path_id: UUID
    account_id: UUID
    reason: str


class PathStepCompleted(DomainEvent):
    """A step of a path is done: by a completed course, or by somebody's word (`completed_by_id`)."""

    kind: ClassVar[str] = "academy.path_step_completed"
    key_field: ClassVar[str] = "path_enrollment_id"
    path_enrollment_id: UUID
    path_id: UUID
    step_id: UUID
    account_id: UUID
    progress_percent: int
    completed_by_id: UUID | None = None


class PathCompleted(DomainEvent):
    """Every required step of a path is done; its certificate was issued with it."""

    kind: ClassVar[str] = "academy.path_completed"
    key_field: ClassVar[str] = "path_enrollment_id"
    path_enrollment_id: UUID
    path_id: UUID
    account_id: UUID
