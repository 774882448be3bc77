"""How programs move, and which slug is made of which name."""

import re
from itertools import islice

import pytest

from app.core.slugs import candidates
from app.crm.models import ProgramStatus
from app.crm.programs.rules import FALLBACK, fits, may_move

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

MOVES = {
    ("planning", "active"),
    ("planning", "archived"),
    ("active", "planning"),
    ("active", "completed"),
    ("active", "archived"),
    ("completed", "active"),
    ("completed", "archived"),
    ("archived", "planning"),
}


@pytest.mark.parametrize("before", ProgramStatus)
@pytest.mark.parametrize("after", ProgramStatus)
def test_a_program_moves_as_the_table_says(before: str, after: str) -> None:
    assert may_move(before, after) == ((before, after) in MOVES)


@pytest.mark.req("P-PRG-05")
@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Reading Group", "reading-group"),
        ("  Ça va?  ", "ca-va"),
        ("a -- b__c//d", "a-b-c-d"),
        ("-Zürich & Basel-", "zurich-basel"),
        ("2027", "2027"),
        ("???", FALLBACK),
        ("🦆", FALLBACK),
        ("A" * 200, "a" * 50),
        ("a" * 49 + " b", "a" * 49),
    ],
)
def test_a_slug_is_made_of_what_is_usable_in_a_name(name: str, slug: str) -> None:
    assert next(candidates(name, FALLBACK)) == slug


@pytest.mark.req("P-PRG-05")
@pytest.mark.req("P-PRG-06")
@pytest.mark.parametrize("name", ["Reading Group", "???", "A" * 200, "a " * 100, "a" * 35 + " b c d e f g"])
def test_every_candidate_is_a_slug_of_at_most_fifty_characters_that_fits_its_name(name: str) -> None:
    plain, stamped, drawn = islice(candidates(name, FALLBACK), 3)
    assert re.search(r"-\d{13}$", stamped)
    for slug in (plain, stamped, drawn):
        assert SLUG.fullmatch(slug)
        assert len(slug) <= 50
        assert fits(slug, name)


@pytest.mark.req("Z-22")
@pytest.mark.parametrize(
    ("slug", "name", "says_it"),
    [
        ("reading-group", "Reading Group", True),
        ("reading-group-1790000000000", "Reading Group", True),
        ("reading-group-00ff00ff", "Reading Group", True),
        ("reading-group-2", "Reading Group", False),
        ("reading-group", "Reading Groups", False),
        ("import-0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8c41", "Reading Group", False),
    ],
)
def test_a_slug_fits_the_name_that_it_was_made_of(slug: str, name: str, *, says_it: bool) -> None:
    assert fits(slug, name) == says_it
