"""Dockerfile, compose.yaml and deploy/ agree with the repository, the settings, the command line and each other.

Building and running them takes a container engine; what most often breaks them does not: a path that was renamed, a
command that went away, a variable nobody reads, a port or a host name changed in one of four files.
"""

from __future__ import annotations

import configparser
import ipaddress
import json
import re
import shlex
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer.main
import yaml

from app.cli import app as command_line
from app.core.database import roles
from app.settings import DatabaseSettings, ServerSettings
from tests.contract.test_packaging import env_file_names, settings_names

PROJECT = Path(__file__).parents[2]

# Names that an image or its base reads, not we.
OF_THE_INTERPRETER = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
OF_UV = {"UV_COMPILE_BYTECODE", "UV_LINK_MODE", "UV_PYTHON_DOWNLOADS"}
OF_THE_POSTGRES_IMAGE = {"POSTGRES_PASSWORD"}

OURS = ("api", "worker", "migrate")


def _read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


# The Dockerfile ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Stage:
    """One `FROM` of the Dockerfile: its instructions, and the absolute paths that it puts in place."""

    name: str
    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def values(self, word: str) -> list[str]:
        return [rest for step, rest in self.steps if step == word]

    @property
    def home(self) -> PurePosixPath:
        return PurePosixPath(self.values("WORKDIR")[-1])

    @property
    def copies(self) -> list[tuple[str | None, list[str], str]]:
        """(stage it is taken from or None, what, where to) of each COPY."""
        found = []
        for rest in self.values("COPY"):
            words = shlex.split(rest)
            origin = next((word.partition("=")[2] for word in words if word.startswith("--from=")), None)
            *what, where = [word for word in words if not word.startswith("--")]
            found.append((origin, what, where))
        return found

    @property
    def environment(self) -> dict[str, str]:
        pairs = [word.partition("=") for rest in self.values("ENV") for word in shlex.split(rest)]
        return {name: value for name, _, value in pairs}

    @property
    def puts(self) -> set[PurePosixPath]:
        paths = {
            self.home / (PurePosixPath(where) / PurePosixPath(each).name if where.endswith("/") else where)
            for _, what, where in self.copies
            for each in what
        }
        made_by_uv = {self.home / ".venv"} if any("uv sync" in run for run in self.values("RUN")) else set()
        return paths | made_by_uv


@cache
def stages() -> tuple[Stage, ...]:
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", _read("Dockerfile"), flags=re.MULTILINE))
    found: list[Stage] = []
    for line in filter(None, joined.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(name, base))
        else:
            found[-1].steps.append((word, rest.strip()))
    return tuple(found)


def image() -> Stage:
    """The stage that is shipped."""
    return stages()[-1]


def test_everything_copied_from_the_repository_exists_and_is_let_in() -> None:
    let_in = re.findall(r"^!(\S+)$", _read(".dockerignore"), re.MULTILINE)
    wanted = {name for stage in stages() for origin, what, _ in stage.copies if origin is None for name in what}
    assert [name for name in sorted(wanted) if not (PROJECT / name).exists()] == []
    assert wanted <= set(let_in)


def test_everything_copied_from_another_stage_was_put_there_before() -> None:
    earlier: dict[str, Stage] = {}
    for stage in stages():
        for origin, what, _ in stage.copies:
            if origin is not None:
                assert {PurePosixPath(name) for name in what} <= earlier[origin].puts
        earlier[stage.name] = stage


def test_the_installed_package_finds_its_source_where_it_was_built() -> None:
    builder = next(stage for stage in stages() if stage.name == "build")
    assert image().home == builder.home
    assert {image().home / name for name in (".venv", "app", "migrations", "alembic.ini")} <= image().puts


def test_the_image_holds_the_locked_dependencies_and_neither_tests_nor_embedded_servers() -> None:
    syncs = [run for stage in stages() for run in stage.values("RUN") if "uv sync" in run]
    assert syncs
    for sync in syncs:
        assert {"--frozen", "--no-dev"} <= set(sync.split())
        assert "extra" not in sync


def test_the_image_is_built_with_the_uv_that_everything_else_uses() -> None:
    version = re.findall(r"^UV_VERSION = (\S+)$", _read("Makefile"), re.MULTILINE)
    assert re.findall(r"uv==(\S+)", " ".join(stages()[0].values("RUN"))) == version


def test_the_image_does_not_run_as_root() -> None:
    words = [word for word, _ in image().steps]
    assert image().values("USER")[-1] not in {"", "root", "0"}
    assert not {"RUN", "COPY"} & set(words[words.index("USER") :])


