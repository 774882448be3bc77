"""Two members and one of most things, and a hand that writes rows and hears what the database says to them."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import Delete, Executable, delete, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.community.models import Comment, Course, Event, GamificationRule, Lesson, Member, Module, Post, Space, Tier
from app.core.constraints import constraint_of
from tests.factories import community, identity

Row = TypeVar("Row")


class Hand:
    """Writes into the database, row by row."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, row: Row) -> Row:
        """Insert the row, and read back what the database made of it."""
        self.session.add(row)
        await self.session.flush()
        await self.session.refresh(row)
        return row

    async def refused(self, *rows: Any) -> str | None:
        """The name of the constraint that refuses these rows, inserted in this order; None when all are taken."""
        try:
            async with self.session.begin_nested():
                for row in rows:
                    self.session.add(row)
                    await self.session.flush()
        except IntegrityError as error:
            return _why(error)
        return None

    async def refused_to(self, statement: Executable | str, **values: Any) -> str | None:
        """The name of the constraint that refuses this statement; None when it is done."""
        try:
            async with self.session.begin_nested():
                await self.session.execute(text(statement) if isinstance(statement, str) else statement, values)
        except IntegrityError as error:
            return _why(error)
        return None

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(await self.session.scalar(text(f"SELECT count(*) FROM community.{table}")) or 0)  # noqa: S608

    async def member(self, **more: Any) -> Member:
        """A new member with an account of their own."""
        account = await self.save(identity.account())
        return await self.save(community.member(account, **more))


def _why(error: IntegrityError) -> str:
    return constraint_of(error) or f"null in {getattr(error.driver_exception, 'column_name', None)}"


def without(row: Any) -> Delete:
    """Delete a row by hand."""
    model = type(row)
    return delete(model).where(model.id == row.id)


@dataclass(frozen=True)
class World:
    """Who and what there is."""

    ann: Member
    bob: Member
    tier: Tier
    space: Space
    post: Post
    comment: Comment
    course: Course
    module: Module
    lesson: Lesson
    event: Event
    rule: GamificationRule

    @property
    def targets(self) -> dict[str, Any]:
        """What a polymorphic key may point at, by the name of the key."""
        return {
            "post_id": self.post.id,
            "comment_id": self.comment.id,
            "lesson_id": self.lesson.id,
            "course_id": self.course.id,
            "event_id": self.event.id,
            "member_id": self.bob.id,
            "nowhere": uuid4(),
        }


@pytest.fixture
def hand(session: AsyncSession) -> Hand:
    """The test's hand."""
    return Hand(session)


@pytest_asyncio.fixture
async def world(hand: Hand) -> World:
    """Ann has posted, Bob has commented; there are a course and an event."""
    ann, bob = await hand.member(), await hand.member()
    space = await hand.save(community.space())
    post = await hand.save(community.post(space, ann))
    course = await hand.save(community.course())
    module = await hand.save(community.module(course))
    return World(
        ann=ann,
        bob=bob,
        tier=await hand.save(community.tier()),
        space=space,
        post=post,
        comment=await hand.save(community.comment(post, bob)),
        course=course,
        module=module,
        lesson=await hand.save(community.lesson(module)),
        event=await hand.save(community.event()),
        rule=await hand.save(community.gamification_rule()),
    )
