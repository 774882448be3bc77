"""The question that a path names: its assessment is seen by the caller, or 404."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.deps import CurrentAcademyActor
from app.academy.models import AssessmentQuestion
from app.academy.questions import queries
from app.core.http.session import Session


async def question_from_path(question_id: UUID, actor: CurrentAcademyActor, session: Session) -> AssessmentQuestion:
    """The question, when the caller may know of its assessment. Raises `NotFound`."""
    return await queries.get_question(session, actor, question_id)


QuestionPath = Annotated[AssessmentQuestion, Depends(question_from_path)]
