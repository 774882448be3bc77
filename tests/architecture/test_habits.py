"""How code is written here: small habits that keep the large promises, each with its reason.

Every habit is a function from a source file to the lines that break it. The table at the end shows each habit one
snippet that it must refuse and one that it must let be.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from tests.architecture.sources import Source, sources
from tests.architecture.test_rooms import lifted_verbs

Lines = Iterator[int]

PLAIN = {"router", "deps", "jobs", "rules", "schemas", "errors"}  # doors and data: they hold no statements
WRITES = {"insert", "update", "delete"}
RUNS = {"execute", "scalar", "scalars", "stream", "stream_scalars", "get", "get_one", "add", "add_all", "delete"}

# They may put off the cost of a heavy import, as long as it is not one that their floor forbids.
LOW_FLOORS = {"core", "gateways"}

# The owners of scarce things claim and count in one statement, which no reading and writing apart can do.
ONE_STATEMENT = {"seats", "queue", "counters"}

# An express lane is one statement with the door around it, in one file that can be read from top to bottom.
LANES = {"express"}


def _calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def _name(node: ast.expr) -> str:
    """`datetime.now` for the attribute, `select` for the name, "" for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{_name(value)}.{attr}"
        case _:
            return ""


def _last(node: ast.expr) -> str:
    return _name(node).rpartition(".")[2]


def _from_sqlalchemy(source: Source) -> dict[str, str]:
    """What a file calls the things it took from SQLAlchemy → what SQLAlchemy calls them."""
    names: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "sqlalchemy":
                    words = {"select", "text", *WRITES}
                    names |= {f"{alias.asname or alias.name}.{word}": word for word in words}
    return names


def _statements(source: Source, words: set[str]) -> Lines:
    known = _from_sqlalchemy(source)
    return (call.lineno for call in _calls(source) if known.get(_name(call.func)) in words)


def ends_a_transaction(source: Source) -> Lines:
    if not source.within("app/core"):
        for call in _calls(source):
            if isinstance(call.func, ast.Attribute) and call.func.attr in {"commit", "rollback"}:
                yield call.lineno


def raises_for_the_web(source: Source) -> Lines:
    if not source.within("app/core/http"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("fastapi", "starlette")):
                yield from (node.lineno for alias in node.names if alias.name == "HTTPException")
            if isinstance(node, ast.Attribute) and _name(node).endswith(
                ("fastapi.HTTPException", "exceptions.HTTPException")
            ):
                yield node.lineno


def tells_naive_time(source: Source) -> Lines:
    for call in _calls(source):
        name, given = _name(call.func), len(call.args) + len(call.keywords)
        if name.endswith(("datetime.utcnow", "datetime.utcfromtimestamp", "datetime.today", "date.today")):
            yield call.lineno
        if (name.endswith("datetime.now") and given < 1) or (name.endswith("datetime.fromtimestamp") and given < 2):
            yield call.lineno


def selects_outside_queries(source: Source) -> Lines:
    if source.feature and source.path.stem not in {"queries"} | ONE_STATEMENT | LANES:
        yield from _statements(source, {"select", "text"})


def writes_outside_verbs(source: Source) -> Lines:
    if source.feature and source.path.stem in {"queries"} | PLAIN:
        yield from _statements(source, WRITES)


def doors_run_statements(source: Source) -> Lines:
    if source.feature and source.path.stem in PLAIN:
        for call in _calls(source):
            if _name(call.func).startswith("session.") and _last(call.func) in RUNS:
                yield call.lineno


def hides_an_import(source: Source) -> Lines:
    room = source.path.parts[1]
    if room in LOW_FLOORS:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.If) and _last(node.test) == "TYPE_CHECKING":
                yield from (inner.lineno for inner in node.body if _leads_up(inner, from_room=room))
    elif "models" not in source.path.parts[2:3]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Name | ast.Attribute) and _last(node) == "TYPE_CHECKING":
                yield node.lineno


def _leads_up(node: ast.stmt, *, from_room: str) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    rooms = [name.split(".")[1] for name in names if name.startswith("app.")]
    return any(room not in {from_room, "core", "settings"} for room in rooms)


def acts_for_nobody(source: Source) -> Lines:
    if source.feature and source.path.stem in {"service"} | (lifted_verbs() - ONE_STATEMENT):
        for node in source.tree.body:
            if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                arguments = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
                if arguments[:2] != ["session", "actor"]:
                    yield node.lineno


def flushes_without_a_reason(source: Source) -> Lines:
    if not source.within("app/core"):
        for call in _calls(source):
            flushes = _last(call.func) == "flush" and "session" in _name(call.func)
            if flushes and not {call.lineno - 1, call.lineno} & source.lines_with_comment:
                yield call.lineno


def prints(source: Source) -> Lines:
    if not source.within("app/cli.py", "app/cli", "app/demo.py", "app/demo", "app/local"):
        yield from (call.lineno for call in _calls(source) if _name(call.func) == "print")


