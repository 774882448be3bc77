"""The report: a model's confidence against what people then said."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.ai_grading import service
from app.academy.ai_grading.rules import ModelGrade
from app.academy.permissions import AcademyActor
from app.gateways.llm.types import LlmAnswer
from tests.academy.classroom import Classroom, begin, essay, hand_in, say
from tests.support.client import ApiClient

HOUSE = AcademyActor.system()


@pytest.mark.req("A-ASM-09")
async def test_the_report_holds_each_confidence_against_the_first_person_after_it(
    client: ApiClient, session: AsyncSession, room: Classroom, teacher_client: ApiClient
) -> None:
    test = await room.test(session, essay(points=10, by_model=True))
    for confidence, by_model, by_person in ((0.95, 8, 2), (0.75, 6, 6), (0.6, 5, 9), (0.99, 10, None)):
        learner = await client.as_(await room.colleague(session))
        begun = await begin(learner, test)
        await say(learner, begun, begun["questions"][0], text_response="We sort tickets.")
        await hand_in(learner, begun)
        newest = text("SELECT id FROM academy.question_responses ORDER BY created_at DESC, id DESC LIMIT 1")
        response_id = (await session.scalars(newest)).one()
        task = await service.begin(session, HOUSE, response_id, 1_000_000)
        assert task is not None
        graded = ModelGrade(Decimal(by_model) / 10, confidence, "", "", wants_person=False)
        await service.record_grade(session, HOUSE, task, graded, LlmAnswer("{}", "m", 1, 1, 1))
        await session.commit()
        if by_person is not None:
            for points in (by_person, 0):
                given = await teacher_client.put(
                    f"/academy/responses/{response_id}/grade", json={"points_earned": points}
                )
                assert given.status_code == 200
    [question] = (await teacher_client.get(f"/academy/assessments/{test.id}/questions")).json()["items"]
    for path in (f"/academy/questions/{question['id']}", f"/academy/assessments/{test.id}"):
        report = (await teacher_client.get(f"{path}/calibration")).json()
        assert (report["count"], report["unreviewed"], report["failed"]) == (3, 1, 0)
        # right at 0.75 alone: 0.95² + 0.25² + 0.6², of three
        assert report["brier_score"] == pytest.approx((0.9025 + 0.0625 + 0.36) / 3, abs=1e-6)
        assert [each["count"] for each in report["bins"]] == [0, 1, 1, 0, 0, 1]
        assert report["suggested_threshold"] is None
