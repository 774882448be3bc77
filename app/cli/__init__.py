"""The command `lyceum`: runs the service and looks after it.

Every command imports what it needs when it is called, so that `lyceum --help` answers at once. The commands
that touch data find it through `app.local.reach`.
"""

import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="lyceum",
    help="The headless learning platform. Start with: lyceum run",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the plain help is there in half the time
)
account = typer.Typer(help="Accounts.", no_args_is_help=True)
app.add_typer(account, name="account")
keys = typer.Typer(help="The keys that sign certificates and badges.", no_args_is_help=True)
app.add_typer(keys, name="keys")

Descriptor = Annotated[int, typer.Option("--fd", hidden=True, help="A listening socket of the supervisor.")]
Lifeline = Annotated[int, typer.Option("--lifeline", hidden=True, help="The supervisor's pipe: end when it closes.")]


def _load_less() -> None:
    """What libraries load only because it is there, 13 MB of a server: structlog rich, to colour tracebacks, and the
    Stripe SDK Requests, though we gave it HTTPX.
    """
    for name in ("rich", "requests"):
        sys.modules[name] = None  # type: ignore[assignment]  # None makes importing it fail, which both expect


@app.command()
def run() -> None:
    """Everything on this machine: database, queue, twins, worker and API, until Ctrl-C."""
    from app.demo.data import LEARNER
    from app.local.run import run as run_all
    from app.settings import settings

    run_all(settings().or_refuse(), demo_account=LEARNER[0])


@app.command()
def api(descriptor: Descriptor = -1, lifeline: Lifeline = -1) -> None:
    """The API alone, at LYCEUM_HOST:LYCEUM_PORT, in LYCEUM_WORKERS processes."""
    import gc

    # What is made while the application is put together stays: the collector would look through all of it in vain, for
    # a fifth of the start. The application turns it on again when it is up.
    gc.disable()
    _load_less()
    from app.local.lifeline import hold
    from app.local.serve import serve
    from app.settings import settings

    hold(lifeline)
    server = settings().or_refuse().server
    serve("app.main:create_app", host=server.host, port=server.port, descriptor=descriptor, workers=server.workers)


@app.command()
def worker(lifeline: Lifeline = -1) -> None:
    """One worker: runs jobs, relays domain events, keeps the schedules."""
    import asyncio

    _load_less()
    from app.local.lifeline import hold
    from app.worker import serve

    hold(lifeline)
    asyncio.run(serve())


@app.command()
def twins(
    descriptor: Descriptor = -1,
    lifeline: Lifeline = -1,
    port: Annotated[int, typer.Option(help="Where to listen when run by hand.")] = 8010,
) -> None:
    """The local twins of outside services. Refused in production."""
    from app.local.lifeline import hold
    from app.local.serve import serve
    from app.settings import settings

    hold(lifeline)
    told = settings()
    if told.is_production:
        raise SystemExit("Twins are refused in production")
    serve("app.gateways.twins:create_app", host=told.server.host, port=port, descriptor=descriptor)


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision, as DATABASE_OWNER_URL or else DATABASE_URL, and settle the roles."""
    from app.local.ground import migrate_configured
    from app.settings import settings

    migrate_configured(settings())


class AcademyRole(StrEnum):
    """What the operator may make of somebody; the other roles are an organization's to give."""

    individual = "individual"
    platform_admin = "platform_admin"


@account.command("create")
def create_account(
    *,
    email: Annotated[str, typer.Option(help="Whose account.")] = "",
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    academy_role: Annotated[AcademyRole | None, typer.Option(help="What they are in the academy.")] = None,
    studio_staff: Annotated[bool, typer.Option("--studio-staff", help="They see every client of the studio.")] = False,
    source: Annotated[Path | None, typer.Option("--from", help="A CSV file with the columns email and name.")] = None,
    tokens: Annotated[bool, typer.Option("--tokens", help="With an access token for each.")] = False,
) -> None:
    """Enter people. Prints one JSON object per line; an address that has an account already keeps it."""
    import asyncio

    from app.academy.models import Role
    from app.cli import accounts
    from app.local.progress import counted
    from app.local.reach import reached

    if (source is None) == (not email):
        raise typer.BadParameter("give either --email and --name, or --from")
    if tokens:
        _refuse_in_production()
    given = [("--email and --name", {"email": email, "name": name})]
    people = accounts.checked(given) if source is None else accounts.from_file(source)
    role = Role(academy_role) if academy_role else None
    with reached(), counted("Accounts", len(people)) as advance:
        asyncio.run(accounts.enter(people, role, typer.echo, advance, tokens=tokens, is_staff=studio_staff))


@app.command()
def token(email: Annotated[str, typer.Option(help="Whose token.")]) -> None:
    """Print an access token for an account, and nothing else. It lives twelve hours. Refused in production."""
    import asyncio

    from app.cli.accounts import token_for
    from app.local.reach import reached

    _refuse_in_production()
    with reached():
        typer.echo(asyncio.run(token_for(email)))


