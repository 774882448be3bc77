"""What the worker does about free answers: ask a model, between two short transactions."""

from datetime import timedelta

from app.academy.ai_grading import rules, service
from app.academy.permissions import AcademyActor
from app.core.outbox.listen import Patience, on
from app.core.outbox.run import JobRun, RetryLater
from app.domain_events.academy import GradingRequested
from app.gateways import Gateways
from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.settings import settings

HOUSE = AcademyActor.system()
# An hour of trying; the answer is in the review queue all the while, and a person may be faster.
ASKING = Patience(
    time_limit=timedelta(seconds=90), tries=8, first_wait=timedelta(seconds=10), longest_wait=timedelta(minutes=20)
)


@on(GradingRequested, patience=ASKING)
async def grade_by_model(job: JobRun, event: GradingRequested) -> None:
    """Ask a model what a free answer is worth. Without a usable answer, it goes on waiting for a person."""
    gateway = job.resource(Gateways).llm
    if gateway is None:
        return
    async with job.transaction() as session:
        task = await service.begin(session, HOUSE, event.response_id, settings().llm.grading_tokens_per_day)
    if task is None:
        return
    try:
        answer = await gateway.answer(task.question)
    except GatewayUnavailable as silence:
        async with job.transaction() as session:
            await service.give_back(session, HOUSE, task)
        asked_for = None if silence.retry_after is None else timedelta(seconds=silence.retry_after)
        raise RetryLater(silence.message, asked_for or job.patience.wait(job.failures)) from silence
    except GatewayRefused as refusal:
        async with job.transaction() as session:
            await service.record_failure(session, HOUSE, task, refusal.reason[:200])
            await job.finish(session)
        return
    async with job.transaction() as session:
        try:
            graded = rules.read(answer.content, task.version)
        except rules.Unusable as unusable:
            await service.record_failure(session, HOUSE, task, unusable.reason, answer)
        else:
            await service.record_grade(session, HOUSE, task, graded, answer)
        await job.finish(session)