def reads_the_environment(source: Source) -> Lines:
    if not source.within("app/settings.py", "app/cli.py", "app/cli", "app/demo.py", "app/demo", "app/local"):
        nodes = list(ast.walk(source.tree))
        told = [node.value for node in nodes if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)]
        for node in nodes:  # telling a library something through the environment is no reading
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and node not in told:
                yield node.lineno


@dataclass(frozen=True)
class Habit:
    """A rule, why it is one, and a snippet on either side of it (both read as if they were the file `where`)."""

    breaches: Callable[[Source], Lines]
    why: str
    where: str
    refused: str
    lawful: str


SQL = "from sqlalchemy import select, update, text\n"
FEATURE = "app/academy/courses/"

HABITS = (
    Habit(
        ends_a_transaction,
        "one request or job is one transaction, ended by its edge in app/core; a commit inside publishes half of it",
        FEATURE + "service.py",
        "await session.commit()",
        "async with session.begin_nested(): ...",
    ),
    Habit(
        raises_for_the_web,
        "a refusal is a class in errors.py with a stable code, or the same rule cannot be used by a job",
        FEATURE + "service.py",
        "from fastapi import HTTPException\nraise HTTPException(404)",
        "raise CourseNotFound",
    ),
    Habit(
        tells_naive_time,
        "a time without a zone is compared with one that has it sooner or later, and then it is wrong by hours",
        FEATURE + "rules.py",
        "now = datetime.now()",
        "now = datetime.now(UTC)",
    ),
    Habit(
        selects_outside_queries,
        "who may see what is decided in queries.py, so every SELECT of a feature is there to be reviewed",
        FEATURE + "service.py",
        SQL + "rows = select(Course)",
        SQL + "change = update(Course)",
    ),
    Habit(
        writes_outside_verbs,
        "a change without a verb has no permission check, no domain event and no audit row",
        FEATURE + "queries.py",
        SQL + "change = update(Course)",
        SQL + "rows = select(Course)",
    ),
    Habit(
        doors_run_statements,
        "doors load through queries.py and change through service.py, so both doors give the same answer",
        FEATURE + "jobs.py",
        "await session.execute(statement)",
        "await service.publish(session, Actor.system(), course)",
    ),
    Habit(
        hides_an_import,
        "import-linter does not look under TYPE_CHECKING: outside models it could hide a forbidden import",
        FEATURE + "service.py",
        "if typing.TYPE_CHECKING: from app.community import posts",
        "from app.academy.models.courses import Course",
    ),
    Habit(
        acts_for_nobody,
        "no verb without an actor, in the same place everywhere: `async def verb(session, actor, …)`",
        FEATURE + "service.py",
        "async def publish(session, course): ...",
        "async def publish(session, actor, course): ...\nasync def _tell(course): ...",
    ),
    Habit(
        flushes_without_a_reason,
        "a flush costs a round trip and fixes the order of locks: say what needs it, beside it or on the line above",
        FEATURE + "service.py",
        "await session.flush()",
        "await session.flush()  # the domain event needs the id",
    ),
    Habit(
        hides_an_import,
        "import-linter does not look under TYPE_CHECKING: it could hide an import of a floor above",
        "app/core/outbox/run.py",
        "if TYPE_CHECKING: from app.academy import courses",
        "if TYPE_CHECKING: from app.core.outbox.listen import Listener",
    ),
    Habit(
        raises_for_the_web,
        "a refusal has a code of its own, however the exception of the web is reached",
        FEATURE + "deps.py",
        "raise fastapi.HTTPException(404)",
        "from http.client import HTTPException",
    ),
    Habit(
        prints,
        "a print is a log line without a level, a request id or a filter for secrets: use structlog",
        "app/core/outbox/run.py",
        "print('ran')",
        "log.info('ran')",
    ),
    Habit(
        reads_the_environment,
        "app/settings.py is the one list of what the environment may say; .env.example is made from it",
        FEATURE + "service.py",
        "key = os.environ['KEY']",
        "os.environ['FOLDER_OF_A_LIBRARY'] = folder",
    ),
)


def _named(habit: Habit) -> str:
    return habit.breaches.__name__


@pytest.mark.parametrize("habit", HABITS, ids=_named)
def test_the_app_keeps_this_habit(habit: Habit) -> None:
    found = [f"{source.path}:{line}: {habit.why}" for source in sources("app") for line in habit.breaches(source)]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("habit", HABITS, ids=_named)
def test_a_breach_of_this_habit_is_noticed(habit: Habit) -> None:
    assert list(habit.breaches(Source(PurePosixPath(habit.where), habit.refused)))


@pytest.mark.parametrize("habit", HABITS, ids=_named)
def test_code_that_keeps_this_habit_is_let_be(habit: Habit) -> None:
    assert list(habit.breaches(Source(PurePosixPath(habit.where), habit.lawful))) == []
