"""Events kept by months (A-TAB-18)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import AnalyticsEvent, Learner
from app.core.clock import utc_now
from tests.academy.conftest import enter
from tests.academy.models.people.scene import Scene
from tests.support.refusals import kept, refused


async def test_a_row_lies_in_its_month(session: AsyncSession, scene: Scene) -> None:
    now = utc_now()
    later = (now.replace(day=1) + timedelta(days=70)).astimezone(UTC)
    session.add_all([scene.of(AnalyticsEvent, timestamp=moment) for moment in (now, later)])
    await session.flush()
    places = await session.scalars(text("SELECT tableoid::regclass::text FROM academy.analytics_events"))
    assert set(places) == {f"academy.analytics_events_m{moment:%Y%m}" for moment in (now, later)}


async def test_an_id_alone_names_an_event(session: AsyncSession, scene: Scene) -> None:
    session.add(made := scene.of(AnalyticsEvent, properties={"path": "/courses"}))
    await session.flush()
    session.expunge_all()
    assert (await session.get_one(AnalyticsEvent, made.id)).properties == {"path": "/courses"}


async def test_an_event_of_long_ago_has_no_month(session: AsyncSession, scene: Scene) -> None:
    session.add(scene.of(AnalyticsEvent, timestamp=datetime(2001, 1, 1, tzinfo=UTC)))
    with pytest.raises(DBAPIError, match="no partition"):
        await session.flush()


async def test_properties_are_an_object(session: AsyncSession, scene: Scene) -> None:
    assert await refused(session, scene.of(AnalyticsEvent, properties=["a"])) == "ck_analytics_events_properties"


async def test_an_event_outlives_the_profile_of_who_caused_it(session: AsyncSession, scene: Scene) -> None:
    visitor = await enter(session)
    session.add(caused := scene.of(AnalyticsEvent, user_id=visitor.id))
    await session.flush()
    assert await kept(session, await session.get_one(Learner, visitor.id)) is None
    await session.refresh(caused)
    assert caused.user_id is None
