"""How much of a profile somebody sees."""

from dataclasses import dataclass
from uuid import UUID

from app.academy.models import ManagerPermission


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a learner allows."""

    scores: bool
    certificates: bool
    portfolio: bool


@dataclass(frozen=True, slots=True)
class View:
    """What is shown: levels, progress and evidence; badges. `organization_id`: to a manager of it."""

    sees_progress: bool
    sees_badges: bool
    organization_id: UUID | None = None


EVERYTHING = View(sees_progress=True, sees_badges=True)


def managers_view(organization_id: UUID, permissions: frozenset[str], wishes: Wishes) -> View:
    """A manager's view: their permission and the learner's wish, for each part (rule 50)."""
    return View(
        sees_progress=ManagerPermission.view_scores in permissions and wishes.scores,
        sees_badges=ManagerPermission.view_certificates in permissions and wishes.certificates,
        organization_id=organization_id,
    )


def strangers_view(wishes: Wishes) -> View:
    """Whoever shows their badges to everybody shows nothing else by it."""
    return View(sees_progress=False, sees_badges=wishes.portfolio)
