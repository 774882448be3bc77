"""What graded attempts show of the skills that they ask for: once each, corrected when graded anew."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import (
    Assessment,
    AssessmentAttempt,
    AssessmentType,
    AttemptQuestion,
    Competency,
    CompetencyEvidence,
    EvidenceChange,
    QuestionResponse,
    Skill,
    SkillProgress,
)
from app.academy.permissions import AcademyActor
from app.academy.quiz_evidence import service
from app.core.clock import utc_now
from app.core.errors import Forbidden
from app.core.outbox.emit import emit
from app.domain_events.academy import AttemptGraded
from tests.academy.classroom import (
    Classroom,
    ask,
    asked,
    begin,
    choice,
    essay,
    hand_in,
    open_classroom,
    rating,
    say,
    truth,
)
from tests.factories import learning
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand


async def competency(session: AsyncSession, skill: Skill, **more: Any) -> Competency:
    made = learning.competency(skill, **more)
    session.add(made)
    await session.commit()
    return made


async def recorded(session: AsyncSession) -> Sequence[CompetencyEvidence]:
    rows = select(CompetencyEvidence).order_by(CompetencyEvidence.created_at, CompetencyEvidence.id)
    return (await session.scalars(rows.execution_options(populate_existing=True))).all()


async def noted(session: AsyncSession, skill: Skill) -> SkillProgress:
    rows = select(SkillProgress).where(SkillProgress.skill_id == skill.id)
    return (await session.scalars(rows.execution_options(populate_existing=True))).one()


async def taken(client: ApiClient, assessment: Assessment, worker: WorkerOnDemand, **answers: Any) -> dict[str, Any]:
    """An attempt that was handed in with these answers by type of question, and the work that it caused."""
    attempt = await begin(client, assessment)
    for kind, body in answers.items():
        assert await say(client, attempt, asked(attempt, kind), **body) == 200
    done = await hand_in(client, attempt)
    await worker.drain()
    return done


async def again(session: AsyncSession, attempt_id: Any, *, is_regrade: bool = False) -> None:
    """The event of a graded attempt, once more."""
    attempt = (await session.scalars(select(AssessmentAttempt).where(AssessmentAttempt.id == attempt_id))).one()
    told = {"attempt_id": attempt.id, "assessment_id": attempt.assessment_id, "account_id": attempt.user_id}
    emit(session, AttemptGraded(**told, is_regrade=is_regrade))
    await session.commit()


RIGHT, WRONG = {"selected_answer_ids": ["a"]}, {"selected_answer_ids": ["b"]}


@pytest.mark.req("A-SKL-14", "Z-153")
async def test_a_graded_attempt_shows_every_competency_that_a_quiz_may_show(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    both = [await competency(session, room.skill, passing_threshold=Decimal(each)) for each in (70, 50)]
    await competency(session, room.skill, evidence_types=["project"])
    await competency(session, room.skill, is_active=False)
    test = await room.test(session, choice(6), truth(4), rating())
    done = await taken(learner_client, test, worker, multiple_choice=RIGHT)
    found = {each.competency_id: each for each in await recorded(session)}
    assert set(found) == {each.id for each in both}
    assert [(float(found[each.id].score), found[each.id].passed) for each in both] == [(60, False), (60, True)]
    one = found[both[0].id]
    assert (one.evidence_type, one.user_id, one.assessed_by) == ("quiz", room.learner.id, None)
    assert (str(one.attempt_id), one.enrollment_id) == (done["id"], room.enrollment.id)
    progress = await noted(session, room.skill)
    assert (progress.evidence_count, progress.current_level, progress.progress_percent) == (2, "none", 33)


@pytest.mark.req("A-SKL-14")
async def test_each_skill_has_the_score_of_its_own_questions(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    other, unasked = learning.skill(), learning.skill()
    session.add_all([other, unasked])
    await session.flush()
    for skill in (room.skill, other, unasked):
        await competency(session, skill)
    test = await room.test(session, choice(6))
    await ask(session, test, sort_order=5, skills=(room.skill, other), **truth(4))
    await session.commit()
    await taken(learner_client, test, worker, multiple_choice=RIGHT)
    scores = {
        skill_id: float(score)
        for skill_id, score in await session.execute(
            select(Competency.skill_id, CompetencyEvidence.score).join(
                CompetencyEvidence, CompetencyEvidence.competency_id == Competency.id
            )
        )
    }
    assert scores == {room.skill.id: 60, other.id: 0}


@pytest.mark.req("A-SKL-14", "A-SKL-05")
async def test_a_threshold_is_compared_before_rounding(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    await competency(session, room.skill, passing_threshold=Decimal("66.67"))
    test = await room.test(session, choice(2), truth(1))
    await taken(learner_client, test, worker, multiple_choice=RIGHT)
    (shown,) = await recorded(session)
    # Two thirds is kept as 66.67, and is less than that.
    assert (shown.score, shown.passed) == (Decimal("66.67"), False)


@pytest.mark.req("A-SKL-14", "Z-153")
async def test_an_event_that_comes_twice_changes_nothing(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    await competency(session, room.skill)
    done = await taken(learner_client, await room.test(session, choice()), worker, multiple_choice=RIGHT)
    before = [(each.id, each.updated_at) for each in await recorded(session)]
    told = len(await worker.announced("academy.evidence_recorded"))
    for is_regrade in (False, True):
        await again(session, done["id"], is_regrade=is_regrade)
        await worker.drain()
    assert [(each.id, each.updated_at) for each in await recorded(session)] == before
    assert len(await worker.announced("academy.evidence_recorded")) == told == 1
    assert await worker.announced("academy.evidence_changed") == []
    assert (await noted(session, room.skill)).evidence_count == 1


@pytest.mark.req("A-SKL-14", "Z-153")
async def test_nothing_is_shown_until_a_person_has_looked_and_a_regrade_corrects_it(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    teacher_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    await competency(session, room.skill)
    test = await room.test(session, choice(5), essay(15))
    done = await taken(
        learner_client, test, worker, multiple_choice=RIGHT, open_ended={"text_response": "We sort tickets."}
    )
    await again(session, done["id"])  # whoever says so, its result is not final
    await worker.drain()
    assert await recorded(session) == []
    (waiting,) = (await teacher_client.get("/academy/reviews")).json()["items"]
    seen = []
    for points in (9, 15, 3):
        answer = await teacher_client.put(
            f"/academy/responses/{waiting['id']}/grade", {"points_earned": points, "reason": "Looked again"}
        )
        assert answer.status_code == 200
        await worker.drain()
        (shown,) = await recorded(session)
        progress = await noted(session, room.skill)
        seen.append((float(shown.score), shown.passed, progress.evidence_count, progress.current_level))
    # What was reached with the full score stays, when less was meant; the count never grows.
    assert seen == [(70, True, 1, "foundational"), (100, True, 1, "foundational"), (40, False, 1, "foundational")]
    kept = await session.scalars(select(EvidenceChange).order_by(EvidenceChange.created_at))
    assert [(each.kind, float(each.score_before), float(each.score_after), each.changed_by) for each in kept] == [
        ("regraded", 70, 100, None),
        ("regraded", 100, 40, None),
    ]
    told = await worker.announced("academy.evidence_changed")
    assert [each.payload["is_level_supported"] for each in told] == [True, False]


@pytest.mark.req("A-SKL-14")
@pytest.mark.parametrize(
    ("kind", "pieces"),
    [
        (AssessmentType.pre_course, 0),
        (AssessmentType.self_assessment, 0),
        (AssessmentType.post_course, 1),
        (AssessmentType.knowledge_check, 1),
        (AssessmentType.skill_assessment, 1),
    ],
)
async def test_what_nobody_passes_shows_nothing(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
    *,
    kind: AssessmentType,
    pieces: int,
) -> None:
    await competency(session, room.skill)
    await taken(learner_client, await room.test(session, choice(), type=kind), worker, multiple_choice=RIGHT)
    assert len(await recorded(session)) == pieces


async def test_skills_that_are_no_longer_taught_are_not_shown(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    await competency(session, room.skill)
    await session.execute(update(Skill).values(is_active=False))
    await taken(learner_client, await room.test(session, choice()), worker, multiple_choice=RIGHT)
    assert await recorded(session) == []
    assert (await session.scalars(select(SkillProgress))).all() == []


async def test_each_attempt_shows_for_itself(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    await competency(session, room.skill)
    test = await room.test(session, choice(), allow_retake=True, max_attempts=3)
    await taken(learner_client, test, worker, multiple_choice=WRONG)
    await taken(learner_client, test, worker, multiple_choice=RIGHT)
    assert [each.passed for each in await recorded(session)] == [False, True]
    progress = await noted(session, room.skill)
    assert (progress.evidence_count, progress.current_level) == (2, "foundational")


async def test_what_an_admin_took_back_stays_taken_back(
    session: AsyncSession,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    await competency(session, room.skill)
    done = await taken(learner_client, await room.test(session, choice()), worker, multiple_choice=RIGHT)
    await session.execute(text("UPDATE academy.competency_evidence SET withdrawn_at = now(), score = 1"))
    await session.commit()
    await again(session, done["id"], is_regrade=True)
    await worker.drain()
    (shown,) = await recorded(session)
    assert shown.score == 1


async def test_a_quiz_and_a_project_make_a_practitioner(
    session: AsyncSession,
    client: ApiClient,
    room: Classroom,
    learner_client: ApiClient,
    worker: WorkerOnDemand,
) -> None:
    wanted = await competency(session, room.skill)
    body = {
        "account_id": str(room.learner.id),
        "competency_id": str(wanted.id),
        "evidence_type": "project",
        "score": 90,
    }
    assert (await (await client.as_(room.instructor)).post("/academy/evidence", body)).status_code == 201
    assert (await noted(session, room.skill)).current_level == "foundational"
    await taken(learner_client, await room.test(session, choice()), worker, multiple_choice=RIGHT)
    assert (await noted(session, room.skill)).current_level == "practitioner"


async def test_nobody_but_the_house_records_what_attempts_showed(session: AsyncSession) -> None:
    other = await open_classroom(session)
    with pytest.raises(Forbidden):
        await service.record_attempt(session, AcademyActor(other.instructor.id, None), other.enrollment.id)


@pytest.mark.parallel
async def test_attempts_at_several_skills_that_are_graded_at_once_wait_for_each_other_and_not_for_ever(
    parallel: async_sessionmaker[AsyncSession],
) -> None:
    async with parallel() as session:
        room = await open_classroom(session)
        skills = [room.skill, learning.skill(), learning.skill()]
        session.add_all(skills[1:])
        await session.flush()
        session.add_all(learning.competency(skill) for skill in skills)
        test = await room.test(session)
        question = await ask(session, test, skills=tuple(skills), **choice())
        session.add(learning.question_version(question))
        done = {"status": "graded", "submitted_at": utc_now(), "graded_at": utc_now()}
        attempts = [learning.attempt(room.learner, test, attempt_number=each, **done) for each in range(1, 9)]
        session.add_all(attempts)
        await session.flush()
        session.add_all(
            AttemptQuestion(attempt_id=each.id, question_id=question.id, question_version=1, position=1)
            for each in attempts
        )
        await session.flush()
        session.add_all(
            QuestionResponse(attempt_id=each.id, question_id=question.id, points_earned=question.points)
            for each in attempts
        )
        await session.commit()

    async def record(attempt: AssessmentAttempt) -> int:
        async with parallel.begin() as session:
            return await service.record_attempt(session, AcademyActor.system(), attempt.id)

    # Each attempt twice, as if its event had come to two workers.
    counts = await asyncio.gather(*(record(each) for each in attempts * 2))
    assert sorted(counts) == [0] * 8 + [3] * 8
    async with parallel() as session:
        rows = (await session.scalars(select(SkillProgress))).all()
        assert [(each.evidence_count, each.current_level) for each in rows] == [(8, "foundational")] * 3
