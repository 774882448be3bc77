"""The door to grading: what waits for a person, and what a person says."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.academy.deps import CurrentAcademyActor
from app.academy.grading import queries, service
from app.academy.grading.errors import AttemptStillOpen, NotGradable, TooManyPoints
from app.academy.grading.schemas import (
    AcademyConfirmation,
    AcademyGradedAttempt,
    AcademyGradePut,
    AcademyReview,
    AcademyReviewFilter,
    AcademyReviewHistory,
)
from app.academy.models import AssessmentAttempt
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session

router = Router()


@router.get("/reviews", response_model=Page[AcademyReview], responses=refusals(InvalidCursor))
async def list_reviews(
    actor: CurrentAcademyActor, wanted: Annotated[AcademyReviewFilter, Query()], session: Session
) -> Rows[AcademyReview]:
    """The answers that wait for the caller to grade them, longest first."""
    return await queries.list_reviews(session, actor, wanted)


@router.get("/responses/{response_id}", response_model=AcademyReviewHistory, responses=refusals(AttemptStillOpen))
async def get_response(actor: CurrentAcademyActor, response_id: UUID, session: Session) -> AcademyReviewHistory:
    """Read an answer with every grade that it was given."""
    return await service.read_response(session, actor, response_id)


@router.put(
    "/responses/{response_id}/grade",
    response_model=AcademyReviewHistory,
    responses=refusals(AttemptStillOpen, NotGradable, TooManyPoints),
)
async def grade_response(
    actor: CurrentAcademyActor, response_id: UUID, body: AcademyGradePut, session: Session
) -> AcademyReviewHistory:
    """Grade an answer, or override its grade. What it replaces stays in its history."""
    return await service.grade_response(session, actor, response_id, body)


@router.put(
    "/attempts/{attempt_id}/confirmation",
    response_model=AcademyGradedAttempt,
    responses=refusals(AttemptStillOpen),
)
async def confirm_attempt(
    actor: CurrentAcademyActor, attempt_id: UUID, body: AcademyConfirmation, session: Session
) -> AssessmentAttempt:
    """Let all provisional grades of an attempt stand. Answers without a grade go on waiting."""
    return await service.confirm_attempt(session, actor, attempt_id, body)
