"""Three ways to the same rows: one statement for all, one per enrollment, and the definition written down in Python."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.gain import service
from app.academy.gain.rules import Scope, ScopeKind
from app.academy.models import Assessment, AssessmentAttempt, CountedAttempt, Enrollment, LearningGain
from tests.academy.gain.conftest import HOUSE
from tests.academy.gain.world import World, create, enroll, take

LEARNERS = 25
FIGURES = [
    "user_id",
    "course_id",
    "pre_assessment_id",
    "pre_attempt_id",
    "pre_score",
    "post_assessment_id",
    "post_attempt_id",
    "post_score",
    "best_post_attempt_id",
    "best_post_score",
    "score_improvement",
    "percentage_gain",
    "normalized_gain",
    "skill_gains",
]


@dataclass
class Taken:
    """An attempt as it was made up: what the database is not asked for."""

    attempt: AssessmentAttempt
    assessment: Assessment
    earned: Sequence[Decimal | None]
    day: float

    @property
    def share(self) -> Fraction:
        return Fraction(self.attempt.points_earned or 0) / Fraction(self.attempt.points_possible or 1)


def rounded(value: Fraction, decimals: int) -> Decimal:
    """As PostgreSQL rounds: half away from zero."""
    sign = -1 if value < 0 else 1
    return sign * Decimal(int(abs(value) * 10**decimals + Fraction(1, 2))).scaleb(-decimals)


def by_definition(world: World, enrollment: Enrollment, taken: Sequence[Taken]) -> dict[str, Any] | None:
    """The row that an enrollment should have, from what was made up."""
    in_order = sorted(taken, key=lambda each: (each.day, each.attempt.attempt_number))
    before = next((each for each in in_order if each.assessment is world.pre), None)
    after = [each for each in in_order if each.assessment is world.post and before and each.day >= before.day]
    if before is None or not after:
        return None
    best = max(after, key=lambda each: each.share)
    counted = {"first": after[0], "last": after[-1], "best": best}[world.post.counted_attempt]
    p, q = before.share, counted.share
    pre, post = Decimal(before.attempt.score or 0), Decimal(counted.attempt.score or 0)
    return {
        "user_id": enrollment.user_id,
        "course_id": world.course.id,
        "pre_assessment_id": world.pre.id,
        "pre_attempt_id": before.attempt.id,
        "pre_score": pre,
        "post_assessment_id": world.post.id,
        "post_attempt_id": counted.attempt.id,
        "post_score": post,
        "best_post_attempt_id": best.attempt.id,
        "best_post_score": best.attempt.score,
        "score_improvement": post - pre,
        "percentage_gain": rounded((q - p) / p * 100, 4) if pre > 0 else None,
        "normalized_gain": rounded((q - p) / (1 - p), 12) if pre < 100 else None,
        "skill_gains": _skills(world, before, counted),
    }


def _skills(world: World, before: Taken, counted: Taken) -> list[tuple[UUID, float, float, float]]:
    found = []
    for n, skill in enumerate(world.skills):
        shares = []
        for each in (before, counted):
            asked = [
                (earned or 0, question.points)
                for i, (earned, question) in enumerate(
                    zip(each.earned, world.questions[each.assessment.id], strict=True)
                )
                if i % len(world.skills) == n
            ]
            possible = sum((Fraction(points) for _, points in asked), Fraction(0))
            shares.append(rounded(100 * sum((Fraction(e) for e, _ in asked), Fraction(0)) / possible, 12))
        found.append((skill.id, float(shares[0]), float(shares[1]), float(shares[1] - shares[0])))
    return sorted(found)


async def kept(session: AsyncSession) -> dict[UUID, dict[str, Any]]:
    """All rows: everything but their own id and times."""
    rows = await session.scalars(select(LearningGain).execution_options(populate_existing=True))
    return {
        row.enrollment_id: {name: getattr(row, name) for name in FIGURES}
        | {
            "skill_gains": [
                (gain.skill_id, gain.pre_score, gain.post_score, gain.improvement) for gain in row.skill_gains
            ]
        }
        for row in rows
    }


@pytest.mark.req("A-GAN-01", "A-GAN-06", "A-GAN-07", "Z-107")
@pytest.mark.parametrize("counted", list(CountedAttempt))
async def test_one_statement_for_all_and_one_for_each_write_what_the_definition_says(
    session: AsyncSession, counted: CountedAttempt
) -> None:
    chance = random.Random(f"agreement {counted}")  # noqa: S311  (made-up learners)
    points = [Decimal(chance.choice(["1", "2.5", "3", "5", "10", "0.7"])) for _ in range(8)]
    world = await create(session, points=points, skill_of=[n % 3 for n in range(8)], counted_attempt=counted)
    made: dict[UUID, tuple[Enrollment, list[Taken]]] = {}
    for _ in range(LEARNERS):
        enrollment = await enroll(session, world)
        made[enrollment.id] = enrollment, await sit(session, world, enrollment, chance)
    for_all = Scope(ScopeKind.course, world.course.id)
    expected = {id_: by_definition(world, *each) for id_, each in made.items()}
    measured = {id_: row for id_, row in expected.items() if row is not None}
    assert len(measured) > LEARNERS / 2

    assert await service.write_measured(session, HOUSE, for_all) == len(measured)
    together = await kept(session)
    await session.execute(delete(LearningGain))
    for enrollment_id in made:
        await service.write_measured(session, HOUSE, Scope(ScopeKind.enrollment, enrollment_id))
    one_by_one = await kept(session)
    assert together == one_by_one
    assert together == measured
    assert await service.write_measured(session, HOUSE, for_all) == 0


async def sit(session: AsyncSession, world: World, enrollment: Enrollment, chance: random.Random) -> list[Taken]:
    """None, one or several attempts at either assessment, on any days, with any points."""
    taken = []
    for assessment, most in ((world.pre, 2), (world.post, 3)):
        for number in range(1, chance.choice([0, 1, 1, 1, most]) + 1):
            answers: Callable[[Decimal], Decimal | None] = chance.choice([_mixed(chance), _all, _none])
            earned = [answers(question.points) for question in world.questions[assessment.id]]
            day = chance.random() * 10 + (5 if assessment is world.post else 0)
            attempt = await take(session, world, enrollment, assessment, earned, number=number, day=day)
            taken.append(Taken(attempt, assessment, earned, day))
    return taken


def _mixed(chance: random.Random) -> Callable[[Decimal], Decimal | None]:
    def answered(points: Decimal) -> Decimal | None:
        share = chance.choice([None, Decimal(0), Decimal(1), Decimal(str(round(chance.random(), 2)))])
        return None if share is None else (points * share).quantize(Decimal("0.01"), ROUND_HALF_UP)

    return answered


def _all(points: Decimal) -> Decimal | None:
    return points


def _none(points: Decimal) -> Decimal | None:  # noqa: ARG001  (one of several ways to answer)
    return None
