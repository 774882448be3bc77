"""Making an assessment's statistics: who may have them, and the numbers in them."""

import asyncio
from statistics import fmean, stdev
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.gain_reports.queries import teachers_of
from app.academy.models import Assessment, AssessmentType
from app.academy.permissions import AcademyActor, Permission, allow
from app.academy.psychometrics import queries, rules
from app.academy.psychometrics.rules import Equivalence, Item, Question, Reliability, Scores, Statistics


async def assess(session: AsyncSession, actor: AcademyActor, assessment_id: UUID) -> Statistics:
    """How an assessment measures, for those who teach its course and platform admins.

    Raises `NotFound`, `Forbidden`.
    """
    assessment, course_id = await queries.get_assessment(session, actor, assessment_id)
    allow(actor, Permission.COURSE_READ_GAIN, await teachers_of(session, course_id))
    scores = await queries.get_scores(session, assessment.id)
    items, reliability = await asyncio.to_thread(_analysis, scores)
    asked = await queries.list_questions(session, scores.questions)
    return Statistics(
        assessment.id,
        scores.learners,
        len(scores.scores),
        fmean(scores.scores) if scores.scores else None,
        stdev(scores.scores) if len(scores.scores) > 1 else None,
        reliability,
        [
            Question(id_, asked[id_].question_text, asked[id_].difficulty, item)
            for id_, item in zip(scores.questions, items, strict=True)
        ],
        await _equivalence(session, assessment),
    )


def _analysis(scores: Scores) -> tuple[list[Item], Reliability]:
    from app.academy.psychometrics import numerics

    return numerics.analysis(scores)


async def _equivalence(session: AsyncSession, assessment: Assessment) -> Equivalence | None:
    partner = await queries.find_partner(session, assessment)
    if partner is None:
        return None
    pre, post = partner, assessment.id
    if assessment.type == AssessmentType.pre_course:
        pre, post = post, pre
    findings = rules.differences(*await queries.list_asked(session, pre, post))
    counted = await queries.count_same(session, pre, post)
    return Equivalence(pre, post, findings, counted.pairs, counted.same)
