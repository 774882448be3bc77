"""The calendar: events, how they repeat, and who comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from app.community.models import Frequency, Recurrence
from tests.community.models.conftest import Hand, World, without
from tests.factories import community

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WEEKLY = Recurrence(frequency=Frequency.weekly)

SERIES = [
    Recurrence(frequency=Frequency.daily),
    Recurrence(frequency=Frequency.weekly, interval=2, count=10),
    Recurrence(frequency=Frequency.monthly, until=NOON),
]

# Written by hand, past the model.
SERIES_REFUSED = [
    ("null", "ck_events_recurrence_shape"),
    ("[]", "ck_events_recurrence_shape"),
    ('{"interval": 1}', "ck_events_recurrence_shape"),
    ('{"frequency": "weekly"}', "ck_events_recurrence_shape"),
    ('{"frequency": "weekly", "interval": "2"}', "ck_events_recurrence_shape"),
    ('{"frequency": "weekly", "interval": 1, "until": "2026-12-31T00:00:00Z"}', "ck_events_recurrence_shape"),
    ('{"frequency": "hourly", "interval": 1}', "ck_events_recurrence_rule"),
    ('{"frequency": "weekly", "interval": 0}', "ck_events_recurrence_rule"),
    ('{"frequency": "weekly", "interval": 1.5}', "ck_events_recurrence_rule"),
    ('{"frequency": "weekly", "interval": 1, "count": 0}', "ck_events_recurrence_rule"),
    ('{"frequency": "weekly", "interval": 1, "count": 3, "until": 1798675200000}', "ck_events_recurrence_rule"),
]


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"start_time": NOON, "end_time": NOON}, "ck_events_times"),
        ({"capacity": -1}, "ck_events_capacity"),
        ({"rsvp_count": -1}, "ck_events_rsvp_count"),
        ({"series_ends_at": NOON + timedelta(days=999)}, "ck_events_series_ends_at"),
        ({"recurrence": WEEKLY, "series_ends_at": NOON - timedelta(days=999)}, "ck_events_series_ends_at"),
    ],
)
async def test_an_event_is_refused(hand: Hand, fields: dict[str, Any], constraint: str) -> None:
    assert await hand.refused(community.event(**fields)) == constraint


@pytest.mark.parametrize("recurrence", SERIES, ids=lambda each: each.frequency)
async def test_a_recurrence_comes_back_as_it_went_in(hand: Hand, recurrence: Recurrence) -> None:
    event = await hand.save(community.event(recurrence=recurrence, timezone="Europe/Berlin"))
    assert (event.recurrence, event.timezone) == (recurrence, "Europe/Berlin")


@pytest.mark.req("T-GEN-04")
async def test_the_end_of_a_series_is_kept_as_the_number_of_the_seed(hand: Hand) -> None:
    recurrence = Recurrence(frequency=Frequency.daily, until=NOON)
    event = await hand.save(community.event(recurrence=recurrence))
    kept = await hand.session.scalar(
        text("SELECT recurrence -> 'until' FROM community.events WHERE id = :id"), {"id": event.id}
    )
    assert kept == 1795262400000


@pytest.mark.parametrize(("written", "constraint"), SERIES_REFUSED)
async def test_a_recurrence_of_another_shape_is_refused(
    hand: Hand, world: World, written: str, constraint: str
) -> None:
    statement = text("UPDATE community.events SET recurrence = CAST(:rule AS jsonb) WHERE id = :id")
    assert await hand.refused_to(statement.bindparams(rule=written, id=world.event.id)) == constraint


@pytest.mark.parametrize(
    "fields",
    [
        {"frequency": "hourly"},
        {"frequency": "weekly", "interval": 0},
        {"frequency": "weekly", "count": 0},
        {"frequency": "weekly", "count": 3, "until": NOON},
        {"frequency": "weekly", "until": NOON.replace(tzinfo=None)},
        {"frequency": "weekly", "weekday": "monday"},
    ],
)
def test_a_recurrence_makes_no_sense(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Recurrence.model_validate(fields)


async def test_an_event_without_recurrence_says_so_with_null(hand: Hand, world: World) -> None:
    once = await hand.session.scalar(
        text("SELECT recurrence IS NULL FROM community.events WHERE id = :id"), {"id": world.event.id}
    )
    assert once


@pytest.mark.parametrize(
    ("capacity", "going", "is_taken"), [(2, 2, True), (2, 3, False), (0, 1, False), (None, 9, True)]
)
async def test_an_occurrence_never_has_more_people_than_places(
    hand: Hand, world: World, capacity: int | None, going: int, *, is_taken: bool
) -> None:
    occurrence = community.occurrence(world.event, capacity=capacity, going_count=going)
    assert await hand.refused(occurrence) == (None if is_taken else "ck_event_occurrences_places")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"capacity": -1}, "ck_event_occurrences_capacity"), ({"going_count": -1}, "ck_event_occurrences_places")],
)
async def test_an_occurrence_is_refused(hand: Hand, world: World, fields: dict[str, Any], constraint: str) -> None:
    assert await hand.refused(community.occurrence(world.event, **fields)) == constraint


@pytest.mark.parametrize(
    ("status", "constraint"),
    [("going", None), ("maybe", None), ("notGoing", None), ("not_going", "ck_rsvps_status")],
)
async def test_an_answer_is_one_of_three(hand: Hand, world: World, status: str, constraint: str | None) -> None:
    occurrence = await hand.save(community.occurrence(world.event))
    assert await hand.refused(community.rsvp(occurrence, world.ann, status=status)) == constraint


@pytest.mark.req("T-TAB-12")
async def test_a_member_answers_once_for_each_occurrence(hand: Hand) -> None:
    ann, event = await hand.member(), await hand.save(community.event(recurrence=WEEKLY))
    first = await hand.save(community.occurrence(event))
    next_week = event.start_time + timedelta(days=7)
    second = await hand.save(community.occurrence(event, occurrence_start=next_week))
    assert await hand.refused(community.rsvp(first, ann), community.rsvp(second, ann)) is None
    assert await hand.refused(community.rsvp(first, ann)) == "uq_rsvps_event_id_occurrence_start_user_id"


async def test_nobody_answers_for_a_date_that_is_no_occurrence(hand: Hand, world: World) -> None:
    astray = community.rsvp(community.occurrence(world.event), world.ann)
    assert await hand.refused(astray) == "fk_rsvps_event_id_occurrence_start"


async def test_answers_move_with_the_event(hand: Hand, world: World) -> None:
    answer = await hand.save(community.rsvp(await hand.save(community.occurrence(world.event)), world.ann))
    later = world.event.start_time + timedelta(hours=1)
    moved = text("UPDATE community.event_occurrences SET occurrence_start = :later").bindparams(later=later)
    await hand.session.execute(moved)
    await hand.session.refresh(answer)
    assert answer.occurrence_start == later


async def test_an_event_that_was_answered_stays_and_answers_go_with_the_member(hand: Hand) -> None:
    ann, event = await hand.member(), await hand.save(community.event())
    await hand.save(community.rsvp(await hand.save(community.occurrence(event)), ann))
    assert await hand.refused_to(without(event)) in {"fk_rsvps_event_id", "fk_rsvps_event_id_occurrence_start"}
    await hand.session.execute(without(ann))
    assert await hand.count("rsvps") == 0
    await hand.session.execute(without(event))
    assert await hand.count("event_occurrences") == 0
