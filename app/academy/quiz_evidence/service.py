"""The verb behind quiz evidence."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.evidence import service as evidence
from app.academy.evidence.rules import rounded
from app.academy.levels import service as levels
from app.academy.models import Competency, CompetencyEvidence, EvidenceChangeKind, EvidenceType, Skill, SkillProgress
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.quiz_evidence import queries
from app.academy.quiz_evidence.queries import FinalAttempt
from app.academy.quiz_evidence.rules import gives_evidence


async def record_attempt(session: AsyncSession, actor: AcademyActor, attempt_id: UUID) -> int:
    """Bring the quiz evidence of an attempt to what it is worth by now: record it, or correct it (A-SKL-14).

    Once more changes nothing. An attempt without a final result, or that nobody passes, gives none. Returns how many
    pieces of evidence are new or have another score.
    """
    allow(actor, Permission.COMPETENCY_QUIZ)
    attempt = await queries.find_final(session, attempt_id)
    if attempt is None or not gives_evidence(attempt.assessment_type):
        return 0
    results = await queries.list_results(session, attempt_id)
    recorded = await queries.list_recorded(session, attempt_id)
    found = await queries.list_competencies(session, [*results], [*recorded])
    # All of them before anything is signed, in the order of their ids: two attempts that are graded at once take the
    # rows in the same order, and nobody who signs a badge waits for a row.
    tested = [
        _Tested(
            attempt,
            skill,
            await levels.hold(session, actor, attempt.account_id, skill.id),
            [pair[0] for pair in pairs],
            results[skill.id].score,
        )
        for skill, pairs in groupby(found, key=lambda pair: pair[1])
    ]
    # Read again: whoever held the rows before may have recorded the same.
    recorded = await queries.list_recorded(session, attempt_id)
    return sum([await _record_skill(session, actor, each, recorded) for each in tested])


@dataclass(frozen=True, slots=True)
class _Tested:
    """A skill that an attempt asked for, and the competencies of it that hear of the result."""

    attempt: FinalAttempt
    skill: Skill
    progress: SkillProgress
    competencies: list[Competency]
    score: Decimal


async def _record_skill(
    session: AsyncSession, actor: AcademyActor, tested: _Tested, recorded: dict[UUID, CompetencyEvidence]
) -> int:
    attempt, skill, progress, score = tested.attempt, tested.skill, tested.progress, tested.score
    new, corrected = 0, []
    for competency in tested.competencies:
        shown = recorded.get(competency.id)
        if shown is None:
            case = evidence.Case(competency, skill, progress, _blank(attempt, competency))
            await evidence.add_evidence(session, actor, case, score)
            new += 1
        elif shown.withdrawn_at is None and shown.score != rounded(score):
            case = evidence.Case(competency, skill, progress, shown)
            await evidence.change_score(session, actor, case, score)
            corrected.append(case)
    if new or corrected:
        await evidence.follow(session, actor, progress, skill)
    for case in corrected:
        await evidence.tell_change(session, actor, case, EvidenceChangeKind.regraded)
    return new + len(corrected)


def _blank(attempt: FinalAttempt, competency: Competency) -> CompetencyEvidence:
    return CompetencyEvidence(
        user_id=attempt.account_id,
        competency_id=competency.id,
        enrollment_id=attempt.enrollment_id,
        attempt_id=attempt.attempt_id,
        evidence_type=EvidenceType.quiz,
    )
