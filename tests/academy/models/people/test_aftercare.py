"""Kit, recordings, office hours and the tutor's conversations (A-TAB-09 to A-TAB-13)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import (
    ChatConversation,
    ChatMessage,
    ContactSubmission,
    EnablementKitItem,
    OfficeHoursBooking,
    OfficeHoursRejection,
    SessionRecording,
)
from tests.academy.models.people.scene import Scene
from tests.support.refusals import is_there, kept, refused

Build = Callable[[Scene], Any]


@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(EnablementKitItem, type="poster"), "ck_enablement_kit_items_type"),
        (lambda s: s.of(EnablementKitItem, order=-1), "ck_enablement_kit_items_order"),
        (lambda s: s.of(SessionRecording, duration=0), "ck_session_recordings_duration"),
        (lambda s: s.of(OfficeHoursBooking, status="moved"), "ck_office_hours_bookings_status"),
        (
            lambda s: s.of(OfficeHoursBooking, calcom_booking_uid="a", previous_uids=["b", "a"]),
            "ck_office_hours_bookings_previous_uids",
        ),
        (lambda s: s.of(OfficeHoursBooking, calcom_booking_uid="a", previous_uids=["b", "c"]), None),
        (
            lambda s: s.of(OfficeHoursRejection, reason="rude", enrollment_id=s.enrollment.id),
            "ck_office_hours_rejections_reason",
        ),
        (lambda s: s.of(OfficeHoursRejection, reason="window_over"), "ck_office_hours_rejections_enrollment"),
        (lambda s: s.of(OfficeHoursRejection, reason="window_over", enrollment_id=s.enrollment.id), None),
        (lambda s: s.of(ChatMessage, role="system"), "ck_chat_messages_role"),
        (lambda s: s.of(ChatMessage, token_count=-1), "ck_chat_messages_token_count"),
        (lambda s: s.of(ChatMessage, is_complete=False), "ck_chat_messages_is_complete"),
        (lambda s: s.of(ChatMessage, role="assistant", is_complete=False), None),
        (lambda s: s.of(ContactSubmission, status="lost"), "ck_contact_submissions_status"),
    ],
)
async def test_a_row_makes_sense_or_is_refused(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


@pytest.mark.req("A-KIT-02", "Z-80")
@pytest.mark.parametrize(
    ("build", "constraint"),
    [
        (lambda s: s.of(EnablementKitItem), None),
        (lambda s: s.of(EnablementKitItem, external_url=None), "ck_enablement_kit_items_file_or_link"),
        (lambda s: s.of(EnablementKitItem, file_id=s.file.id), "ck_enablement_kit_items_file_or_link"),
        (lambda s: s.of(EnablementKitItem, file_id=s.file.id, external_url=None), None),
    ],
)
async def test_an_item_of_a_kit_is_a_file_or_a_link(
    session: AsyncSession, scene: Scene, build: Build, constraint: str | None
) -> None:
    assert await refused(session, build(scene)) == constraint


@pytest.mark.parametrize("table", [OfficeHoursBooking, OfficeHoursRejection])
async def test_calcom_s_uid_is_known_once(session: AsyncSession, scene: Scene, table: type[Any]) -> None:
    twice = [scene.of(table, calcom_booking_uid="bFJe") for _ in range(2)]
    assert await refused(session, *twice) == f"uq_{table.__tablename__}_calcom_booking_uid"


async def test_a_booking_is_found_by_a_uid_it_had(session: AsyncSession, scene: Scene) -> None:
    session.add(moved := scene.of(OfficeHoursBooking, calcom_booking_uid="hQ8m", previous_uids=["bFJe"]))
    await session.flush()
    asked = select(OfficeHoursBooking.id).where(OfficeHoursBooking.previous_uids.contains(["bFJe"]))
    assert (await session.scalars(asked)).all() == [moved.id]


@pytest.mark.parametrize(
    ("build", "of", "constraint"),
    [
        (lambda s: s.of(SessionRecording), "item", "fk_session_recordings_session_id"),
        (lambda s: s.of(OfficeHoursBooking), "enrollment", "fk_office_hours_bookings_enrollment_id"),
        (
            lambda s: s.of(EnablementKitItem, file_id=s.file.id, external_url=None),
            "file",
            "fk_enablement_kit_items_file_id",
        ),
    ],
)
async def test_what_hangs_on_a_row_keeps_it(
    session: AsyncSession, scene: Scene, build: Build, of: str, constraint: str | None
) -> None:
    session.add(build(scene))
    await session.flush()
    assert await kept(session, getattr(scene, of)) == constraint


async def test_messages_go_with_their_conversation(session: AsyncSession, scene: Scene) -> None:
    session.add(said := scene.of(ChatMessage))
    await session.flush()
    assert await kept(session, scene.conversation) is None
    assert not await is_there(session, said)


async def test_a_conversation_keeps_its_enrollment(session: AsyncSession, scene: Scene) -> None:
    session.add(scene.of(ChatConversation))
    await session.flush()
    assert await kept(session, scene.enrollment) == "fk_chat_conversations_enrollment_id"
