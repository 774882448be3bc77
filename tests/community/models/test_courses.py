"""Courses, and who takes them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.community.models import Enrollment, LessonAttachment, LessonProgress
from tests.community.models.conftest import Hand, World, without
from tests.factories import community


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"visibility": "secret"}, "ck_courses_visibility"),
        ({"status": "archived"}, "ck_courses_status"),
        ({"enrollment_count": -1}, "ck_courses_enrollment_count"),
        ({"visibility": "paid"}, "ck_courses_paid_needs_tier"),
        ({"visibility": "paid", "required_tier": "platinum"}, "fk_courses_required_tier"),
    ],
)
async def test_a_course_is_refused(hand: Hand, fields: dict[str, Any], constraint: str) -> None:
    assert await hand.refused(community.course(**fields)) == constraint


async def test_only_a_paid_course_requires_a_tier(hand: Hand, world: World) -> None:
    gold = world.tier.code
    assert await hand.refused(community.course(visibility="paid", required_tier=gold)) is None
    assert await hand.refused(community.course(visibility="public", required_tier=gold)) == "ck_courses_paid_needs_tier"


async def test_one_live_module_has_a_place_in_its_course(hand: Hand, world: World) -> None:
    other = await hand.save(community.course())
    taken = world.module.order
    assert await hand.refused(community.module(world.course, order=-1)) == "ck_modules_order"
    assert await hand.refused(community.module(world.course, order=taken)) == "ex_modules_course_id_order"
    assert await hand.refused(community.module(other, order=taken)) is None
    removed = community.module(world.course, order=taken, deleted_at=datetime.now(UTC))
    assert await hand.refused(removed) is None


async def test_one_live_lesson_has_a_place_and_one_statement_may_reorder_a_module(hand: Hand) -> None:
    module = await hand.save(community.module(await hand.save(community.course())))
    await hand.save(community.lesson(module, order=1))
    await hand.save(community.lesson(module, order=2))
    assert await hand.refused(community.lesson(module, order=-1)) == "ck_lessons_order"
    assert await hand.refused(community.lesson(module, order=1)) == "ex_lessons_module_id_order"
    turned = 'UPDATE community.lessons SET "order" = 3 - "order" WHERE module_id = :id'
    assert await hand.refused_to(turned, id=module.id) is None
    assert await hand.refused(community.lesson(module, order=1, deleted_at=datetime.now(UTC))) is None


async def test_an_attachment_has_a_place_and_its_file_stays(hand: Hand, world: World) -> None:
    first, second = await hand.save(community.stored_file()), await hand.save(community.stored_file())
    of_lesson = {"lesson_id": world.lesson.id}
    assert await hand.refused(LessonAttachment(**of_lesson, file_id=first.id, position=0)) is None
    below = LessonAttachment(**of_lesson, file_id=second.id, position=-1)
    assert await hand.refused(below) == "ck_lesson_attachments_position"
    same = LessonAttachment(**of_lesson, file_id=second.id, position=0)
    assert await hand.refused(same) == "uq_lesson_attachments_lesson_id_position"
    assert await hand.refused_to(without(first)) == "fk_lesson_attachments_file_id"


async def test_a_member_is_in_a_course_once(hand: Hand, world: World) -> None:
    def ann() -> Enrollment:
        return Enrollment(user_id=world.ann.id, course_id=world.course.id, last_lesson_id=world.lesson.id)

    assert await hand.refused(ann()) is None
    assert await hand.refused(ann()) == "uq_enrollments_user_id_course_id"


async def test_a_member_completes_a_lesson_once(hand: Hand, world: World) -> None:
    def ann() -> LessonProgress:
        return LessonProgress(user_id=world.ann.id, lesson_id=world.lesson.id)

    assert await hand.refused(ann()) is None
    assert await hand.refused(ann()) == "uq_lesson_progress_user_id_lesson_id"


async def test_a_course_takes_its_parts_with_it(hand: Hand, world: World) -> None:
    picture = await hand.save(community.stored_file())
    await hand.save(LessonAttachment(lesson_id=world.lesson.id, file_id=picture.id, position=0))
    assert await hand.refused_to(without(world.course)) is None
    assert [await hand.count(table) for table in ("modules", "lessons", "lesson_attachments")] == [0, 0, 0]


async def test_what_somebody_has_learned_from_stays(hand: Hand, world: World) -> None:
    await hand.save(LessonProgress(user_id=world.ann.id, lesson_id=world.lesson.id))
    assert await hand.refused_to(without(world.lesson)) == "fk_lesson_progress_lesson_id"
    assert await hand.refused_to(without(world.course)) == "fk_lesson_progress_lesson_id"


async def test_a_course_with_learners_stays(hand: Hand, world: World) -> None:
    enrollment = Enrollment(user_id=world.ann.id, course_id=world.course.id, last_lesson_id=world.lesson.id)
    await hand.save(enrollment)
    assert await hand.refused_to(without(world.course)) == "fk_enrollments_course_id"
    assert await hand.refused_to(without(world.lesson)) is None
    await hand.session.refresh(enrollment)
    assert enrollment.last_lesson_id is None
