"""Mails: every template says something, an order is checked, and a mail is sent once."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.gateways import Gateways
from app.gateways.mail.brevo import Brevo
from app.gateways.mail.client import MailGateway
from app.gateways.mail.twin import file_stem
from app.identity.actor import Actor
from app.identity.models import Account
from app.notifications.mails import rules, service
from app.notifications.mails.errors import MailOrderRefused
from app.notifications.mails.schemas import MailOrder
from app.notifications.models import Mail, MailState
from tests.factories.identity import account
from tests.support.recorder import Recorder, Says, recording
from tests.support.samples import sample_bytes
from tests.support.worker import WorkerOnDemand

HOUSE = Actor.system()
SITE = "https://academy.example.com"
OFFER = MailOrder("waitlist_offer", rules.TEMPLATES["waitlist_offer"])


# Words


@pytest.mark.parametrize("template", rules.TEMPLATES)
def test_every_template_says_the_same_in_text_and_html(template: str) -> None:
    letter = rules.render(template, rules.TEMPLATES[template], SITE)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", letter.html.split("<body")[1].split(">", 1)[1]))
    for paragraph in re.split(r"\n\s*\n", letter.text.split("\n-- \n")[0]):
        said = re.sub(r"\W+", "", paragraph)
        assert said in re.sub(r"\W+", "", words), paragraph


@pytest.mark.parametrize("template", rules.TEMPLATES)
def test_every_template_uses_all_it_asks_for(template: str) -> None:
    """The data of a template is its contract: what it does not need, nobody should have to find out."""
    data = rules.TEMPLATES[template]
    for name in data:
        without = {key: value for key, value in data.items() if key != name}
        with pytest.raises(MailOrderRefused, match=name):
            rules.render(template, without, SITE)
    named = {"course_title", "cohort_name", "learner_name", "badge_title"} & set(data)
    assert len(named) >= 2
    for name in named:
        assert data[name] in rules.render(template, data, SITE).text


def test_every_file_of_a_template_is_listed() -> None:
    shared = {"layout", "greeting", "signature"}
    for suffix in ("txt", "html"):
        stems = {path.stem for path in rules.FOLDER.glob(f"*.{suffix}")} - shared
        assert stems == set(rules.TEMPLATES)


def test_dates_and_instants_are_written_for_people() -> None:
    text = rules.render("waitlist_offer", OFFER.data, SITE).text
    assert "1 March 2027" in text
    assert "14 February 2027, 09:30 UTC" in text


def test_what_people_typed_is_escaped_in_html_alone() -> None:
    data = {**OFFER.data, "course_title": "<b>R&D</b>"}
    letter = rules.render("waitlist_offer", data, SITE)
    assert "<b>R&D</b>" in letter.text
    assert "<b>" not in letter.html
    assert "&lt;b&gt;R&amp;D" in letter.html


def test_a_subject_is_one_line_whatever_people_typed() -> None:
    letter = rules.render(
        "waitlist_offer", {**OFFER.data, "course_title": "a\r\nBcc: eve@example.com" + "x" * 500}, SITE
    )
    assert ("\n" not in letter.subject, "\r" not in letter.subject, len(letter.subject)) == (True, True, 200)


# Orders


@pytest.mark.parametrize("order", [MailOrder("no_such_template", {}), MailOrder("waitlist_offer", {})])
def test_an_order_that_cannot_be_filled_is_refused_when_it_is_made(order: MailOrder) -> None:
    with pytest.raises(MailOrderRefused):
        rules.check_order(order.template, order.data)


@pytest.fixture
async def ada(session: AsyncSession) -> Account:
    person = account(name="Ada", email="ada@example.com")
    session.add(person)
    await session.commit()
    return person


async def ordered(session: AsyncSession, person: Account, order: MailOrder = OFFER) -> Mail:
    mail = service.queue(session, HOUSE, person.id, order)
    await session.commit()
    return mail


async def current(session: AsyncSession) -> Mail:
    session.expunge_all()
    return (await session.scalars(select(Mail))).one()


@pytest.mark.parametrize(
    ("category", "wanted", "becomes"),
    [
        ("transactional", True, "queued"),
        ("transactional", False, "queued"),
        ("optional", True, "queued"),
        ("optional", False, "suppressed"),
    ],
)
async def test_only_optional_mail_can_be_unwanted(
    session: AsyncSession, ada: Account, worker: WorkerOnDemand, category: Any, *, wanted: bool, becomes: str
) -> None:
    mail = await ordered(session, ada, replace(OFFER, category=category, wanted=wanted))
    queued = len(await worker.announced("notifications.mail_queued"))
    assert (mail.state, queued) == (becomes, 1 if becomes == "queued" else 0)


async def test_the_log_of_events_holds_neither_address_nor_words(
    session: AsyncSession, ada: Account, worker: WorkerOnDemand
) -> None:
    mail = await ordered(session, ada)
    (event,) = await worker.announced("notifications.mail_queued")
    assert event.payload == {"mail_id": str(mail.id), "account_id": str(ada.id)}


# Sending


@pytest.mark.req("A-WTL-04")
async def test_a_queued_mail_goes_out(session: AsyncSession, ada: Account, worker: WorkerOnDemand, state: Path) -> None:
    mail = await ordered(session, ada)
    await worker.drain()
    sent = json.loads((state / "mail" / f"{file_stem(str(mail.id))}.json").read_text())
    assert (sent["to"], sent["subject"]) == ("ada@example.com", "A seat is free for you: Applied AI for Teams")
    told = await current(session)
    assert (told.state, told.provider, told.sent_at is not None) == (MailState.sent, "file", True)


async def test_a_mail_goes_to_the_address_the_account_has_by_then(
    session: AsyncSession, ada: Account, worker: WorkerOnDemand, state: Path
) -> None:
    mail = await ordered(session, ada)
    ada.email = "ada.lovelace@example.com"
    await session.commit()
    await worker.drain()
    sent = json.loads((state / "mail" / f"{file_stem(str(mail.id))}.json").read_text())
    assert sent["to"] == "ada.lovelace@example.com"


@pytest.fixture
def provider() -> Iterator[Recorder]:
    """A Brevo that accepts until a test tells it otherwise."""
    with recording(Says(201, sample_bytes("brevo/api.smtp-email.response.json"))) as server:
        yield server


@pytest.fixture
async def brevo(sessions: async_sessionmaker[AsyncSession], gateways: Gateways, provider: Recorder) -> Any:
    """A worker whose mails go to that provider."""
    async with httpx.AsyncClient(trust_env=False) as http:
        carrier = Brevo(http, provider.url, "key")
        mail = MailGateway(sign_in=carrier, others=carrier, sign_in_from="a@x.test", others_from="Academy <n@x.test>")
        yield WorkerOnDemand(sessions, {Gateways: replace(gateways, mail=mail)})


async def test_the_mails_id_is_the_providers_key(
    session: AsyncSession, ada: Account, brevo: WorkerOnDemand, provider: Recorder
) -> None:
    await ordered(session, ada)
    await brevo.drain()
    (asked,) = provider.asked
    assert asked.json["headers"]["idempotencyKey"]
    assert asked.json["tags"] == ["waitlist_offer"]
    assert (await current(session)).provider_message_id is not None


async def test_a_mail_that_was_sent_is_not_sent_again(
    session: AsyncSession, ada: Account, brevo: WorkerOnDemand, provider: Recorder
) -> None:
    mail = await ordered(session, ada)
    await brevo.drain()
    assert await service.write(session, HOUSE, mail.id) is None
    assert len(provider.asked) == 1


async def test_a_refused_mail_is_over_and_says_why(
    session: AsyncSession, ada: Account, brevo: WorkerOnDemand, provider: Recorder
) -> None:
    provider.script[:] = [Says(400, sample_bytes("brevo/api.error.400.json"))]
    await ordered(session, ada)
    await brevo.drain()
    told = await current(session)
    assert (told.state, told.provider, bool(told.note)) == (MailState.refused, "Brevo", True)


async def test_a_provider_that_does_not_answer_is_asked_again_with_the_same_key(
    session: AsyncSession, ada: Account, brevo: WorkerOnDemand, provider: Recorder
) -> None:
    accepts = provider.script[0]
    provider.script[:] = [Says(503), accepts]
    await ordered(session, ada)
    await brevo.drain(failures_expected=True)
    assert (await current(session)).state == MailState.queued
    await session.execute(text("UPDATE core.jobs SET run_at = now(), pushed_at = NULL, error = NULL"))
    await session.commit()
    await brevo.drain()
    first, second = (asked.json["headers"]["idempotencyKey"] for asked in provider.asked)
    assert (first, (await current(session)).state) == (second, MailState.sent)


async def test_a_provider_that_says_when_is_heeded(
    session: AsyncSession, ada: Account, brevo: WorkerOnDemand, provider: Recorder
) -> None:
    provider.script[:] = [Says(429, headers={"Retry-After": "600"})]
    await ordered(session, ada)
    await brevo.drain(failures_expected=True)
    wait = await session.scalar(text("SELECT extract(epoch FROM run_at - now()) FROM core.jobs WHERE attempt = 1"))
    assert 600 <= wait <= 720
