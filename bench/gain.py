"""What it costs to measure learning gain: all of it in one statement, against reading the same rows, and one by one.

    python -m bench.gain [--learners 100000]

A course of 100,000 learners who each answered the same 20 questions before and after it: 200,000 attempts, 4,000,000
drawn questions with as many answers. Three things are timed, in turn and in rounds, so that a busy machine disturbs
them alike: the set-based recomputation into an empty table; the same once more, when nothing is left to change; and a
plain SELECT that joins the same rows and adds up the points. Then the job, one enrollment per transaction as the worker
runs it, on a sample of learners; its time for all of them is scaled up from there, not measured.
"""

import argparse
import asyncio
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.gain import service
from app.academy.gain.rules import Scope, ScopeKind
from app.academy.permissions import AcademyActor
from app.core.database.engine import create_engine, create_sessions
from app.core.ids import new_id
from app.local.ground import prepare_database
from app.settings import DatabaseSettings
from bench import databases
from bench.servers import Layout, Servers, stage

DATABASE = "gain"
QUESTIONS, SKILLS, COHORT = 20, 4, 100
ROUNDS, SAMPLE = 2, 300
HOUSE = AcademyActor.system()

# Nothing here asks a clock or rolls dice: what somebody knows is made of their number. Keys are not checked while the
# rows are made (they fit), which spares an hour.
FILL = """
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5(kind || n)::uuid;
CREATE FUNCTION pg_temp.draw(what text) RETURNS int LANGUAGE sql IMMUTABLE RETURN
    ('x' || substr(md5(what), 1, 7))::bit(28)::int % 100;

INSERT INTO core.accounts (id, email, name)
SELECT pg_temp.id('account', n), n || '@example.com', 'Person ' || n FROM generate_series(1, {learners}) n;
INSERT INTO academy.users (id, email, token_identifier, name)
SELECT id, email, id::text, name FROM core.accounts;
INSERT INTO academy.courses (id, title, description, slug, session_type, price_b2c, price_b2b, max_participants,
                             impact_level, capability_level, status)
VALUES (pg_temp.id('course', 1), 'Course', 'Two days', 'course', 'cohort', 0, 0, 100, 'L1', 'fundamentals',
        'published');
INSERT INTO academy.cohorts (id, course_id, name, start_date, end_date, max_capacity, status)
SELECT pg_temp.id('cohort', n), pg_temp.id('course', 1), 'Cohort ' || n, '2026-03-01', '2026-03-03', {cohort},
       'completed'
FROM generate_series(0, {learners} / {cohort}) n;
INSERT INTO academy.enrollments (id, user_id, cohort_id, course_id, payment_status, office_hours_eligible_until,
                                 materials_access_until, chatbot_access_until)
SELECT pg_temp.id('enrollment', n), pg_temp.id('account', n), pg_temp.id('cohort', n / {cohort}),
       pg_temp.id('course', 1), 'completed', '2027-01-01', '2027-01-01', '2027-01-01'
FROM generate_series(1, {learners}) n;
INSERT INTO academy.skills (id, name, slug, description, category, level)
SELECT pg_temp.id('skill', n), 'Skill ' || n, 'skill-' || n, 'It', 'technical', 'foundational'
FROM generate_series(0, {skills} - 1) n;
INSERT INTO academy.assessments (id, title, type, course_id, passing_score)
SELECT pg_temp.id('assessment', n), 'Test', CASE n WHEN 0 THEN 'pre_course' ELSE 'post_course' END,
       pg_temp.id('course', 1), 0
FROM generate_series(0, 1) n;
INSERT INTO academy.assessment_questions (id, assessment_id, source_question_id, question_type, question_text,
                                          accepted_answers, points, difficulty)
SELECT pg_temp.id('question', a * 1000 + q), pg_temp.id('assessment', a),
       CASE a WHEN 1 THEN pg_temp.id('question', q) END, 'short_answer', 'What?', ARRAY['it'], 1 + q % 5, 'medium'
FROM generate_series(0, 1) a, generate_series(1, {questions}) q;
INSERT INTO academy.assessment_question_versions (question_id, version, question_type, question_text,
                                                  accepted_answers, points)
SELECT id, 1, question_type, question_text, accepted_answers, points FROM academy.assessment_questions;
INSERT INTO academy.assessment_question_skills (question_id, skill_id)
SELECT pg_temp.id('question', a * 1000 + q), pg_temp.id('skill', q % {skills})
FROM generate_series(0, 1) a, generate_series(1, {questions}) q;
INSERT INTO academy.attempt_questions (attempt_id, question_id, question_version, position)
SELECT pg_temp.id('attempt', 2 * n + a), pg_temp.id('question', a * 1000 + q), 1, q
FROM generate_series(1, {learners}) n, generate_series(0, 1) a, generate_series(1, {questions}) q;
INSERT INTO academy.question_responses (attempt_id, question_id, text_response, points_earned, is_correct)
SELECT pg_temp.id('attempt', 2 * n + a), pg_temp.id('question', a * 1000 + q), 'it',
       CASE WHEN knows THEN 1 + q % 5 ELSE 0 END, knows
FROM generate_series(1, {learners}) n, generate_series(0, 1) a, generate_series(1, {questions}) q,
     LATERAL (SELECT pg_temp.draw(n || ':' || a || ':' || q) < 40 + 35 * a AS knows) answered;
INSERT INTO academy.assessment_attempts (id, user_id, assessment_id, enrollment_id, attempt_number, status, started_at,
                                         submitted_at, graded_at, score, points_earned, points_possible)
SELECT pg_temp.id('attempt', 2 * n + a), pg_temp.id('account', n), pg_temp.id('assessment', a),
       pg_temp.id('enrollment', n), 1, 'graded', day, day, day, round(100 * earned / possible, 2), earned, possible
FROM generate_series(1, {learners}) n, generate_series(0, 1) a,
     LATERAL (SELECT timestamptz '2026-03-01' + a * interval '5 days' AS day) taken,
     LATERAL (SELECT sum(1 + q % 5)::numeric AS possible,
                     sum((1 + q % 5) * (pg_temp.draw(n || ':' || a || ':' || q) < 40 + 35 * a)::int) AS earned
              FROM generate_series(1, {questions}) q) got
"""

