"""Mail to Resend and Brevo over real sockets, as recorded, and to files when no key is set."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from app.gateways.errors import GatewayRefused, GatewayUnavailable
from app.gateways.http import new_client
from app.gateways.mail.brevo import Brevo, uuid_for
from app.gateways.mail.client import MailGateway
from app.gateways.mail.resend import Resend
from app.gateways.mail.twin import FileMail
from app.gateways.mail.types import MailCarrier, MailMessage, MailReceipt
from tests.support.recorder import Recorder, Says, recording
from tests.support.samples import sample, sample_bytes

LINK = "https://academy.example/auth/magic?token=REDACTED"
SIGN_IN = MailMessage(
    to="jenny.rosen@example.com",
    subject="Your sign-in link",
    text=LINK,
    html=f'<p><a href="{LINK}">Sign in</a></p>',
    category="sign_in",
    tags=("magic_link",),
)
NOTICE = MailMessage(
    to="Jenny <jenny.rosen@example.com>", subject="A seat is free", text="Hello Jenny", tags=("waitlist_offer",)
)
AUTH_FROM = "Academy <auth@aienablement.academy>"
NOTICES_FROM = "Academy <hello@aienablement.academy>"
RESEND_OK = Says(200, sample_bytes("resend/api.emails.send.response.json"))
BREVO_OK = Says(201, sample_bytes("brevo/api.smtp-email.response.json"))


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with new_client() as client:
        yield client


@asynccontextmanager
async def mailing(http: httpx.AsyncClient, says: Says) -> AsyncIterator[tuple[MailGateway, Recorder]]:
    """A gateway whose two carriers are one recorder."""
    with recording(says) as recorder:
        yield (
            MailGateway(
                sign_in=Resend(http, recorder.url, "re_test"),
                others=Brevo(http, f"{recorder.url}/v3", "xkeysib-test"),
                sign_in_from=AUTH_FROM,
                others_from=NOTICES_FROM,
            ),
            recorder,
        )


async def test_a_sign_in_mail_is_what_resend_recorded(http: httpx.AsyncClient) -> None:
    async with mailing(http, RESEND_OK) as (gateway, recorder):
        await gateway.send(SIGN_IN, idempotency_key="magic-link/1")
    assert recorder.asked[0].json == sample("resend/api.emails.send.request.json")


async def test_resend_gets_its_key_and_ours_in_headers(http: httpx.AsyncClient) -> None:
    async with mailing(http, RESEND_OK) as (gateway, recorder):
        await gateway.send(SIGN_IN, idempotency_key="magic-link/1")
    asked = recorder.asked[0]
    assert (asked.path, asked.headers["Authorization"], asked.headers["Idempotency-Key"]) == (
        "/emails",
        "Bearer re_test",
        "magic-link/1",
    )


async def test_resends_id_is_the_receipt(http: httpx.AsyncClient) -> None:
    async with mailing(http, RESEND_OK) as (gateway, _):
        receipt = await gateway.send(SIGN_IN, idempotency_key="magic-link/1")
    assert receipt == MailReceipt("resend", "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794")


async def test_a_notice_agrees_with_what_brevo_recorded(http: httpx.AsyncClient) -> None:
    """All but the template, which we render ourselves."""
    wanted = sample("brevo/api.smtp-email.request.json")
    async with mailing(http, BREVO_OK) as (gateway, recorder):
        await gateway.send(NOTICE, idempotency_key=wanted["headers"]["idempotencyKey"])
    sent = recorder.asked[0].json
    assert {name: sent[name] for name in ("sender", "to", "tags", "headers")} == {
        name: wanted[name] for name in ("sender", "to", "tags", "headers")
    }


async def test_brevo_gets_the_words_of_a_notice(http: httpx.AsyncClient) -> None:
    async with mailing(http, BREVO_OK) as (gateway, recorder):
        await gateway.send(NOTICE, idempotency_key="notice-1")
    sent = recorder.asked[0].json
    assert (sent["subject"], sent["textContent"]) == (NOTICE.subject, NOTICE.text)


async def test_brevo_gets_its_key_in_its_own_header(http: httpx.AsyncClient) -> None:
    async with mailing(http, BREVO_OK) as (gateway, recorder):
        await gateway.send(NOTICE, idempotency_key="notice-1")
    asked = recorder.asked[0]
    assert (asked.path, asked.headers["api-key"]) == ("/v3/smtp/email", "xkeysib-test")


async def test_brevos_id_is_the_receipt(http: httpx.AsyncClient) -> None:
    async with mailing(http, BREVO_OK) as (gateway, _):
        receipt = await gateway.send(NOTICE, idempotency_key="notice-1")
    assert receipt == MailReceipt("brevo", "<202611011200.12345678901@smtp-relay.mailin.fr>")


async def test_a_repeat_at_brevo_counts_as_sent(http: httpx.AsyncClient) -> None:
    says = Says(400, sample_bytes("brevo/api.error.duplicate_parameter.json"))
    async with mailing(http, says) as (gateway, _):
        assert await gateway.send(NOTICE, idempotency_key="notice-1") == MailReceipt("brevo", None)


def test_brevos_key_is_always_the_same_uuid_of_version_4() -> None:
    assert (uuid_for("outbox-7"), uuid_for("outbox-7").version) == (uuid_for("outbox-7"), 4)


def test_another_key_is_another_uuid() -> None:
    assert uuid_for("outbox-7") != uuid_for("outbox-8")


def test_a_uuid_of_version_4_stays_as_it_is() -> None:
    given = UUID("b52dbf2a-81dd-4a08-b807-085c5a3f2d11")
    assert uuid_for(str(given)) == given


@pytest.mark.parametrize(
    ("message", "says", "reason"),
    [
        (SIGN_IN, Says(422, sample_bytes("resend/api.error.422.json")), "validation_error"),
        (SIGN_IN, Says(401, b'{"name": "missing_api_key"}'), "missing_api_key"),
        (SIGN_IN, Says(409, b'{"name": "invalid_idempotent_request"}'), "invalid_idempotent_request"),
        (NOTICE, Says(400, sample_bytes("brevo/api.error.400.json")), "invalid_parameter"),
        (NOTICE, Says(401, sample_bytes("brevo/api.error.401.json")), "unauthorized"),
        (NOTICE, Says(402, b'{"code": "not_enough_credits"}'), "not_enough_credits"),
        (NOTICE, Says(403, b"<html>"), "http_403"),
    ],
)
async def test_a_no_is_final(http: httpx.AsyncClient, message: MailMessage, says: Says, reason: str) -> None:
    async with mailing(http, says) as (gateway, _):
        with pytest.raises(GatewayRefused) as refused:
            await gateway.send(message, idempotency_key="k")
    assert refused.value.reason == reason


@pytest.mark.parametrize("message", [SIGN_IN, NOTICE], ids=["resend", "brevo"])
@pytest.mark.parametrize(
    "says",
    [
        Says(500),
        Says(429, sample_bytes("resend/api.error.429.json")),
        Says(cut=True),
    ],
    ids=["500", "429", "cut"],
)
async def test_what_stays_open_is_for_later(http: httpx.AsyncClient, message: MailMessage, says: Says) -> None:
    async with mailing(http, says) as (gateway, _):
        with pytest.raises(GatewayUnavailable):
            await gateway.send(message, idempotency_key="k")


async def test_a_key_that_is_being_worked_on_is_for_later(http: httpx.AsyncClient) -> None:
    async with mailing(http, Says(409, b'{"name": "concurrent_idempotent_requests"}')) as (gateway, _):
        with pytest.raises(GatewayUnavailable):
            await gateway.send(SIGN_IN, idempotency_key="k")


async def test_how_long_to_wait_is_passed_on(http: httpx.AsyncClient) -> None:
    async with mailing(http, Says(429, headers={"Retry-After": "17"})) as (gateway, _):
        with pytest.raises(GatewayUnavailable) as refused:
            await gateway.send(SIGN_IN, idempotency_key="k")
    assert refused.value.retry_after == 17


async def test_nothing_is_sent_twice_of_its_own_accord(http: httpx.AsyncClient) -> None:
    async with mailing(http, Says(503)) as (gateway, recorder):
        with pytest.raises(GatewayUnavailable):
            await gateway.send(NOTICE, idempotency_key="k")
    assert len(recorder.asked) == 1


async def test_one_click_unsubscribe_is_in_the_headers(http: httpx.AsyncClient) -> None:
    message = MailMessage(
        to="j@example.com", subject="s", text="t", category="optional", unsubscribe_url="https://academy.example/u/1"
    )
    async with mailing(http, BREVO_OK) as (gateway, recorder):
        await gateway.send(message, idempotency_key="k")
    assert recorder.asked[0].json["headers"]["List-Unsubscribe"] == "<https://academy.example/u/1>"


@pytest.mark.parametrize("field", ["to", "subject", "from_", "unsubscribe_url"])
def test_a_line_break_cannot_become_a_header(field: str) -> None:
    given = {"to": "j@example.com", "subject": "s", "text": "t", field: "x\r\nBcc: all@example.com"}
    with pytest.raises(ValueError, match=field):
        MailMessage(**given)  # type: ignore[arg-type]  # the field to break comes as a parameter


def to_files(folder: Path) -> MailGateway:
    files: MailCarrier = FileMail(folder)
    return MailGateway(sign_in=files, others=files, sign_in_from=AUTH_FROM, others_from=NOTICES_FROM)


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def letter_in(folder: Path) -> EmailMessage:
    letter = next(body for name, body in contents(folder).items() if name.endswith(".eml"))
    return message_from_bytes(letter, EmailMessage, policy=policy.default)


async def test_without_a_key_mail_becomes_a_letter(tmp_path: Path) -> None:
    await to_files(tmp_path).send(SIGN_IN, idempotency_key="magic-link/1")
    letter = letter_in(tmp_path)
    assert (letter["From"], letter["To"], letter["Subject"]) == (AUTH_FROM, SIGN_IN.to, SIGN_IN.subject)


async def test_a_letter_has_both_forms(tmp_path: Path) -> None:
    await to_files(tmp_path).send(SIGN_IN, idempotency_key="magic-link/1")
    letter = letter_in(tmp_path)
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert (plain.get_content().strip(), html.get_content().strip()) == (SIGN_IN.text, SIGN_IN.html)


async def test_beside_the_letter_lies_what_a_program_reads(tmp_path: Path) -> None:
    await to_files(tmp_path).send(NOTICE, idempotency_key="notice-1")
    record = json.loads(next(body for name, body in contents(tmp_path).items() if name.endswith(".json")))
    assert (record["to"], record["text"], record["category"], record["idempotency_key"]) == (
        NOTICE.to,
        NOTICE.text,
        "transactional",
        "notice-1",
    )


async def test_a_repeat_writes_nothing_new(tmp_path: Path) -> None:
    gateway = to_files(tmp_path)
    await gateway.send(NOTICE, idempotency_key="notice-1")
    before = contents(tmp_path)
    await gateway.send(NOTICE, idempotency_key="notice-1")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("key", ["../../etc/passwd", "..", "ключ", "a" * 300, "%/\\:*?", ""])
async def test_any_key_is_a_lawful_file_name(tmp_path: Path, key: str) -> None:
    await to_files(tmp_path / "mail").send(NOTICE, idempotency_key=key)
    assert len(contents(tmp_path / "mail")) == 2
