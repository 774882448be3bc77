"""Two clients with their people, and the staff: who comes to the studio's doors."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from httpx import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.identity.actor import Actor
from app.identity.models import Account
from app.studio.deps import act_as
from app.studio.models import Client, MemberRole
from tests.factories import identity
from tests.factories import studio as make
from tests.support.client import ApiClient

Insight = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@dataclass(frozen=True, slots=True)
class House:
    """Ours is the author's and the reviewer's client, theirs is the outsider's."""

    ours: Client
    theirs: Client
    author: Account
    reviewer: Account
    outsider: Account
    staff: Account
    stranger: Account


async def build_house(session: AsyncSession) -> House:
    """All of it, committed."""
    await act_as(session, Actor.system())
    author, reviewer, outsider, staff, stranger = people = [identity.account() for _ in range(5)]
    ours, theirs = make.client(), make.client()
    session.add_all([*people, ours, theirs])
    await session.flush()  # members point at both
    session.add_all(
        [
            make.member(ours.id, author.id),
            make.member(ours.id, reviewer.id, role=MemberRole.reviewer),
            make.member(theirs.id, outsider.id),
            make.staff(staff.id),
        ]
    )
    await session.commit()
    return House(ours, theirs, author, reviewer, outsider, staff, stranger)


async def made(answer: Awaitable[Response]) -> Any:
    """What a POST has made. Fails when it has not."""
    response = await answer
    assert response.status_code == 201, response.text
    return response.json()


async def write_program(
    caller: ApiClient, house: House, sessions_per_chapter: tuple[int, ...] = (2, 1), name: str = "Leading"
) -> dict[str, Any]:
    """A program over the API, with so many sessions in each chapter: its document, with `chapters` and `sessions`."""
    program: dict[str, Any] = await made(caller.post(f"/studio/clients/{house.ours.id}/programs", {"name": name}))
    program["chapters"], program["sessions"] = [], []
    for chapter_number, sessions in enumerate(sessions_per_chapter, start=1):
        path = f"/studio/programs/{program['id']}/chapters"
        chapter = await made(caller.post(path, {"title": f"Chapter {chapter_number}"}))
        program["chapters"].append(chapter)
        for session_number in range(1, sessions + 1):
            body = {"title": f"Session {chapter_number}.{session_number}"}
            program["sessions"].append(await made(caller.post(f"/studio/chapters/{chapter['id']}/sessions", body)))
    return program


def ids(rows: list[dict[str, Any]]) -> list[str]:
    """The ids of documents, in their order."""
    return [row["id"] for row in rows]


async def listed(caller: ApiClient, path: str, **filters: str) -> list[dict[str, Any]]:
    """All items of a list of up to 200."""
    answer = await caller.get(path, params={"limit": 200, **filters})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
