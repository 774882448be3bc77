"""Everything the worker can do: each job has a name, a reason and limits, and every clock is on the list."""

from datetime import timedelta

import pytest

import app.worker  # noqa: F401  (fills the book of listeners)
from app.core.outbox.doorbell import SWEEP
from app.core.outbox.listen import Listener, listeners
from app.core.outbox.pool import WorkerPool
from app.domain_events import academy, crm
from tests.architecture.sources import sources

LISTENERS = [pytest.param(listener, id=name) for name, listener in sorted(listeners().items())]

DAY = timedelta(days=1)

# Every schedule: its period, and how far into it the slot lies. A new clock is entered here on purpose (X-JOB-01).
CLOCKS = {
    "academy.advance_paths": (timedelta(hours=1), timedelta(minutes=35)),
    "academy.ask_for_missing_files": (timedelta(hours=1), timedelta(minutes=20)),
    "academy.close_overdue_attempts": (timedelta(seconds=15), timedelta()),
    "academy.compare_path_purchases": (timedelta(minutes=5), timedelta()),
    "academy.compare_with_stripe": (timedelta(minutes=15), timedelta()),
    "academy.expire_path_enrollments": (timedelta(minutes=5), timedelta()),
    "academy.move_cohorts_along": (timedelta(seconds=30), timedelta()),
    "academy.recount_seats": (DAY, timedelta(hours=3)),
    "academy.remind_of_assessments": (timedelta(minutes=10), timedelta()),
    "academy.remind_of_badges": (DAY, timedelta(hours=7)),
    "academy.release_expired_holds": (timedelta(seconds=30), timedelta()),
    "academy.sweep_waitlist": (timedelta(seconds=30), timedelta()),
    "crm.complete_after_events": (timedelta(minutes=5), timedelta()),
    "core.keep_months": (DAY, timedelta(hours=2)),
    "core.prune": (DAY, timedelta(hours=4)),
    "flows.check_invariants": (timedelta(minutes=10), timedelta(minutes=5)),
    "identity.forget_magic_links": (timedelta(hours=1), timedelta()),
    "identity.forget_old_logins": (DAY, timedelta(hours=3)),
    "media.sweep_abandoned_files": (DAY, timedelta(hours=5)),
    "webhooks.forget_webhook_bodies": (DAY, timedelta(hours=4)),
    "webhooks.recover_lost_webhooks": (timedelta(minutes=10), timedelta()),
}

# The jobs that the design card names (D-04), as far as their systems are there.
OF_THE_CARD = {
    "academy.enroll_with_capacity_check": academy.EnrollmentRequested,
    "crm.settle_program_slug": crm.ProgramSlugRequested,
    "academy.measure_gain": academy.AttemptGraded,
}


def test_every_clock_is_on_the_list() -> None:
    running = {name: (each.period, each.offset) for name, each in listeners().items() if each.period}
    assert running == CLOCKS


def test_every_jobs_module_is_opened_by_the_worker() -> None:
    """What is not imported there is written and never runs."""
    known = {each.handler.__module__ for each in listeners().values()}
    written = {
        ".".join(source.path.with_suffix("").parts)
        for source in sources("app")
        if source.feature and source.path.stem == "jobs"
    }
    assert written - known == set()


def test_the_pool_registers_every_listener_under_its_own_name() -> None:
    pool = WorkerPool(None, listeners(), {}, "")  # type: ignore[arg-type]  # nothing is run
    assert [function.name for function in pool.functions()] == [*listeners(), SWEEP]


@pytest.mark.parametrize("name", OF_THE_CARD)
def test_the_jobs_that_the_card_names_are_registered(name: str) -> None:
    assert listeners()[name].event is OF_THE_CARD[name]


@pytest.mark.parametrize("listener", LISTENERS)
def test_every_job_says_what_it_does(listener: Listener) -> None:
    assert listener.handler.__doc__


@pytest.mark.parametrize("listener", LISTENERS)
def test_every_job_is_named_after_its_package(listener: Listener) -> None:
    package, function = listener.handler.__module__.split(".")[1], listener.handler.__name__
    assert listener.name == f"{package}.{function}"


@pytest.mark.parametrize("listener", LISTENERS)
def test_every_job_is_stopped_before_another_may_take_its_place(listener: Listener) -> None:
    assert listener.patience.time_limit < listener.patience.lease


@pytest.mark.parametrize("listener", LISTENERS)
def test_every_job_is_driven_by_either_an_event_or_a_clock(listener: Listener) -> None:
    assert (listener.event is None) == (listener.period is not None)
