"""From an order to words: subject, plain text and HTML of each mail.

Every template is a pair under `templates/`: `<name>.txt` begins with the subject, `<name>.html` says the same for the
eye. HTML is escaped, and a value that is missing is an error, never an empty place. `TEMPLATES` is the list of all
pairs, each with the data that it needs, as an example.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.notifications.mails.errors import MailOrderRefused

FOLDER: Final = Path(__file__).parent / "templates"
LONGEST_SUBJECT: Final = 200

_COHORT: Final[Mapping[str, str]] = {
    "learner_name": "Ada Lovelace",
    "course_title": "Applied AI for Teams",
    "cohort_name": "Spring 2027",
    "start_date": "2027-03-01",
}
_BADGE: Final[Mapping[str, str]] = {
    "learner_name": "Ada Lovelace",
    "badge_title": "Prompt Engineering - practitioner",
    "expires_at": "2028-03-05T09:00:00Z",
    "badge_url": "https://academy.example/badges/0199f0c4-9a01-7c3e-9b1d-0000000000b1",
}
_PAID: Final[Mapping[str, str]] = {**_COHORT, "amount": "€499.00"}

TEMPLATES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "enrollment_confirmed": _COHORT,
        "waitlist_offer": {**_COHORT, "offer_expires_at": "2027-02-14T09:30:00Z"},
        "waitlist_offer_expired": _COHORT,
        "checkout_expired": _COHORT,
        "payment_failed": _PAID,
        "payment_refunded": _PAID,
        "dispute_opened": _PAID,
        "cohort_cancelled": _COHORT,
        "enrollment_cancelled": _COHORT,
        "enrollment_transferred": _COHORT,
        "assessment_due": {**_COHORT, "assessment_title": "What you know already", "due_by": "2027-03-01T09:00:00Z"},
        "badge_expiring": _BADGE,
        "badge_expired": _BADGE,
    }
)


class Letter(NamedTuple):
    """The words of a mail."""

    subject: str
    text: str
    html: str


def check_order(template: str, data: Mapping[str, Any]) -> None:
    """Raises `MailOrderRefused` unless `template` exists and `data` has everything it needs."""
    wanted = TEMPLATES.get(template)
    if wanted is None:
        raise MailOrderRefused(f"there is no mail template {template}")
    if missing := sorted(set(wanted) - set(data)):
        raise MailOrderRefused(f"the mail template {template} needs {', '.join(missing)}")


def render(template: str, data: Mapping[str, Any], site_url: str) -> Letter:
    """The words of a mail. Raises `MailOrderRefused` as `check_order` does."""
    check_order(template, data)
    values = {**data, "site_url": site_url}
    plain = _environment.get_template(f"{template}.txt")
    subject, text = ("".join(plain.blocks[part](plain.new_context(values))) for part in ("subject", "body"))
    html = _environment.get_template(f"{template}.html").render(values)
    return Letter(_one_line(subject), text.strip() + "\n", html)


def _one_line(subject: str) -> str:
    """A line break in a subject would begin another header."""
    return " ".join(subject.split())[:LONGEST_SUBJECT]


def _day(value: str) -> str:
    """`2027-03-01` as people write it."""
    day = date.fromisoformat(value[:10])
    return f"{day.day} {day:%B %Y}"


def _moment(value: str) -> str:
    """An instant as people write it, in UTC and saying so."""
    moment = datetime.fromisoformat(value).astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _environment_of(folder: Path) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters |= {"day": _day, "moment": _moment}
    return made


_environment: Final = _environment_of(FOLDER)
