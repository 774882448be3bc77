"""From when on a learner sees what was right: every rule at every stage, in every payload (A-ASM-06)."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Assessment, AssessmentType
from tests.academy.classroom import Classroom, asked, begin, choice, hand_in, say, short
from tests.support.client import ApiClient

SECRET = {"is_correct", "feedback", "explanation", "sample_answer"}
# What only somebody could say who has seen what is right.
WORDS = ("told only afterwards", "Because of a.", "A model answer.")
QUESTIONS = (choice(points=7), short(points=3, sample_answer="A model answer."))

# rule, how many attempts (None: any number), and at which stages the answers are open:
# while the first attempt runs · it was failed · while a second runs · that was passed · no further attempt is wanted
MATRIX = [
    ("never", 1, "hidden hidden - - hidden"),
    ("never", None, "hidden hidden hidden hidden hidden"),
    ("after_submit", 1, "hidden open - - open"),
    ("after_submit", None, "hidden open open open open"),
    ("after_passing", 1, "hidden hidden - - hidden"),
    ("after_passing", 3, "hidden hidden hidden open open"),
    ("after_passing", None, "hidden hidden hidden open open"),
    ("after_all_attempts", 1, "hidden open - - open"),
    ("after_all_attempts", 2, "hidden hidden hidden open open"),
    ("after_all_attempts", 3, "hidden hidden hidden hidden open"),
    ("after_all_attempts", None, "hidden hidden hidden open open"),
]


def keys_in(payload: Any) -> Iterator[str]:
    """Every key of a document, at any depth."""
    if isinstance(payload, dict):
        for key, value in payload.items():
            yield key
            yield from keys_in(value)
    elif isinstance(payload, list):
        for each in payload:
            yield from keys_in(each)


class Witness:
    """Looks at everything that a learner can be answered about an attempt."""

    def __init__(self, client: ApiClient, test: Assessment, attempt: dict[str, Any]) -> None:
        self.client, self.test, self.attempt = client, test, attempt

    async def sees(self) -> str:
        """`open`, or `hidden` when none of the payloads holds any of it."""
        one = f"/academy/attempts/{self.attempt['id']}"
        paths = (
            one,
            "/academy/me/attempts",
            f"/academy/assessments/{self.test.id}",
            "/academy/assessments",
            f"/academy/assessments/{self.test.id}/attempts",
        )
        answers = [await self.client.get(path) for path in paths]
        for path in (f"/academy/assessments/{self.test.id}/questions", f"{one}/responses"):
            assert (await self.client.get(path)).status_code in {403, 404, 405}
        if answers[0].json()["status"] == "in_progress":
            answers.append(
                await self.client.put(
                    f"{one}/responses/{asked(self.attempt, 'multiple_choice')['question_id']}",
                    json={"selected_answer_ids": ["b"]},
                )
            )
        told = {key for each in answers for key in keys_in(each.json())} & SECRET
        told |= {word for each in answers for word in WORDS if word in each.text}
        assert told in (set(), SECRET | set(WORDS)), told
        return "open" if told else "hidden"


async def take(client: ApiClient, test: Assessment, answer: str) -> tuple[str, str, Witness]:
    """An attempt: what is seen while it runs, and after it."""
    begun = await begin(client, test)
    witness = Witness(client, test, begun)
    while_running = await witness.sees()
    assert not set(keys_in(begun)) & SECRET
    await say(client, begun, asked(begun, "multiple_choice"), selected_answer_ids=[answer])
    await say(client, begun, asked(begun, "short_answer"), text_response="GPU")
    done = await hand_in(client, begun)
    after = await witness.sees()
    assert ("open" if set(keys_in(done)) & SECRET else "hidden") == after
    return while_running, after, witness


@pytest.mark.req("A-ASM-06")
@pytest.mark.parametrize(("rule", "most", "stages"), MATRIX)
async def test_what_was_right_is_absent_from_every_payload_until_the_rule_opens_it(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, rule: str, most: int | None, stages: str
) -> None:
    test = await room.test(
        session, *QUESTIONS, show_correct_answers=rule, allow_retake=most != 1, max_attempts=most, passing_score=70
    )
    running, failed, first = await take(learner_client, test, "b")
    seen = [running, failed]
    if most == 1:
        seen += ["-", "-"]
    else:
        begun = await begin(learner_client, test)
        seen.append(await first.sees())
        for each in begun["questions"]:
            right = {"text_response": "GPU"} if each["answers"] is None else {"selected_answer_ids": ["a"]}
            await say(learner_client, begun, each, **right)
        assert (await hand_in(learner_client, begun))["passed"] is True
        seen.append(await first.sees())
    closed = await learner_client.put(f"/academy/attempts/{first.attempt['id']}/finality")
    assert closed.json()["is_final"] is True
    seen.append(await first.sees())
    assert " ".join(seen) == stages


@pytest.mark.req("A-ASM-06")
async def test_a_pre_assessment_tells_nothing_however_well_it_went(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    test = await room.test(
        session, *QUESTIONS, show_correct_answers="after_passing", type=AssessmentType.pre_course, passing_score=0
    )
    assert (await take(learner_client, test, "a"))[:2] == ("hidden", "hidden")


@pytest.mark.req("A-ASM-06")
async def test_what_was_right_is_shown_with_the_answers_own_feedback(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    test = await room.test(session, *QUESTIONS, show_correct_answers="after_submit")
    begun = await begin(learner_client, test)
    await say(learner_client, begun, asked(begun, "multiple_choice"), selected_answer_ids=["b"])
    solution = asked(await hand_in(learner_client, begun), "multiple_choice")["solution"]
    assert (solution["is_correct"], solution["points_earned"], solution["explanation"]) == (False, 0, "Because of a.")
    assert solution["answers"][1] == {"id": "b", "is_correct": False, "feedback": "No: told only afterwards."}


async def test_who_wants_no_further_attempt_gets_none(
    session: AsyncSession, room: Classroom, learner_client: ApiClient
) -> None:
    test = await room.test(session, choice(), allow_retake=True)
    begun = await begin(learner_client, test)
    early = await learner_client.put(f"/academy/attempts/{begun['id']}/finality")
    assert (early.status_code, early.json()["code"]) == (409, "academy.attempt_in_progress")
    await hand_in(learner_client, begun)
    for _ in range(2):
        assert (await learner_client.put(f"/academy/attempts/{begun['id']}/finality")).status_code == 200
    refused = await learner_client.post(f"/academy/assessments/{test.id}/attempts")
    assert (refused.status_code, refused.json()["code"]) == (409, "academy.attempts_are_closed")


@pytest.mark.req("A-ASM-06")
async def test_who_teaches_sees_what_was_right_once_the_attempt_is_over(
    session: AsyncSession, room: Classroom, learner_client: ApiClient, teacher_client: ApiClient
) -> None:
    test = await room.test(session, *QUESTIONS, show_correct_answers="never")
    begun = await begin(learner_client, test)
    path = f"/academy/attempts/{begun['id']}"
    assert not set(keys_in((await teacher_client.get(path)).json())) & SECRET
    await hand_in(learner_client, begun)
    assert set(keys_in((await teacher_client.get(path)).json())) >= SECRET
