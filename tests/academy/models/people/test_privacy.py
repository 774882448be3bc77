"""What learners let others see, who looked, and erasures under review (A-TAB-55, A-TAB-56, Z-164)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import ErasureReview, Learner, ManagerAccessLog, UserPrivacySettings
from app.core.clock import utc_now
from tests.academy.conftest import enter
from tests.academy.models.people.scene import START, Scene
from tests.support.refusals import is_there, kept, refused

Build = Callable[[Scene], Any]
NOW = utc_now()


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(ManagerAccessLog, access_type="peek"), "ck_manager_access_logs_access_type"),
        (lambda s: s.of(ManagerAccessLog, access_type="view_individual"), "ck_manager_access_logs_whose"),
        (lambda s: s.of(ManagerAccessLog, access_type="view_individual", target_user_id=s.learner.id), None),
        (lambda s: s.of(ErasureReview, state="lost", decided_at=NOW), "ck_erasure_reviews_state"),
        (lambda s: s.of(ErasureReview, closes_at=START + timedelta(days=30, seconds=1)), "ck_erasure_reviews_window"),
        (lambda s: s.of(ErasureReview, closes_at=START), "ck_erasure_reviews_window"),
        (lambda s: s.of(ErasureReview, state="agreed"), "ck_erasure_reviews_decided"),
        (lambda s: s.of(ErasureReview, state="objected", decided_at=NOW), "ck_erasure_reviews_legal_reason"),
        (lambda s: s.of(ErasureReview, legal_reason="a lawsuit"), "ck_erasure_reviews_legal_reason"),
        (lambda s: s.of(ErasureReview, state="objected", decided_at=NOW, legal_reason="a lawsuit"), None),
        (lambda s: s.of(ErasureReview, state="lapsed", decided_at=NOW, removed_at=NOW), None),
    ],
)
async def test_a_row_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


async def test_nothing_is_shown_unless_somebody_says_so(session: AsyncSession, scene: Scene) -> None:
    session.add(made := scene.of(UserPrivacySettings))
    await session.flush()
    await session.refresh(made)
    shown = {
        name
        for name in UserPrivacySettings.__table__.columns.keys()  # noqa: SIM118  (a collection of columns, not a dict)
        if name.startswith("allow_") and getattr(made, name)
    }
    assert shown == {"allow_peer_suggestions", "allow_outside_analytics"}


async def test_a_learner_has_one_set_of_settings(session: AsyncSession, scene: Scene) -> None:
    twice = [scene.of(UserPrivacySettings) for _ in range(2)]
    assert await refused(session, *twice) == "uq_user_privacy_settings_user_id"


async def test_settings_go_with_their_profile_and_looks_stay(session: AsyncSession, scene: Scene) -> None:
    person = await enter(session)
    settings = scene.of(UserPrivacySettings, user_id=person.id)
    look = scene.of(ManagerAccessLog, target_user_id=person.id)
    session.add_all([settings, look])
    await session.flush()
    profile = await session.get_one(Learner, person.id)
    assert await kept(session, profile) == "fk_manager_access_logs_target_user_id"
    assert await kept(session, look) is None
    assert await kept(session, profile) is None
    assert not await is_there(session, settings)


async def test_an_erasure_is_under_review_once_at_a_time(session: AsyncSession, scene: Scene) -> None:
    decided = scene.of(ErasureReview, state="agreed", decided_at=NOW)
    assert await refused(session, decided, scene.of(ErasureReview)) is None
    assert await refused(session, scene.of(ErasureReview)) == "uq_erasure_reviews_open"
