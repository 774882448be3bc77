"""The demo's paths are those of the description (A-LPA-14), with figures that follow from their courses."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import Course, LearningPath, LearningPathStep, PathOffer, PathStepGroup
from app.demo.seed import seed
from tests.support.client import ApiClient
from tests.support.worker import WorkerOnDemand

Sessions = async_sessionmaker[AsyncSession]

FOUNDATIONS = ("AI Fundamentals", "Prompt Engineering Mastery", "AI Tools Mastery")
LEADERSHIP = ("AI Strategy for Leaders", "Change Management for AI", "AI Governance & Ethics")
SPECIALIZATIONS = ("Marketing AI Mastery", "Sales AI Mastery", "HR AI Mastery", "Product AI Mastery")


async def paths_of_the_catalogue(client: ApiClient) -> list[dict[str, Any]]:
    """Every path as everybody sees it, with its steps."""
    listed = (await client.get("/academy/paths")).json()["items"]
    return [(await client.get(f"/academy/paths/{path['id']}")).json() for path in listed]


@pytest.mark.req("A-LPA-14")
async def test_the_three_tracks_are_in_the_catalogue_with_their_figures(
    client: ApiClient, sessions: Sessions, worker: WorkerOnDemand
) -> None:
    """Sums, list price and discount are worked out, and come out as the description has them."""
    assert await seed(sessions)
    await worker.drain()
    names = (
        *("slug", "target_audience", "estimated_duration", "total_courses", "total_hours"),
        *("pricing_model", "bundle_price", "bundle_discount"),
    )
    assert [tuple(path[name] for name in names) for path in await paths_of_the_catalogue(client)] == [
        ("ai-foundations-track", "individual", "6 weeks", 3, 48, "bundled", 99_700, 23),
        ("ai-leadership-track", "enterprise", "8 weeks", 3, 48, "subscription", None, None),
        ("domain-expert-track", "all", "6-8 weeks", 2, 32, "bundled", 149_700, 20),
    ]


@pytest.mark.req("A-LPA-14")
async def test_each_track_has_its_steps_with_what_opens_them(client: ApiClient, sessions: Sessions) -> None:
    await seed(sessions)
    foundations, leadership, expert = await paths_of_the_catalogue(client)
    assert [len(path["skills"]) for path in (foundations, leadership, expert)] == [3, 4, 4]

    def told(path: dict[str, Any]) -> list[tuple[Any, ...]]:
        number = {step["id"]: step["step_number"] for step in path["steps"]}
        return [
            (
                step["course"]["title"],
                step["recommended_timeframe"],
                step["unlock_rule"],
                number.get(step["unlock_after_step_id"]),
            )
            for step in path["steps"]
        ]

    assert told(foundations) == [
        (FOUNDATIONS[0], "Week 1-2", "immediate", None),
        (FOUNDATIONS[1], "Week 3-4", "after_completion", 1),
        (FOUNDATIONS[2], "Week 5-6", "after_completion", 2),
    ]
    assert told(leadership) == [
        (LEADERSHIP[0], "Week 1-3", "immediate", None),
        (LEADERSHIP[1], "Week 4-6", "sequential", None),
        (LEADERSHIP[2], "Week 7-8", "sequential", None),
    ]
    assert told(expert) == [
        ("AI Foundations", "Week 1-2", "immediate", None),
        *((title, "Week 3-6", "after_completion", 1) for title in SPECIALIZATIONS),
    ]
    assert all(step["is_required"] for path in (foundations, leadership, expert) for step in path["steps"])
    (choice,) = expert["groups"]
    assert (choice["title"], choice["choose_n"]) == ("Choose Your Specialization", 1)
    assert [step["step_group_id"] for step in expert["steps"]] == [None, *[choice["id"]] * 4]
    assert foundations["groups"] == leadership["groups"] == []


@pytest.mark.req("A-LPA-14")
async def test_the_leadership_track_is_a_subscription_and_also_sold_at_once(
    client: ApiClient, sessions: Sessions
) -> None:
    await seed(sessions)
    _, leadership, _ = await paths_of_the_catalogue(client)
    assert leadership["target_role"] == "Executive, L&D Leader, Change Manager"
    assert [(offer["kind"], offer["for_organizations"]) for offer in leadership["offers"]] == [
        ("subscription", True),
        ("bundle", False),
    ]
    assert leadership["offers"][1]["price_cents"] == 249_700


@pytest.mark.req("A-LPA-14")
async def test_seeding_again_adds_nothing(session: AsyncSession, sessions: Sessions) -> None:
    async def counts() -> list[int]:
        tables = (Course, LearningPath, LearningPathStep, PathStepGroup, PathOffer)
        return [len(list(await session.scalars(select(table.id)))) for table in tables]

    assert await seed(sessions)
    before = await counts()
    assert before == [11, 3, 11, 1, 2]
    assert not await seed(sessions)
    assert await counts() == before
