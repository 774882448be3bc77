"""Reminding somebody of an assessment, once."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.assessment_reminders import queries
from app.academy.assessment_reminders.queries import Due
from app.academy.assessment_reminders.rules import due_by
from app.academy.models import AssessmentReminder
from app.academy.permissions import AcademyActor
from app.notifications.mails.schemas import MailOrder
from app.notifications.notices.service import notify

MOST_AT_ONCE = 500


async def remind(session: AsyncSession, actor: AcademyActor) -> int:
    """Send the reminders that are due. Returns how many went out; more than a batch come with the next run."""
    sent = 0
    for due in await queries.list_due(session, MOST_AT_ONCE):
        once = insert(AssessmentReminder).values(enrollment_id=due.enrollment_id, assessment_id=due.assessment_id)
        new = await session.scalar(once.on_conflict_do_nothing().returning(AssessmentReminder.enrollment_id))
        if new is not None:
            await _tell(session, actor, due)
            sent += 1
    return sent


async def _tell(session: AsyncSession, actor: AcademyActor, due: Due) -> None:
    data = {
        "learner_name": due.learner_name,
        "course_title": due.course_title,
        "cohort_name": due.cohort_name,
        "start_date": due.start_date.isoformat(),
        "assessment_title": due.assessment_title,
        "due_by": due_by(due.assessment_type, due.start_date, due.end_date).isoformat(),
    }
    await notify(
        session,
        actor,
        account_id=due.account_id,
        type="academy.assessment_due",
        data={
            **data,
            "assessment_id": str(due.assessment_id),
            "assessment_type": due.assessment_type,
            "cohort_id": str(due.cohort_id),
            "course_id": str(due.course_id),
        },
        mail=MailOrder(template="assessment_due", data=data, category="optional", wanted=due.wants_email),
    )
