"""Learning under every storm: assessments that a model helps to grade, and certificates that jobs set and sign."""

import asyncio
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from chaos.client import Caller
from chaos.http import Answer, identifier
from chaos.people import Person, Seats, make_cohorts

if TYPE_CHECKING:
    from chaos.stage import Stage

SEATS = 50_000
# The model of the twin answers 503 this often: every so many calls.
FAILING = 4
_SAMPLE = "Tickets are sorted by urgency and topic, answered sooner, and nobody sorts them by hand any more."
_CHOICES = [{"id": name, "text": f"Answer {name}", "is_correct": name == "a", "feedback": None} for name in "abc"]
_QUESTIONS: list[dict[str, Any]] = [
    {"question_type": "multiple_choice", "question_text": "Which?", "answers": _CHOICES, "points": 5},
    {
        "question_type": "open_ended",
        "question_text": "Describe a process that could be automated, and what would be better then.",
        "ai_grading_enabled": True,
        "sample_answer": _SAMPLE,
        "rubric": [{"id": "outcome", "text": "Names an outcome that could be measured", "points": 10}],
        "points": 10,
    },
]
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class School:
    """A cohort with a seat for everybody, and the assessment of its course."""

    caller: Caller
    chance: Random
    admin: Person
    cohort: Seats
    assessment: str

    async def study(self, person: Person, enrollment: str) -> None:
        """Sit the assessment, be completed by the instructor's word, ask for the certificate."""
        begun = await self._call(person, "POST", f"/academy/assessments/{self.assessment}/attempts")
        if begun.status != 201:
            return
        attempt = identifier(begun)
        for number, asked in enumerate(begun.body["questions"], start=1):
            path = f"/academy/attempts/{attempt}/responses/{asked['question_id']}"
            await self._call(person, "PUT", path, {**self._answer(asked["question_type"]), "revision": number})
        if self.chance.random() < 0.1:
            return  # closed by nobody: it has no time limit
        path = f"/academy/attempts/{attempt}/submission"
        times = self.chance.choice([1, 1, 2])
        await asyncio.gather(*(self._call(person, "PUT", path) for _ in range(times)))
        await self._call(self.admin, "PUT", f"/academy/enrollments/{enrollment}/completion")
        await self._certify(person, enrollment)

    async def _certify(self, person: Person, enrollment: str) -> None:
        """Ask once or twice at the same time; some certificates are taken back, and some of those given again."""
        path = f"/academy/enrollments/{enrollment}/certificate"
        times = self.chance.choice([1, 2, 2])
        given = await asyncio.gather(*(self._call(person, "POST", path, {}) for _ in range(times)))
        certificate = identifier(given[0])
        if certificate and self.chance.random() < 0.15:
            await self._call(
                self.admin, "POST", f"/academy/credentials/{certificate}/revocation", {"reason": "By mistake"}
            )
            if self.chance.random() < 0.5:
                await self._call(person, "POST", path, {})

    def _answer(self, question_type: str) -> dict[str, Any]:
        if question_type == "open_ended":
            return {"text_response": self.chance.choice([_SAMPLE, "Nothing at all."])}
        return {"selected_answer_ids": [self.chance.choice("aab")]}

    async def _call(self, person: Person, method: str, path: str, body: object = None) -> Answer:
        return await self.caller.call(person, method, path, body, patience=_PATIENCE)


async def found(stage: "Stage", caller: Caller, chance: Random, admin: Person) -> School:
    """A school that is open. Raises `RuntimeError` when something of it is refused."""
    cohort = (await make_cohorts(stage, 1, SEATS))[0]

    async def made(method: str, path: str, body: object = None) -> Answer:
        answer = await caller.call(admin, method, f"/academy/assessments{path}", body)
        if answer.status not in {200, 201}:
            raise RuntimeError(f"no school: {method} {path} answers {answer.status} {answer.body}")
        return answer

    wanted = {"title": "After the course", "type": "post_course", "passing_score": 50, "is_required": True}
    assessment = identifier(await made("POST", "", {**wanted, "course_id": str(cohort.course_id)}))
    for question in _QUESTIONS:
        await made("POST", f"/{assessment}/questions", {"difficulty": "easy", **question})
    await made("PUT", f"/{assessment}/publication")
    return School(caller, chance, admin, cohort, assessment)