@keys.command("list")
def list_keys() -> None:
    """Every key that has ever signed, newest first. Prints one JSON object per line; never a private half."""
    import asyncio

    from app.cli.credentials import known_keys
    from app.local.reach import reached

    with reached():
        for line in asyncio.run(known_keys()):
            typer.echo(line)


@keys.command("rotate")
def rotate_key() -> None:
    """Sign with a new key from now on. What the former one signed goes on being verified."""
    import asyncio

    from app.cli.credentials import rotate
    from app.local.reach import reached

    with reached():
        typer.echo(asyncio.run(rotate()))


@app.command()
def verify(
    source: Annotated[str, typer.Argument(help="A file (JSON, token, PNG, SVG), or the address of a credential.")],
    did: Annotated[
        list[Path] | None, typer.Option(help="A DID document to believe, in place of the kept ones.")
    ] = None,
    status_list: Annotated[list[Path] | None, typer.Option(help="A signed status list to look it up in.")] = None,
    kept: Annotated[
        Path | None, typer.Option(help="Where fetched documents are kept. Default: credentials in LYCEUM_STATE.")
    ] = None,
) -> None:
    """Whether a certificate or badge holds. A file is checked without any network, from documents given or kept.

    For an address, the credential, its issuer's keys and its status list are fetched and kept. Exit 0: valid. 1: not
    valid (revoked, expired, forged). 3: genuine, but nobody can say from here whether it was taken back.
    """
    from app.cli.credentials import bound_time, check
    from app.settings import settings

    bound_time()
    folder = kept or settings().server.state / "credentials"
    code, lines = check(source, did or [], status_list or [], folder)
    typer.echo("\n".join(lines))
    raise typer.Exit(code)


@app.command()
def seed() -> None:
    """Demo data: courses, cohorts and a customer. Once; running it again changes nothing."""
    import asyncio

    from app.cli.accounts import database
    from app.demo.seed import seed as plant
    from app.local.reach import reached

    _refuse_in_production("Demo data is")

    async def planted() -> bool:
        async with database() as sessions:
            return await plant(sessions)

    with reached():
        typer.echo("Demo data is in." if asyncio.run(planted()) else "Demo data was there already.")


@app.command()
def demo(seed: Annotated[int, typer.Option(help="Tells the same story again.")] = 20) -> None:
    """The story of a cohort that sells out; ends with an account that has to add up."""
    import asyncio

    from app.demo.story import play
    from app.settings import settings

    _refuse_in_production("The demo is")
    if not asyncio.run(play(settings().server.state, seed)):
        raise SystemExit(1)


@app.command()
def openapi(
    *,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; fail when the file is not current.")] = False,
    path: Annotated[Path, typer.Option(help="Where the contract lies.")] = Path("openapi/openapi.json"),
) -> None:
    """Write the public contract, or compare it with what the code says."""
    from app.local.contract import differences, render
    from app.main import create_app

    current = render(create_app().openapi())
    known = path.read_text() if path.exists() else ""
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(current)
    elif current != known:
        raise SystemExit(f"{path} is not what the code says; run: lyceum openapi\n" + differences(known, current))


@app.command()
def doctor(
    *,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    invariants: Annotated[bool, typer.Option("--invariants", help="Hold every promise against the rows.")] = False,
) -> None:
    """What is configured, what is missing, what answers. Exit 0 if the database does and is at the newest revision.

    With --invariants: what has to be true of its rows, with numbers. Exit 1 if anything is broken.
    """
    from json import dumps

    from app.local.doctor import examine, report
    from app.settings import settings

    found = examine(settings())
    if invariants and found.healthy:
        _hold_promises(found.database_url, json=json)
    typer.echo(dumps({**asdict(found), "healthy": found.healthy}, indent=2) if json else report(found))
    raise typer.Exit(0 if found.healthy else 1)


def _hold_promises(database_url: str, *, json: bool) -> None:
    import asyncio
    from json import dumps

    from app.cli.invariants import are_kept, for_people, for_programs, look

    findings = asyncio.run(look(database_url))
    typer.echo(dumps(for_programs(findings), indent=2) if json else for_people(findings))
    raise typer.Exit(0 if are_kept(findings) else 1)


def _refuse_in_production(what: str = "Tokens on the command line are") -> None:
    from app.settings import settings

    if settings().is_production:
        sys.exit(f"lyceum: {what} refused in production")


def main() -> None:
    """The entry point. What a person can put right is said in one line; anything else is ours, with its traceback."""
    from app.core.errors import AppError
    from app.local.errors import LocalError

    try:
        app()
    except (AppError, LocalError, OSError) as error:
        sys.exit(f"lyceum: {error}")
