"""Verbs on evidence: record it, correct it, take it back; and bring the levels that rest on it up to it."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.badges import service as badges
from app.academy.badges.schemas import AcademyBadgeCreate
from app.academy.evidence import queries, rules
from app.academy.evidence.errors import (
    AssessorNotAllowed,
    CompetencyRetired,
    EnrollmentOfAnother,
    EvidenceOfAttempt,
    EvidenceTypeNotAccepted,
    EvidenceWithdrawn,
)
from app.academy.evidence.schemas import (
    AcademyEvidenceCorrectionCreate,
    AcademyEvidenceCreate,
    AcademyEvidenceWithdrawalCreate,
)
from app.academy.levels import queries as level_queries
from app.academy.levels import rules as ladder
from app.academy.levels import service as levels
from app.academy.models import (
    Competency,
    CompetencyEvidence,
    EvidenceChange,
    EvidenceChangeKind,
    ReachedLevel,
    Skill,
    SkillProgress,
)
from app.academy.people import service as people
from app.academy.permissions import AcademyActor, Permission, allow, permits
from app.core.errors import FieldError
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import EvidenceChanged, EvidenceRecorded


@dataclass(frozen=True, slots=True)
class Case:
    """Evidence of a competency, below the held row of progress that rests on it."""

    competency: Competency
    skill: Skill
    progress: SkillProgress
    shown: CompetencyEvidence


async def record_evidence(
    session: AsyncSession, actor: AcademyActor, data: AcademyEvidenceCreate
) -> CompetencyEvidence:
    """Record that somebody showed a competency, and what follows from it (A-SKL-05 to A-SKL-09).

    Raises `CompetencyUnknown`, `AssessorNotAllowed`, `EvidenceTypeNotAccepted`, `CompetencyRetired`, `AccountUnknown`,
    `EnrollmentOfAnother`.
    """
    competency, skill = await queries.get_competency(session, data.competency_id)
    account_id = actor.account_id if data.account_id is None else data.account_id
    kind = data.evidence_type
    if not permits(actor, rules.RIGHTS[kind], await level_queries.holder_of(session, actor, account_id)):
        told = FieldError("/evidence_type", "assessor_not_allowed", rules.WHO[kind])
        raise AssessorNotAllowed(rules.WHO[kind], errors=(told,))
    if kind not in competency.evidence_types:
        accepted = f"It is shown by: {', '.join(competency.evidence_types)}"
        raise EvidenceTypeNotAccepted(errors=(FieldError("/evidence_type", "not_accepted", accepted),))
    if not (competency.is_active and skill.is_active):
        raise CompetencyRetired
    await people.ensure_learner(session, actor, account_id)
    await people.ensure_learner(session, actor)
    if data.enrollment_id and not await queries.is_enrollment_of(session, data.enrollment_id, account_id):
        raise EnrollmentOfAnother(errors=(FieldError("/enrollment_id", "unknown", "No enrollment of this learner"),))
    progress = await levels.hold(session, actor, account_id, skill.id)
    shown = CompetencyEvidence(
        **data.model_dump(include={"competency_id", "enrollment_id", "evidence_type", "evidence_url", "notes"}),
        user_id=account_id,
        assessed_by=actor.account_id,
    )
    await add_evidence(session, actor, Case(competency, skill, progress, shown), rules.exact(data.score))
    await follow(session, actor, progress, skill)
    return await queries.get_evidence(session, AcademyActor.system(), shown.id)


async def add_evidence(session: AsyncSession, actor: AcademyActor, case: Case, score: Decimal) -> None:
    """Add evidence with a score. Asks for no right; what follows from it is for `follow`."""
    shown = case.shown
    shown.id = new_id()
    shown.score = rules.rounded(score)
    shown.passed = rules.passes(score, case.competency.passing_threshold)
    session.add(shown)
    case.progress.last_assessed_at = await level_queries.now(session)
    if shown.passed:
        case.progress.declined_level = None
    emit(
        session,
        EvidenceRecorded(
            evidence_id=shown.id,
            competency_id=case.competency.id,
            skill_id=case.skill.id,
            account_id=shown.user_id,
            evidence_type=shown.evidence_type,
            passed=shown.passed,
        ),
    )


async def follow(session: AsyncSession, actor: AcademyActor, progress: SkillProgress, skill: Skill) -> None:
    """Bring a held row of progress up to its evidence, and issue the badges of levels that need no person (A-SKL-09).

    One level at a time, and never down: what was reached stays (Z-113).
    """
    house = AcademyActor.system()
    found = await levels.restate(session, house, progress, skill)
    while found.is_met and found.next is not None and not ladder.needs_person(found.next):
        if not ladder.is_offered(skill, found.next):
            return
        order = AcademyBadgeCreate(account_id=progress.user_id, skill_id=skill.id, level=found.next)
        await badges.issue_badge(session, house, order)
        # Also where the badge had been there before the level was.
        await levels.note_level(session, house, progress, skill, found.next)
        found = await levels.restate(session, house, progress, skill)


async def follow_level(session: AsyncSession, actor: AcademyActor, account_id: UUID, skill_id: UUID) -> None:
    """What follows from a level that somebody reached: the next one may have been shown before.

    Asks for no right: it gives nothing but what the rules give.
    """
    progress = await levels.hold(session, actor, account_id, skill_id)
    await follow(session, actor, progress, await queries.get_skill(session, skill_id))


async def correct_evidence(
    session: AsyncSession,
    actor: AcademyActor,
    evidence_id: UUID,
    data: AcademyEvidenceCorrectionCreate,
    if_match: str | None = None,
) -> CompetencyEvidence:
    """Give evidence the score that it should have had. Levels are looked at again; none is lost.

    Raises `NotFound`, `Forbidden`, `Stale`, `EvidenceWithdrawn`, `EvidenceOfAttempt`.
    """
    case = await _hold_evidence(session, actor, evidence_id, if_match)
    if case.shown.withdrawn_at is not None:
        raise EvidenceWithdrawn
    if case.shown.attempt_id is not None:
        raise EvidenceOfAttempt
    await change_score(session, actor, case, rules.exact(data.score), data.reason)
    await follow(session, actor, case.progress, case.skill)
    await tell_change(session, actor, case, EvidenceChangeKind.corrected)
    return await read_evidence(session, actor, evidence_id)


async def withdraw_evidence(
    session: AsyncSession,
    actor: AcademyActor,
    evidence_id: UUID,
    data: AcademyEvidenceWithdrawalCreate,
    if_match: str | None = None,
) -> CompetencyEvidence:
    """Take evidence back: it stays and counts for nothing. Levels are looked at again; none is lost.

    Raises `NotFound`, `Forbidden`, `Stale`, `EvidenceWithdrawn`.
    """
    case = await _hold_evidence(session, actor, evidence_id, if_match)
    if case.shown.withdrawn_at is not None:
        raise EvidenceWithdrawn
    _keep(session, actor, case.shown, EvidenceChangeKind.withdrawn, data.reason)
    case.shown.withdrawn_at = await level_queries.now(session)
    await follow(session, actor, case.progress, case.skill)
    await tell_change(session, actor, case, EvidenceChangeKind.withdrawn)
    return await read_evidence(session, actor, evidence_id)


async def _hold_evidence(session: AsyncSession, actor: AcademyActor, evidence_id: UUID, if_match: str | None) -> Case:
    """Evidence that the actor may correct, held with the progress above it: the progress first, as everywhere."""
    shown = await queries.get_evidence(session, actor, evidence_id)
    allow(actor, Permission.EVIDENCE_CORRECT, shown)
    competency, skill = await queries.get_competency(session, shown.competency_id)
    progress = await levels.hold(session, actor, shown.user_id, skill.id)
    shown = await queries.get_evidence(session, actor, evidence_id, for_update=True)
    require_match(shown, if_match)
    await people.ensure_learner(session, actor)
    return Case(competency, skill, progress, shown)


async def change_score(
    session: AsyncSession, actor: AcademyActor, case: Case, score: Decimal, reason: str | None = None
) -> None:
    """Give evidence another score; what it was is kept beside it. Asks for no right. The house regrades."""
    kind = EvidenceChangeKind.regraded if actor.is_system else EvidenceChangeKind.corrected
    change = _keep(session, actor, case.shown, kind, reason)
    change.score_after = rules.rounded(score)
    change.passed_after = rules.passes(score, case.competency.passing_threshold)
    case.shown.score, case.shown.passed = change.score_after, change.passed_after
    if change.passed_after and not change.passed_before:
        case.progress.declined_level = None


def _keep(
    session: AsyncSession, actor: AcademyActor, shown: CompetencyEvidence, kind: EvidenceChangeKind, reason: str | None
) -> EvidenceChange:
    """An entry of what evidence was, which says that it still is."""
    change = EvidenceChange(
        id=new_id(),
        evidence_id=shown.id,
        kind=kind,
        score_before=shown.score,
        score_after=shown.score,
        passed_before=shown.passed,
        passed_after=shown.passed,
        reason=reason,
        changed_by=None if actor.is_system else actor.account_id,
        created_at=func.clock_timestamp(),
    )
    session.add(change)
    shown.version += 1
    return change


async def tell_change(session: AsyncSession, actor: AcademyActor, case: Case, kind: EvidenceChangeKind) -> None:
    """Announce a change, and whether what is left meets the rule of the level that was reached."""
    facts = await level_queries.get_facts(session, case.progress.user_id, case.skill.id)
    level = case.progress.current_level
    supported = level == ReachedLevel.none or ladder.is_supported(level, facts.asked, facts.shown)
    emit(
        session,
        EvidenceChanged(
            evidence_id=case.shown.id,
            competency_id=case.competency.id,
            skill_id=case.skill.id,
            account_id=case.shown.user_id,
            change=kind,
            passed=case.shown.passed and case.shown.withdrawn_at is None,
            is_level_supported=supported,
        ),
    )


async def read_evidence(session: AsyncSession, actor: AcademyActor, evidence_id: UUID) -> CompetencyEvidence:
    """Evidence with what became of it. Raises `NotFound`."""
    await session.flush()  # what was changed is read back
    return await queries.get_evidence(session, actor, evidence_id, with_changes=True)
