"""Somebody who writes learning paths: through the API, as a platform admin."""

from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from httpx import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Course
from app.identity.models import Account
from tests.academy.conftest import enter
from tests.factories import academy, learning
from tests.support.client import ApiClient

Document = dict[str, Any]

BODY: Document = {
    "title": "Leading with AI",
    "description": "Three courses for those who decide.",
    "short_description": "Strategy, people, rules",
    "target_audience": "enterprise",
    "target_role": "Executive",
    "estimated_duration": "8 weeks",
    "outcomes": ["A strategy", "A plan"],
    "pricing_model": "bundled",
    "currency": "usd",
    "bundle_price": 99_700,
    "thumbnail_id": None,
    "icon_url": "https://cdn.example.com/icon.svg",
    "color": "#1a7f5a",
    "is_featured": True,
    "sort_order": 7,
}


@dataclass
class Author:
    """An admin with a client and a database to put courses into."""

    admin: ApiClient
    session: AsyncSession

    async def course(self, hours: float = 16, **more: Any) -> Course:
        """A published course with an agenda of so many hours."""
        course = academy.course(**more)
        self.session.add(course)
        await self.session.flush()  # its agenda points at it
        if hours:
            self.session.add(academy.class_session(course, duration_minutes=int(hours * 60)))
        await self.session.commit()
        return course

    async def path(self, **more: Any) -> Document:
        """A new path."""
        return _made(await self.admin.post("/academy/paths", BODY | more))

    async def step(self, path: Document, course: Course | None = None, **more: Any) -> Document:
        """A step behind the others."""
        return _made(await self.try_step(path, course, **more))

    async def try_step(self, path: Document, course: Course | None = None, **more: Any) -> Response:
        """As `step`, whatever the answer is."""
        course = course or await self.course()
        return await self.admin.post(f"/academy/paths/{path['id']}/steps", {"course_id": str(course.id)} | more)

    async def group(self, path: Document, **more: Any) -> Document:
        """A choice in a path."""
        body = {"title": "Choose your field"} | more
        return _made(await self.admin.post(f"/academy/paths/{path['id']}/groups", body))

    async def offer(self, path: Document, **more: Any) -> Document:
        """A subscription to a path."""
        body = {"kind": "subscription", "price_cents": 29_900, "billing_interval": "month"} | more
        return _made(await self.admin.post(f"/academy/paths/{path['id']}/offers", body))

    async def activate(self, path: Document) -> Document:
        """A path in the catalogue."""
        answer = await self.admin.put(f"/academy/paths/{path['id']}/activation")
        assert answer.status_code == 200, answer.text
        active: Document = answer.json()
        return active

    async def active(self, **more: Any) -> Document:
        """A path in the catalogue with one step, its id under `step_id`."""
        path = await self.path(**more)
        step = await self.step(path)
        return await self.activate(path) | {"step_id": step["id"]}

    async def read(self, path: Document) -> Document:
        """A path as it is now, with everything."""
        read: Document = (await self.admin.get(f"/academy/paths/{path['id']}")).json()
        return read

    async def order(self, path: Document) -> list[str]:
        """The ids of its steps; their numbers have no gaps."""
        steps = (await self.read(path))["steps"]
        assert [step["step_number"] for step in steps] == list(range(1, len(steps) + 1))
        return [step["id"] for step in steps]

    async def enter(self, path: Document, *done: str) -> Account:
        """Somebody in the path who has done these steps."""
        person = await enter(self.session)
        enrollment = learning.path_enrollment(person, learning.path(id=path["id"]))
        self.session.add(enrollment)
        await self.session.flush()  # what they have done points at it
        self.session.add_all(learning.step_completion(enrollment, step_id) for step_id in done)
        await self.session.commit()
        return person


def _made(answer: Response) -> Document:
    assert answer.status_code == 201, answer.text
    made: Document = answer.json()
    return made


def refusal(answer: Response) -> tuple[int, str, list[str]]:
    """Status, code and the fields that are named."""
    problem = answer.json()
    return answer.status_code, problem["code"], [error["pointer"] for error in problem.get("errors", [])]


@pytest_asyncio.fixture
async def author(client: ApiClient, session: AsyncSession, admin: Account) -> Author:
    """Writes learning paths."""
    return Author(await client.as_(admin), session)