READ = """
SELECT count(*), sum(response.points_earned), sum(version.points) FROM academy.enrollments enrollment
JOIN academy.assessment_attempts attempt ON attempt.enrollment_id = enrollment.id
JOIN academy.attempt_questions drawn ON drawn.attempt_id = attempt.id
JOIN academy.assessment_question_versions version
  ON version.question_id = drawn.question_id AND version.version = drawn.question_version
JOIN academy.assessment_question_skills skill ON skill.question_id = drawn.question_id
LEFT JOIN academy.question_responses response
  ON response.attempt_id = drawn.attempt_id AND response.question_id = drawn.question_id
"""


def prepare(servers: Servers, learners: int) -> None:
    """The course, its learners and all they answered."""
    databases.execute(servers, "postgres", f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    databases.execute(servers, "postgres", f"CREATE DATABASE {DATABASE} OWNER lyceum")
    prepare_database(servers.url(DATABASE, "lyceum"), (servers.secret,))
    script = FILL.format(learners=learners, questions=QUESTIONS, skills=SKILLS, cohort=COHORT)
    databases.execute(servers, DATABASE, script, "VACUUM (ANALYZE)")


async def seconds(act: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await act()
    return time.perf_counter() - started


async def contest(servers: Servers, learners: int) -> None:
    engine = create_engine(DatabaseSettings(), servers.url(DATABASE))
    sessions = create_sessions(engine)
    found: dict[str, list[float]] = {"recompute": [], "nothing left": [], "read": []}
    for _ in range(ROUNDS):
        await empty(servers)
        found["recompute"].append(await seconds(lambda: recompute(sessions, learners)))
        found["nothing left"].append(await seconds(lambda: recompute(sessions, 0)))
        found["read"].append(await seconds(lambda: read(sessions, learners)))
    one = await one_by_one(servers, sessions, learners)
    await engine.dispose()
    report(learners, found, one)


async def empty(servers: Servers) -> None:
    await asyncio.to_thread(databases.execute, servers, DATABASE, "TRUNCATE academy.learning_gain_analytics")


async def recompute(sessions: async_sessionmaker[AsyncSession], expected: int) -> None:
    async with sessions.begin() as session:
        changed = await service.recompute(session, HOUSE, new_id(), Scope(ScopeKind.everybody))
        assert changed == expected, changed


async def read(sessions: async_sessionmaker[AsyncSession], learners: int) -> None:
    async with sessions.begin() as session:
        await session.execute(text(f"SET LOCAL statement_timeout = '{service.LONGEST}s'"))
        rows = (await session.execute(text(READ))).one()
        assert rows[0] == learners * 2 * QUESTIONS


async def one_by_one(servers: Servers, sessions: async_sessionmaker[AsyncSession], learners: int) -> float:
    """Seconds of one job, into an empty table; the middle one of a sample."""
    await empty(servers)
    sample = random.Random("sample").sample(range(1, learners + 1), min(SAMPLE, learners))  # noqa: S311  (a sample)
    async with sessions.begin() as session:
        asked = text("SELECT array_agg(md5('enrollment' || n)::uuid) FROM unnest(cast(:sample AS int[])) n")
        enrollments = await session.scalar(asked, {"sample": sample})

    async def job(enrollment_id: object) -> None:
        async with sessions.begin() as session:
            assert await service.measure(session, HOUSE, enrollment_id)  # type: ignore[arg-type]  # a row's UUID

    took = [await seconds(lambda each=each: job(each)) for each in enrollments or ()]  # type: ignore[misc]  # a default binds it
    return statistics.median(took)


def report(learners: int, found: dict[str, list[float]], one: float) -> None:
    rows = learners * 2 * QUESTIONS
    print(f"{learners:,} learners, {QUESTIONS} questions before and after, {rows:,} answers; {ROUNDS} rounds")
    ratios = {
        name: statistics.median(mine / plain for mine, plain in zip(took, found["read"], strict=True))
        for name, took in found.items()
    }
    for name, said in (
        ("recompute", "recomputed set-based, into an empty table"),
        ("nothing left", "the same again, nothing left to change"),
        ("read", "a plain SELECT of the same rows"),
    ):
        print(f"{said:<44}{min(found[name]):>9.2f} s{ratios[name]:>9.2f} x the SELECT")
    scaled, times = one * learners, one * learners / min(found["recompute"])
    print(f"{'one job after the other, scaled up':<44}{scaled:>9.0f} s{times:>9.1f} x set-based")
    print(f"  from {min(SAMPLE, learners)} sampled jobs of {one * 1000:.1f} ms each; times are of the calmest round")


def main() -> None:
    parser = argparse.ArgumentParser(description="What it costs to measure learning gain.")
    parser.add_argument("--learners", type=int, default=100_000)
    learners: int = parser.parse_args().learners
    os.environ.setdefault("LYCEUM_ENV", "test")
    with stage(Layout()) as servers:
        prepare(servers, learners)
        asyncio.run(contest(servers, learners))


if __name__ == "__main__":
    main()
