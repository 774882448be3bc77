"""What the worker does about promises: look, every ten minutes."""

from datetime import timedelta

from app.core.outbox.listen import Patience, every
from app.core.outbox.run import JobRun
from app.flows.invariants import queries, service
from app.identity.actor import Actor


@every(minutes=10, at=timedelta(minutes=5), patience=Patience(time_limit=timedelta(minutes=8), tries=1))
async def check_invariants(job: JobRun) -> None:
    """Hold every promise against the rows, keep the numbers for the metrics, announce what is broken (rule 64)."""
    async with job.sessions() as session:  # one snapshot that writes nothing, hence none of the job's transactions
        findings = await queries.look(session)
    async with job.transaction() as session:
        await service.record(session, Actor.system(), findings)
