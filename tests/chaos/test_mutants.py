"""Every mutant still fits the tree: a refactoring that moves the text must not quietly disarm it."""

import ast

import pytest

from chaos.contests import CONTESTS
from chaos.equations import EQUATIONS
from chaos.mutants.catalogue import MUTANTS
from chaos.mutants.harness import Verdict
from chaos.mutants.mutant import DoesNotApply, Edit, Mutant
from chaos.storms import PARTS, STORMS

EVERY = [pytest.param(mutant, id=mutant.name) for mutant in MUTANTS]
PLAYED = {*CONTESTS, *STORMS, *PARTS}
NOTICING = {name for name, _, _ in EQUATIONS} | {"answers"}


@pytest.mark.parametrize("mutant", EVERY)
def test_a_mutant_applies_and_still_is_python(mutant: Mutant) -> None:
    for file, broken in mutant.broken_files().items():
        ast.parse(broken, file)


@pytest.mark.parametrize("mutant", EVERY)
def test_a_mutant_names_what_is_played_and_what_notices(mutant: Mutant) -> None:
    assert set(mutant.scenarios) <= PLAYED
    assert mutant.equations
    assert set(mutant.equations) <= NOTICING


def test_there_are_enough_of_them_and_no_two_alike() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 14


def test_every_equation_has_a_mutant_that_it_notices() -> None:
    assert {name for mutant in MUTANTS for name in mutant.equations} == NOTICING


@pytest.mark.parametrize("text", ["", "a a"])
def test_an_edit_that_fits_nowhere_or_twice_is_refused(text: str) -> None:
    with pytest.raises(DoesNotApply):
        Edit("x.py", "a", "b").applied_to(text)


def test_a_mutant_counts_as_caught_only_by_an_equation_that_was_meant_to_notice() -> None:
    mutant = Mutant("m", "something", (), ("oversell",), ("counters",))
    assert Verdict(mutant, {"counters": 3}).is_caught
    assert not Verdict(mutant, {"played": 1}).is_caught
    assert not Verdict(mutant, {}).is_caught
    assert not Verdict(mutant, {"counters": 3}, failure="not done").is_caught
