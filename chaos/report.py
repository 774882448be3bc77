"""What is shown of runs: lines for whoever watches, JSON for programs, `results.md` for the diff."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from chaos.measure import P50, SEEN, WORST
from chaos.play import Run
from chaos.scenario import Facts

RESULTS = Path(__file__).with_name("results.md")


def as_json(runs: Sequence[Run]) -> str:
    """Everything, for programs."""
    return json.dumps({"holds": all(run.holds for run in runs), "runs": [asdict(run) for run in runs]}, indent=2)


def in_full(run: Run) -> str:
    """One run: every equation with its number, offenders, facts."""
    lines = [f"seed {run.seed}: {'everything holds' if run.holds else 'BROKEN'} ({run.seconds:.0f} s)"]
    for outcome in run.outcomes:
        lines.append(f"  {outcome.name} ({outcome.seconds:.0f} s)")
        for equation in outcome.equations:
            mark = " " if equation.number == 0 else "✗"
            lines.append(f"   {mark} {equation.number:>5}  {equation.name}: {equation.meaning}")
            lines += [f"            {example}" for example in equation.examples]
        lines += [f"          {name}: {value}" for name, value in outcome.facts.items()]
    return "\n".join(lines)


def as_markdown(runs: Sequence[Run]) -> str:
    """The results file: the same lines in the same order each time, so that a regression is a changed line."""
    return "\n".join(
        [
            "# Chaos: what was promised, under faults",
            "",
            "Written by `make chaos`; do not edit. What the equations mean: `chaos/equations/`.",
            f"Seeds of the runs: {', '.join(str(run.seed) for run in runs)}.",
            "",
            "## Offences: each number has to be 0",
            "",
            *_table("equation", runs, {name: _offences(runs, name) for name in _equations(runs)}),
            "",
            "The same by scenario, over all seeds:",
            "",
            *_by_scenario(runs),
            "",
            "## Recovery: p50 / worst in seconds (times seen)",
            "",
            *_table("after", runs, _recoveries(runs)),
            "",
            *(line for place in range(len(runs[0].outcomes)) for line in _what_was_done(runs, place)),
        ]
    )


def _table(corner: str, runs: Sequence[Run], rows: Mapping[str, Sequence[object]]) -> list[str]:
    head = " | ".join(f"run {number + 1}" for number in range(len(runs)))
    lines = [f"| {corner} | {head} |", "| --- |" + " ---: |" * len(runs)]
    return lines + [f"| {name} | {' | '.join(map(str, cells))} |" for name, cells in rows.items()]


def _equations(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(each.name for run in runs for outcome in run.outcomes for each in outcome.equations))


def _offences(runs: Sequence[Run], name: str) -> list[int]:
    return [
        sum(each.number for outcome in run.outcomes for each in outcome.equations if each.name == name) for run in runs
    ]


def _by_scenario(runs: Sequence[Run]) -> list[str]:
    names = _equations(runs)
    lines = [f"| scenario | {' | '.join(names)} |", "| --- |" + " ---: |" * len(names)]
    for place, outcome in enumerate(runs[0].outcomes):
        found = [each for run in runs for each in run.outcomes[place].equations]
        cells = [str(sum(each.number for each in found if each.name == name)) for name in names]
        lines.append(f"| {outcome.name} | {' | '.join(cells)} |")
    return lines


def _recoveries(runs: Sequence[Run]) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for place, run in enumerate(runs):
        for outcome in run.outcomes:
            for name in _timed(outcome.facts):
                facts = outcome.facts
                told = f"{facts[name + P50]} / {facts[name + WORST]} ({facts[name + SEEN]})"
                rows.setdefault(name, [""] * len(runs))[place] = told
    return dict(sorted(rows.items()))


def _timed(facts: Facts) -> list[str]:
    return [name.removesuffix(P50) for name in facts if name.endswith(P50)]


def _what_was_done(runs: Sequence[Run], place: int) -> list[str]:
    everything = [run.outcomes[place].facts for run in runs]
    timed = {name + part for facts in everything for name in _timed(facts) for part in (P50, WORST, SEEN)}
    names = sorted({name for facts in everything for name in facts} - timed)
    rows = {name: [facts.get(name, "") for facts in everything] for name in names}
    return [f"## {runs[0].outcomes[place].name}", "", *_table("counted", runs, rows), ""]
