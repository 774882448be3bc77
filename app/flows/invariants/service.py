"""Keeping what a look has found, and telling of what is broken."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.invariants import Finding, InvariantCheck, Kind
from app.core.outbox.emit import emit
from app.domain_events.core import InvariantBroken
from app.flows.invariants import queries, rules
from app.identity.actor import Actor

log = structlog.get_logger(__name__)

REMINDED = timedelta(days=1)


async def record(session: AsyncSession, actor: Actor, findings: Sequence[Finding]) -> None:
    """Write down one look. A broken promise is announced once, again when it gets worse, and once a day.

    One that could not be answered keeps what was known of it, without a number. What is promised no more is forgotten.
    """
    last = {seen.check.name: seen for seen in await queries.list_last(session, REMINDED)}
    for finding in findings:
        seen = last.pop(finding.invariant.name, None)
        check = InvariantCheck(name=finding.invariant.name) if seen is None else seen.check
        check.kind = finding.invariant.kind
        check.violations = finding.violations
        check.checked_at = func.now()
        session.add(check)
        _tell(session, finding, check, is_old=seen is not None and seen.is_old)
    for gone in last.values():
        await session.delete(gone.check)


def _tell(session: AsyncSession, finding: Finding, check: InvariantCheck, *, is_old: bool) -> None:
    invariant, violations = finding.invariant, finding.violations
    if violations is None:
        log.error("invariant_unknown", invariant=invariant.name, error=finding.error)
        return
    if not violations:
        check.announced_violations = check.announced_at = None
        return
    if not rules.is_news(violations, check.announced_violations, is_old=is_old):
        return
    check.announced_violations, check.announced_at = violations, func.now()
    subjects = tuple(offender.subject for offender in finding.samples)
    facts = {"invariant": invariant.name, "violations": violations, "subjects": subjects}
    if invariant.kind is Kind.late:
        log.warning("invariant_late", **facts)
        return
    log.error("invariant_broken", **facts)
    emit(
        session,
        InvariantBroken(
            invariant_id=rules.id_of(invariant), name=invariant.name, violations=violations, subjects=subjects
        ),
    )
