"""Rows of the community: complete, and unlike each other.

    account = identity.account()
    session.add(account); await session.flush()
    session.add(community.member(account))

Rows refer to each other by id: add and flush what others point at before them.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from app.community.models import (
    Comment,
    Conversation,
    ConversationParticipant,
    Course,
    CourseStatus,
    Event,
    EventOccurrence,
    GamificationRule,
    Lesson,
    Level,
    Member,
    Message,
    Module,
    PointsEntry,
    Post,
    Report,
    Rsvp,
    RsvpStatus,
    Space,
    Tier,
    Visibility,
)
from app.core.ids import new_id
from app.identity.models import Account
from app.media.models import FileState, StoredFile

_number = count(1)


def member(account: Account, **more: Any) -> Member:
    """The community's profile of an account: a public one of an ordinary member."""
    return Member(**{"id": account.id, "name": account.name} | more)


def tier(**more: Any) -> Tier:
    """Something to pay for, of a rank above those made before."""
    number = next(_number)
    values = {"id": new_id(), "code": f"tier{number}", "name": f"Tier {number}", "rank": number, "price_cents": 900}
    return Tier(**values | more)


def space(**more: Any) -> Space:
    """A space for all members, behind those made before."""
    number = next(_number)
    values = {"id": new_id(), "name": f"Space {number}", "visibility": Visibility.members, "order": number}
    return Space(**values | more)


def post(space: Space, author: Member, **more: Any) -> Post:
    """A post without pictures."""
    values = {
        "id": new_id(),
        "space_id": space.id,
        "author_id": author.id,
        "author_name": author.name,
        "title": "What I learned",
        "content": "Something about embeddings",
        "content_html": "<p>Something about embeddings</p>",
    }
    return Post(**values | more)


def comment(post: Post, author: Member, **more: Any) -> Comment:
    """A comment of the first level."""
    values = {
        "id": new_id(),
        "post_id": post.id,
        "author_id": author.id,
        "author_name": author.name,
        "content": "Thank you",
    }
    return Comment(**values | more)


def course(**more: Any) -> Course:
    """A published course for all members."""
    values = {"id": new_id(), "title": "Prompting", "status": CourseStatus.published}
    return Course(**values | more)


def module(course: Course, **more: Any) -> Module:
    """A module behind those made before."""
    return Module(**{"id": new_id(), "course_id": course.id, "title": "Basics", "order": next(_number)} | more)


def lesson(module: Module, **more: Any) -> Lesson:
    """A lesson behind those made before."""
    return Lesson(**{"id": new_id(), "module_id": module.id, "title": "Roles", "order": next(_number)} | more)


def event(**more: Any) -> Event:
    """An hour in a week, without a limit."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    values = {"id": new_id(), "title": "Office hour", "start_time": start, "end_time": start + timedelta(hours=1)}
    return Event(**values | more)


def occurrence(event: Event, **more: Any) -> EventOccurrence:
    """The first date of an event."""
    values = {"event_id": event.id, "occurrence_start": event.start_time, "capacity": event.capacity}
    return EventOccurrence(**values | more)


def rsvp(occurrence: EventOccurrence, member: Member, **more: Any) -> Rsvp:
    """A member comes."""
    values = {
        "id": new_id(),
        "event_id": occurrence.event_id,
        "occurrence_start": occurrence.occurrence_start,
        "user_id": member.id,
        "status": RsvpStatus.going,
    }
    return Rsvp(**values | more)


def conversation(*pair: Member, **more: Any) -> Conversation:
    """A conversation, of the pair if there is one."""
    key = sorted(each.id for each in pair)
    ids = {"lower_user_id": key[0], "higher_user_id": key[1]} if key else {}
    return Conversation(**{"id": new_id()} | ids | more)


def participant(conversation: Conversation, member: Member, **more: Any) -> ConversationParticipant:
    """A member in a conversation who has read nothing yet."""
    return ConversationParticipant(**{"conversation_id": conversation.id, "user_id": member.id} | more)


def message(conversation: Conversation, sender: Member, **more: Any) -> Message:
    """An unread message."""
    values = {
        "id": new_id(),
        "conversation_id": conversation.id,
        "sender_id": sender.id,
        "sender_name": sender.name,
        "content": "Hello",
    }
    return Message(**values | more)


def gamification_rule(**more: Any) -> GamificationRule:
    """Ten points for something that nothing else is called."""
    return GamificationRule(**{"id": new_id(), "action": f"action{next(_number)}", "point_value": 10} | more)


def points(member: Member, rule: GamificationRule, **more: Any) -> PointsEntry:
    """Points earned, with nothing in particular."""
    values = {"id": new_id(), "user_id": member.id, "action": rule.action, "amount": rule.point_value}
    return PointsEntry(**values | more)


def level(order: int, **more: Any) -> Level:
    """The level of that order, every hundred points one."""
    return Level(**{"id": new_id(), "name": f"Level {order}", "order": order, "threshold": 100 * (order - 1)} | more)


def report(reporter: Member, **more: Any) -> Report:
    """An open complaint; the target is one of `post_id`, `comment_id`, `member_id`."""
    return Report(**{"id": new_id(), "reporter_id": reporter.id, "reason": "Advertising"} | more)


def stored_file(**more: Any) -> StoredFile:
    """A picture of which the bytes are there."""
    number = next(_number)
    values = {
        "id": new_id(),
        "storage_key": new_id().hex,
        "name": f"picture{number}.png",
        "media_type": "image/png",
        "state": FileState.stored,
        "size_bytes": 1234,
        "sha256": sha256(str(number).encode()).digest(),
    }
    return StoredFile(**values | more)
