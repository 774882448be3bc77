"""Others' software over what the running code issues: `make interop`.

Four judges: the official JSON schema of Open Badges 3.0; @digitalbazaar/vc, jose and a PNG reader, in Node.js;
openbadgeslib, in Python; and 1EdTech's reference validator of Open Badges 2.0, which wants Python 3.8. They are fetched
once, under .lyceum/interop, and then need no network. What this machine cannot run is said aloud and skipped.

The schema is 1EdTech's and not ours to hand on: it is taken from the sources of openbadgeslib, in memory of the run.
"""

import base64
import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator

from app.identity.models import Account
from app.openbadges.jsonld import CONTEXTS
from tests.academy.conftest import admin, learner
from tests.academy.credentials.conftest import at_root
from tests.academy.credentials.test_public import Issued, issued
from tests.support.client import ApiClient
from tests.support.database import STATE

__all__ = ["admin", "issued", "learner"]

HERE = Path(__file__).parent
KEPT = STATE / "interop"
OPENBADGESLIB = "openbadgeslib==4.6.3"
OPENBADGES = "openbadges==1.1.2"

pytestmark = [pytest.mark.timeout(900)]
Judge = Callable[[Path], dict[str, Any]]


def run(*command: str, cwd: Path = HERE) -> str:
    done = subprocess.run(  # noqa: S603  (fixed commands of ours)
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def made(name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made once, whole or not at all."""
    folder, draft = KEPT / name, KEPT / f"{name}.{os.getpid()}"
    if not folder.exists():
        draft.mkdir(parents=True)
        make(draft)
        draft.rename(folder)
    return folder


def told(*command: str) -> dict[str, Any]:
    """The JSON object on the last line; what these packages print besides is theirs."""
    answer: dict[str, Any] = json.loads(run(*command).strip().splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def node() -> Judge:
    """The judges of Node.js."""
    npm, program = shutil.which("npm"), shutil.which("node")
    if npm is None or program is None:
        pytest.skip("NOT RUN: @digitalbazaar/vc, jose and the PNG reader need Node.js on PATH")

    def fetch(folder: Path) -> None:
        for name in ("package.json", "package-lock.json", "verify.mjs"):
            shutil.copy(HERE / name, folder / name)
        run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)

    folder = made("node", fetch)
    shutil.copy(HERE / "verify.mjs", folder / "verify.mjs")
    return lambda desk: told(program, str(folder / "verify.mjs"), str(desk))


@pytest.fixture(scope="module")
def python() -> Path:
    """An environment with openbadgeslib."""

    def fetch(folder: Path) -> None:
        run(sys.executable, "-m", "venv", str(folder / "env"))
        run(str(folder / "env/bin/python"), "-m", "pip", "install", "-q", OPENBADGESLIB.replace("==", "[ldp]=="))

    return made("python", fetch) / "env/bin/python"


@pytest.fixture(scope="module")
def schema(python: Path) -> Draft201909Validator:
    """The official schema of an AchievementCredential."""

    def fetch(folder: Path) -> None:
        pip = [str(python), "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
        run(*pip, OPENBADGESLIB, "-d", str(folder))
        [archive] = folder.glob("*.tar.gz")
        shutil.unpack_archive(archive, folder, filter="data")

    [file] = made("schema", fetch).rglob("ob_v3p0_achievementcredential_schema.json")
    return Draft201909Validator(
        json.loads(file.read_text(encoding="utf-8")), format_checker=Draft201909Validator.FORMAT_CHECKER
    )


@pytest.fixture(scope="module")
def ob2() -> Judge:
    """The reference validator of Open Badges 2.0, on the last Python that it runs on."""
    known = [shutil.which("python3.8"), *map(str, Path.home().glob(".pyenv/versions/3.8.*/bin/python"))]
    old = next((each for each in reversed(known) if each is not None), None)
    if old is None:
        pytest.skip("NOT RUN: 1EdTech's validator of Open Badges 2.0 needs Python 3.8")

    def fetch(folder: Path) -> None:
        run(old, "-m", "venv", str(folder / "env"))
        run(str(folder / "env/bin/python"), "-m", "pip", "install", "-q", OPENBADGES)

    program = made("ob2", fetch) / "env/bin/python"
    return lambda desk: told(str(program), str(HERE / "ob2.py"), str(desk))


async def lay_out(client: ApiClient, credential_id: str, desk: Path) -> dict[str, Any]:
    """Everything that a verifier could fetch, as files; and the same forged. Returns the credential."""
    here = f"/academy/credentials/{credential_id}"
    credential: dict[str, Any] = (await client.get(here)).json()
    token = (await client.get(f"{here}/jwt")).text
    did = (await client.get("root:/.well-known/did.json")).json()
    listed = credential["credentialStatus"]["statusListCredential"]
    documents: dict[str, Any] = {url: json.loads(known.path.read_bytes()) for url, known in CONTEXTS.items()}
    documents |= {did["id"]: did, listed: (await client.get(at_root(listed))).json()}
    tampered = copy.deepcopy(credential)
    tampered["credentialSubject"]["achievement"]["name"] += "!"
    files = {
        "credential.json": credential,
        "tampered.json": tampered,
        "extended.json": {**credential, "extraField": "and a prize"},
        "documents.json": documents,
    }
    for name, content in files.items():
        (desk / name).write_text(json.dumps(content), encoding="utf-8")
    (desk / "credential.jwt").write_text(token)
    (desk / "tampered.jwt").write_text(token[:-6] + ("AAAAAA" if not token.endswith("AAAAAA") else "BBBBBB"))
    (desk / "badge.png").write_bytes((await client.get(f"{here}/png")).content)
    return credential


async def each_twice(
    client: ApiClient, issued: Issued, admin: Account, judge: Callable[[str, bool], Awaitable[None]]
) -> None:
    """The judge over one credential of each kind, as it was issued and after it was revoked."""
    boss = await client.as_(admin)
    for credential_id in issued:
        await judge(credential_id, False)
        await boss.post(f"/academy/credentials/{credential_id}/revocation", {"reason": "Issued by mistake"})
        await judge(credential_id, True)


async def test_the_official_schema_finds_no_error(
    client: ApiClient, issued: Issued, schema: Draft201909Validator
) -> None:
    for credential_id in issued:
        credential = (await client.get(f"/academy/credentials/{credential_id}")).json()
        assert [error.message for error in schema.iter_errors(credential)] == []
        del credential["credentialSubject"]["achievement"]["criteria"]
        assert list(schema.iter_errors(credential)) != []


async def test_node_verifies_proof_token_and_picture_and_sees_the_revocation(
    client: ApiClient, issued: Issued, admin: Account, node: Judge, tmp_path: Path
) -> None:
    async def judge(credential_id: str, is_revoked: bool) -> None:
        credential = await lay_out(client, credential_id, tmp_path)
        found = node(tmp_path)
        for form in ("embedded", "baked"):
            assert (found[form]["verified"], found[form]["revoked"]) == (True, is_revoked), found[form]
        assert (found["baked"]["count"], found["baked"]["keyword"]) == (1, "openbadgecredential")
        assert found["tampered"]["verified"] is False
        assert found["extended"]["verified"] is False
        assert found["token"]["jti"] == credential["id"]
        assert found["token"]["credentialSubject"] == credential["credentialSubject"]
        assert found["tamperedToken"] == {"error": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"}

    await each_twice(client, issued, admin, judge)


OPENBADGESLIB_SAYS = """
import json, sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3 import ldp
import base64
desk = Path(sys.argv[1])
def pem(name):
    credential = json.loads((desk / name).read_text())
    did = json.loads((desk / "documents.json").read_text())[credential["issuer"]["id"]]
    keys = [m["publicKeyJwk"] for m in did["verificationMethod"] if "publicKeyJwk" in m]
    raw = base64.urlsafe_b64decode(keys[0]["x"] + "=")
    key = Ed25519PublicKey.from_public_bytes(raw)
    return credential, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
said = {}
for name in ("credential.json", "tampered.json"):
    try:
        credential, key = pem(name)
        ldp.verify_data_integrity_proof(credential, key)
        said[name] = True
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
"""


async def test_openbadgeslib_verifies_the_proof(
    client: ApiClient, issued: Issued, python: Path, tmp_path: Path
) -> None:
    for credential_id in issued:
        await lay_out(client, credential_id, tmp_path)
        said = told(str(python), "-c", OPENBADGESLIB_SAYS, str(tmp_path))
        assert said["credential.json"] is True, said
        assert said["tampered.json"] is not True, said


async def test_the_reference_validator_of_open_badges_2_accepts_the_hosted_view_and_sees_the_revocation(
    client: ApiClient, issued: Issued, admin: Account, ob2: Judge, tmp_path: Path
) -> None:
    async def judge(credential_id: str, is_revoked: bool) -> None:
        start = f"http://127.0.0.1:8000/open-badges/assertions/{credential_id}"
        pages, wanted = {}, [start]
        while wanted:
            url = wanted.pop()
            answer = await client.get(at_root(url))
            media_type = answer.headers["content-type"].partition(";")[0]
            pages[url] = (media_type, base64.b64encode(answer.content).decode())
            if media_type == "application/ld+json":
                more = [answer.json().get(name) for name in ("badge", "issuer", "image")]
                wanted += [each for each in more if isinstance(each, str) and each not in pages]
        (tmp_path / "pages.json").write_text(json.dumps(pages))
        (tmp_path / "url").write_text(start)
        (tmp_path / "email").write_text(issued.holder.email)
        report = ob2(tmp_path)
        # What is revoked is an assertion no more: this validator misses the fields of one, and says so.
        assert report["valid"] is not is_revoked, report
        if not is_revoked:
            assert report["recipient"] == {"email": issued.holder.email}, report

    await each_twice(client, issued, admin, judge)
