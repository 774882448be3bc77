"""What the statistics of an assessment are, and what makes two assessments equal; `numerics.py` computes them.

Nothing here is ever NaN or an infinity: what is not defined is None, with its reason.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Undefined(StrEnum):
    """Why a statistic has no value.

    `too_few`: attempts, or questions. `no_spread`: all earned the same. `questions_differ`: attempts drew different
    questions, and some two of these too seldom together.
    """

    too_few = "too_few"
    no_spread = "no_spread"
    questions_differ = "questions_differ"


class Matching(StrEnum):
    """Which attempts alpha is made of: all drew the same questions, or each two questions are compared where both
    were drawn.
    """

    complete = "complete"
    pairwise = "pairwise"


@dataclass(frozen=True, slots=True)
class Statistic:
    """A value, or why there is none."""

    value: float | None
    reason: Undefined | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """How one question does.

    `difficulty` is the share of its points that was earned: 1 is easy. Point-biserial is its correlation with the whole
    score where answers are right or wrong, Pearson's otherwise; corrected, it is with the score of the others.
    """

    n: int
    difficulty: Statistic
    point_biserial_uncorrected: Statistic
    point_biserial_corrected: Statistic


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha, of how many questions and attempts, and how they were matched."""

    alpha: Statistic
    items: int
    n: int
    matching: Matching | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which two assessments differ. `questions` are those of the one that has it too much or otherwise."""

    code: str
    questions: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as far as equivalence goes. `source` is the question of the other assessment that it repeats."""

    id: UUID
    source: UUID | None
    points: Any
    content: str
    skills: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Scores:
    """What was earned, cell by cell: `attempt` and `question` count rows and columns, `scores` are the attempts'."""

    learners: int
    scores: Sequence[float]
    questions: Sequence[UUID]
    attempt: Sequence[int]
    question: Sequence[int]
    earned: Sequence[float]
    possible: Sequence[float]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its statistics. `meant_to_be` is the difficulty that its author gave it."""

    question_id: UUID
    question_text: str
    meant_to_be: str
    statistics: Item


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Whether a post-assessment asks what its pre-assessment asked, and how many pairs of attempts met the same."""

    pre_assessment_id: UUID
    post_assessment_id: UUID
    findings: Sequence[Finding]
    pairs: int
    pairs_with_same_questions: int

    @property
    def is_equivalent(self) -> bool:
        """Nothing was found against it."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Statistics:
    """How an assessment measures, told by `n` first attempts of all its learners'."""

    assessment_id: UUID
    learners: int
    n: int
    average_score: float | None
    standard_deviation: float | None
    reliability: Reliability
    questions: Sequence[Question]
    equivalence: Equivalence | None


def differences(pre: Sequence[Asked], post: Sequence[Asked]) -> list[Finding]:
    """What keeps a post-assessment from asking the same as its pre-assessment (A-GAN-05, A-ASM-14); [] when nothing."""
    known = {question.id: question for question in pre}
    pairs = [(question, known[question.source]) for question in post if question.source in known]
    repeated = {before.id for _, before in pairs}
    said = {
        "only_in_pre": (question.id for question in pre if question.id not in repeated),
        "only_in_post": (question.id for question in post if question.source not in known),
        "repeated_twice": _twice(before.id for _, before in pairs),
        "points_differ": (after.id for after, before in pairs if after.points != before.points),
        "content_differs": (after.id for after, before in pairs if after.content != before.content),
        "skills_differ": (after.id for after, before in pairs if after.skills != before.skills),
    }
    found = [Finding(code, tuple(sorted(set(questions)))) for code, questions in said.items()]
    return [finding for finding in found if finding.questions]


def _twice(ids: Iterable[UUID]) -> list[UUID]:
    return [each for each, times in Counter(ids).items() if times > 1]
