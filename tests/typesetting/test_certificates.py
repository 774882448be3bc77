"""What is printed is what was meant, in any script, for eyes and for screen readers."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from app import typesetting
from app.academy.certificates.rules import Paper, printed
from app.academy.credentials.rules import TEMPLATES
from app.typesetting import NotTypesettable
from tests.support.pdf import text_of

NAMES = [
    "Ada Lovelace",
    "Ștefan Ţurcanu-Ñúñez đ’Œuvre",
    "Александра Иванова",
    "Ελένη Παπαδοπούλου",
    "محمد بن سعيد",
    "דוד לוי",
    "王小明",
    "山田 花子 アハ",
    "김철수",
    "Արամ Խաչատրյան",
    "შოთა რუსთაველი",
    "सीता देवी",
    "สมชาย ใจดี",
    "#set text(red) $x$ *b* [a] @b \\ // c",
    'Robert"); DROP {"a": 1}',
]


def paper(**more: Any) -> Paper:
    values: dict[str, Any] = {
        "holder": "Ada Lovelace",
        "title": "Applied AI for Teams",
        "narrative": "Completed Applied AI for Teams cohort on 5 March 2027",
        "issued_at": datetime(2027, 3, 6, tzinfo=UTC),
        "url": "https://academy.example/verify/0199f0c4-9a01-7c3e-9b1d-0000000000b1",
    }
    return Paper(**values | more)


def pdf(**more: Any) -> bytes:
    return typesetting.pdf(TEMPLATES / "certificate.typ", printed(paper(**more)))


@pytest.mark.req("A-CRT-04")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_is_printed_and_can_be_read_back(name: str) -> None:
    made = pdf(holder=name)
    assert name in text_of(made)
    # the standard allows no letter without a picture: had one been missing, it would not have been claimed
    assert b"pdfuaid" in made


@pytest.mark.req("A-CRT-04")
def test_everything_that_was_meant_is_there_on_one_page() -> None:
    made = pdf(title="Übergrößen " * 12, narrative="Completed it. " * 12)
    words = text_of(made)
    assert len(PdfReader(io.BytesIO(made)).pages) == 1
    for wanted in ("AI Enablement Academy", "Certificate of Completion", "6 March 2027", paper().url):
        assert wanted in words
    assert ("Übergrößen " * 12).strip() in words


def test_a_path_with_many_courses_stays_on_one_page() -> None:
    made = pdf(
        is_path=True,
        number="PATH-2027-000042",
        courses=[f"Course number {place} of a long track" for place in range(1, 13)],
        skills=[(f"Skill {place}", "advanced") for place in range(1, 9)],
    )
    words = text_of(made)
    assert len(PdfReader(io.BytesIO(made)).pages) == 1
    for wanted in ("PATH-2027-000042", "Course number 12 of a long track", "Skill 8: advanced"):
        assert wanted in words


@pytest.mark.req("A-CRT-04")
def test_a_screen_reader_finds_title_language_and_structure() -> None:
    reader = PdfReader(io.BytesIO(pdf()))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == "Certificate of Completion: Applied AI for Teams"


def test_a_letter_that_no_font_has_costs_an_empty_box_and_not_the_certificate() -> None:
    assert "Ada" in text_of(pdf(holder="Ada 😀 Lovelace"))


def test_a_template_that_is_broken_says_so() -> None:
    with pytest.raises(NotTypesettable):
        typesetting.png(TEMPLATES / "badge.typ", {})


@pytest.mark.parametrize("title", ["Prompting", "Donaudampfschifffahrtsgesellschaft " * 5, "王小明", "a", "😀"])
def test_a_picture_is_drawn_whatever_a_skill_is_called(title: str) -> None:
    told = {"heading": "Academy", "title": title, "footing": "expert", "colour": "#0b5d6b"}
    assert typesetting.png(TEMPLATES / "badge.typ", told).startswith(b"\x89PNG")
    assert typesetting.svg(TEMPLATES / "badge.typ", told).startswith("<svg")
