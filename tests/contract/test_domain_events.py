"""The domain events as a contract between domains: named once, keyed, produced by somebody, and readable for long."""

import ast
import importlib
import pkgutil
import re
from uuid import UUID

import pytest

import app.domain_events
import app.worker
from app.core.outbox.domain_event import DomainEvent, known_events
from app.core.outbox.listen import listeners
from tests.architecture.sources import sources

ROOM = "app.domain_events."
OURS = {kind: event for kind, event in known_events().items() if event.__module__.startswith(ROOM)}
EVENTS = [pytest.param(event, id=kind) for kind, event in sorted(OURS.items())]


def made_in_the_app() -> set[str]:
    """The classes that are called somewhere outside of the room of events."""
    return {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for source in sources("app")
        if not source.within("app/domain_events")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }


MADE = made_in_the_app()

# Wishes that the worker grants, and that nothing in the house has had to make so far.
ASKED_FOR_FROM_OUTSIDE = {"academy.enrollment_requested"}


def test_knowing_one_event_is_knowing_all() -> None:
    """A worker relays only what it knows: every module of the room is imported with the room."""
    modules = {each.name for each in pkgutil.iter_modules(app.domain_events.__path__)}
    assert modules == set(app.domain_events.__all__)
    assert {event.__module__ for event in OURS.values()} == {ROOM + name for name in modules}


def test_two_events_of_one_kind_are_refused() -> None:
    with pytest.raises(TypeError, match="two domain events are called"):
        type("Twice", (next(iter(OURS.values())),), {"__module__": __name__})


def test_an_event_without_its_key_is_refused() -> None:
    with pytest.raises(TypeError, match="names no field"):
        type(
            "Keyless",
            (DomainEvent,),
            {"__module__": __name__, "__annotations__": {}, "kind": "tests.keyless", "key_field": "nothing"},
        )
    assert "tests.keyless" not in known_events()


@pytest.mark.parametrize("event", EVENTS)
def test_a_kind_is_its_package_and_its_name(event: type[DomainEvent]) -> None:
    """Kinds are in the database and on the wire: this may only change on purpose, so it is derived here anew."""
    package = event.__module__.removeprefix(ROOM)
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()
    assert event.kind == f"{package}.{snake}"


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_keyed_by_an_id_of_its_own(event: type[DomainEvent]) -> None:
    assert event.model_fields[event.key_field].annotation is UUID


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_says_what_has_happened(event: type[DomainEvent]) -> None:
    assert event.__doc__


def test_every_event_is_produced_by_somebody() -> None:
    assert {kind for kind, event in OURS.items() if event.__name__ not in MADE} == ASKED_FOR_FROM_OUTSIDE


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_survives_fields_that_came_later(event: type[DomainEvent]) -> None:
    """Rows written by a newer release are read by an older one while it is still running."""
    assert event.model_config["extra"] == "ignore"
    assert event.model_config["frozen"]


def test_everything_that_is_heard_exists() -> None:
    heard = {listener.event.kind for listener in listeners().values() if listener.event}
    assert heard <= set(OURS)


def test_the_room_holds_nothing_but_events() -> None:
    for name in app.domain_events.__all__:
        module = importlib.import_module(ROOM + name)
        own = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
        assert all(issubclass(each, DomainEvent) for each in own)