def test_the_image_holds_no_secret() -> None:
    names = {name for stage in stages() for name in stage.environment}
    names |= {rest.partition("=")[0] for stage in stages() for rest in stage.values("ARG")}
    assert [name for name in names if re.search("SECRET|PASSWORD|TOKEN|KEY|DATABASE|REDIS", name)] == []


def test_nothing_is_let_into_the_build_that_could_hold_a_secret() -> None:
    lines = [line for line in _read(".dockerignore").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*", "closed first, then opened name by name"
    assert lines[-1] == "**/.env"


# compose.yaml ──────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def compose() -> dict[str, Any]:
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", r"\1", _read("compose.yaml"))  # each password becomes its own name
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def _open_ports(service: str) -> set[int]:
    """The ports at which a service answers the others."""
    told = services()[service]
    published = [str(each).rpartition(":")[2] for each in told.get("ports", [])]
    return {int(port) for port in [*told.get("expose", []), *published]}


def _environment(service: str) -> dict[str, str]:
    return {name: str(value) for name, value in services()[service].get("environment", {}).items()}


def _mounts(service: str) -> list[tuple[str, str]]:
    return [tuple(each.split(":")[:2]) for each in services()[service].get("volumes", [])]


def test_every_service_of_ours_is_the_same_image_built_here() -> None:
    assert {(services()[name]["image"], services()[name]["build"]) for name in OURS} == {("lyceum", ".")}


def test_every_command_exists_in_the_command_line() -> None:
    group = typer.main.get_command(command_line)
    commands = [json.loads(image().values("CMD")[-1]), *(services()[name]["command"] for name in OURS)]
    for program, verb in commands:
        assert program == "lyceum"
        assert verb in group.commands  # type: ignore[attr-defined]  # typer's own click does not say that it is a group


def test_every_variable_given_to_the_service_is_one_that_it_reads() -> None:
    read = {name for choices in settings_names() for name in choices}
    given = {name for service in OURS for name in _environment(service)}
    given |= set(image().environment) - OF_THE_INTERPRETER
    assert given <= read
    assert {name for stage in stages()[:-1] for name in stage.environment} <= OF_UV


def test_every_variable_given_to_another_image_is_read_there() -> None:
    for service in set(services()) - set(OURS):
        mounted = [PROJECT / source for source, _ in _mounts(service) if source.startswith("./")]
        files = [file for path in mounted for file in (path.iterdir() if path.is_dir() else [path])]
        read = {name for file in files for name in re.findall(r"[A-Z][A-Z0-9_]{3,}", file.read_text(encoding="utf-8"))}
        assert set(_environment(service)) <= read | OF_THE_POSTGRES_IMAGE, service


def test_only_migrations_know_the_password_of_the_owner() -> None:
    knowing = {service for service in services() if "OWNER" in json.dumps(services()[service])}
    assert knowing == {"migrate", "postgres"}


def test_every_password_comes_from_the_file_that_explains_it() -> None:
    asked = re.findall(r"\$\{(\w+)", _read("compose.yaml"))
    insisted = re.findall(r"\$\{(\w+):\?", _read("compose.yaml"))
    assert asked == insisted, "an empty password must stop the start"
    assert set(asked) == set(env_file_names(_read("deploy/.env.example")))
    assert re.findall(r"//\w+:[^$@/]+@", _read("compose.yaml")) == [], "no password is written here"


@pytest.mark.parametrize("service", OURS)
def test_every_address_names_a_service_and_a_port_at_which_it_answers(service: str) -> None:
    urls = [urlsplit(value) for value in _environment(service).values() if "://" in value]
    assert urls
    for url in urls:
        assert url.port in _open_ports(str(url.hostname))


def test_migrations_go_past_the_pooler_and_the_service_through_it() -> None:
    assert "@pgbouncer:" in _environment("api")["DATABASE_URL"]
    assert _environment("api")["DATABASE_URL"] == _environment("worker")["DATABASE_URL"]
    assert "@postgres:" in _environment("migrate")["DATABASE_OWNER_URL"]


def test_the_port_of_the_api_is_the_same_everywhere() -> None:
    checked = re.findall(r"http://127\.0\.0\.1:(\d+)/healthz", image().values("HEALTHCHECK")[0])
    checked += [_environment(name)["LYCEUM_PORT"] for name in OURS]
    said = {*checked, image().environment["LYCEUM_PORT"], *image().values("EXPOSE"), *services()["api"]["expose"]}
    assert said == {str(ServerSettings.model_fields["port"].default)}


def test_everything_mounted_exists_and_every_volume_and_network_is_declared() -> None:
    for service, told in services().items():
        for source, _ in _mounts(service):
            assert (PROJECT / source).exists() if source.startswith("./") else source in compose()["volumes"], source
        assert set(told["networks"]) <= set(compose()["networks"])


def test_what_a_service_waits_for_is_a_service_that_can_say_so() -> None:
    for told in services().values():
        for name, how in told.get("depends_on", {}).items():
            awaited = services()[name]
            checks = awaited.get("healthcheck", {}).get("test") or (name in OURS and "healthcheck" not in awaited)
            assert how["condition"] != "service_healthy" or checks
            assert how["condition"] != "service_completed_successfully" or awaited["restart"] == "no"


# deploy/ ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _nginx(directive: str) -> str:
    found = re.findall(rf"^\s*{directive}\s+(.+?);", _read("deploy/nginx/nginx.conf"), re.MULTILINE)
    assert len(found) == 1, directive
    return str(found[0])


def _pgbouncer() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read_string(_read("deploy/pgbouncer/pgbouncer.ini"))
    return found


def test_the_proxy_speaks_to_the_api_and_listens_where_it_is_published() -> None:
    host, port = _nginx("server").split(":")
    assert int(port) in _open_ports(host)
    assert _open_ports("proxy") == {int(_nginx("listen"))}


def test_the_service_believes_the_proxy_and_nobody_else_about_addresses() -> None:
    address = services()["proxy"]["networks"]["inside"]["ipv4_address"]
    subnet = compose()["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert ipaddress.ip_address(address) in ipaddress.ip_network(subnet)
    assert {_environment(name)["LYCEUM_TRUSTED_PROXIES"] for name in OURS} == {f"{address}/32"}
    assert _nginx("proxy_set_header X-Forwarded-For") == "$remote_addr", "replaced, or a client could name itself"


def test_the_proxy_lets_go_of_clients_that_send_drop_by_drop() -> None:
    for directive in ("client_header_timeout", "client_body_timeout"):
        assert 0 < int(_nginx(directive).removesuffix("s")) <= 15
    assert _nginx("proxy_request_buffering") == "on"


def test_the_pooler_lends_connections_for_a_transaction_and_knows_prepared_statements() -> None:
    told = _pgbouncer()["pgbouncer"]
    assert told["pool_mode"] == "transaction"
    assert told.getint("max_prepared_statements", 0) >= DatabaseSettings.model_fields["statement_cache_size"].default


def test_the_pooler_speaks_to_the_database_and_listens_where_it_is_expected() -> None:
    target = dict(pair.split("=") for pair in _pgbouncer()["databases"]["lyceum"].split())
    assert int(target["port"]) in _open_ports(target["host"])
    assert _open_ports("pgbouncer") == {_pgbouncer()["pgbouncer"].getint("listen_port")}


def test_the_pooler_leaves_connections_for_migrations_and_an_administrator() -> None:
    most = next(int(word.partition("=")[2]) for word in services()["postgres"]["command"] if "max_connections" in word)
    assert int(_pgbouncer()["pgbouncer"]["default_pool_size"]) <= most - 20


def test_the_pooler_is_started_with_files_that_are_mounted() -> None:
    folder, inside = _mounts("pgbouncer")[0]
    started = services()["pgbouncer"]["entrypoint"][-1]
    for path in (started, *re.findall(rf"{inside}/\S+", _read("deploy/pgbouncer/start.sh"))):
        assert (PROJECT / folder / PurePosixPath(path).relative_to(inside)).is_file()
    assert _pgbouncer()["pgbouncer"]["auth_file"] in _read("deploy/pgbouncer/start.sh")


def test_the_roles_are_those_that_the_service_and_its_urls_name() -> None:
    script = _read("deploy/postgres/roles.sh")
    made = set(re.findall(r"CREATE ROLE (\w+)", script))
    urls = [value for name, value in _environment("migrate").items() if name.startswith("DATABASE")]
    named = {urlsplit(url).username for url in urls}
    assert made == named
    assert roles.RUNTIME_ROLE in made


def test_the_runtime_role_has_the_timeouts_that_it_has_everywhere_else() -> None:
    made = re.findall(rf"ALTER ROLE {roles.RUNTIME_ROLE} SET (\w+) = '(\w+)'", _read("deploy/postgres/roles.sh"))
    assert dict(made) == roles._TIMEOUTS
