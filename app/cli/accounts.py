"""The operator's hand on accounts: people entered from the command line or a file, and tokens for trying things out."""

import csv
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

from pydantic import ConfigDict, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.academy.models import Role
from app.academy.people.service import set_role
from app.academy.permissions import AcademyActor
from app.core.database.engine import create_engine, create_sessions
from app.core.http.schema import Body, Email, Title
from app.identity.accounts import queries, service
from app.identity.accounts.service import Person
from app.identity.actor import Actor
from app.identity.models import Account
from app.identity.sessions.service import access_token_for, access_tokens_for
from app.settings import settings
from app.studio.clients.service import ensure_staff
from app.studio.deps import act_as
from app.studio.permissions import StudioActor

# One transaction each: large enough to be quick, small enough to show that something happens.
_BATCH = 500
_SHOWN = 20


class UnusablePeople(SystemExit):
    """Some lines cannot be entered; then none is. Ends the command, saying why."""


class UnknownAccount(SystemExit):
    """Nobody has this address. Ends the command, saying so."""


class _Row(Body):
    model_config = ConfigDict(extra="ignore")

    email: Email
    name: Title


def from_file(path: Path) -> list[Person]:
    """The people of a CSV file with the columns email and name. Raises `UnusablePeople`, naming the bad lines."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if missing := {"email", "name"} - set(reader.fieldnames or ()):
            raise UnusablePeople(f"lyceum: {path} has no column {' and no column '.join(sorted(missing))}")
        return checked((f"{path}, line {reader.line_num}", row) for row in reader)


def checked(rows: Iterable[tuple[str, dict[str, str]]]) -> list[Person]:
    """People with usable addresses and names. Raises `UnusablePeople`, naming where the others stand."""
    people: list[Person] = []
    bad: list[str] = []
    for where, row in rows:
        try:
            person = _Row.model_validate(row)
        except ValidationError as error:
            bad += [f"{where}, {problem['loc'][0]}: {problem['msg']}" for problem in error.errors()]
        else:
            people.append(Person(person.email, person.name))
    if bad:
        more = [f"… and {len(bad) - _SHOWN} more"] if len(bad) > _SHOWN else []
        raise UnusablePeople("lyceum: nobody was entered\n" + "\n".join([*bad[:_SHOWN], *more]))
    return people


async def enter(
    people: Sequence[Person],
    role: Role | None,
    say: Callable[[str], None],
    advance: Callable[[int], None],
    *,
    tokens: bool,
    is_staff: bool = False,
) -> None:
    """Enters people in batches and says each as a line of JSON, once it is committed. `advance` hears how many."""
    rest = iter(people)
    async with database() as sessions:
        while batch := list(islice(rest, _BATCH)):
            async with sessions.begin() as session:
                accounts = await service.create_accounts(session, Actor.system(), batch)
                if role is not None:
                    for account in accounts:
                        # Roles that belong to an organization are given by the organization.
                        await set_role(session, AcademyActor.system(), account.id, role)
                if is_staff:
                    await act_as(session, Actor.system())
                    for account in accounts:
                        await ensure_staff(session, StudioActor.system(), account.id)
                found = await access_tokens_for(session, Actor.system(), accounts) if tokens else [None] * len(accounts)
                lines = [_line(account, token) for account, token in zip(accounts, found, strict=True)]
            for line in lines:
                say(line)
            advance(len(batch))


async def token_for(email: str) -> str:
    """An access token for the account of this address. Raises `UnknownAccount`."""
    async with database() as sessions, sessions.begin() as session:
        account = await queries.find_by_email(session, email)
        if account is None:
            raise UnknownAccount(f"lyceum: no account has the address {email}")
        return await access_token_for(session, Actor.system(), account)


@asynccontextmanager
async def database() -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Sessions on the database that `settings()` names, for as long as the block lasts."""
    engine = create_engine(settings().database)
    try:
        yield create_sessions(engine)
    finally:
        await engine.dispose()


def _line(account: Account, token: str | None) -> str:
    known = {"id": str(account.id), "email": account.email}
    return json.dumps(known if token is None else {**known, "access_token": token}, ensure_ascii=False)
