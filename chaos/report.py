"""What is shown of runs: lines for whoever watches, JSON for programs, `results.md` for the diff."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from chaos.play import Run

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
    """The results file: the same layout each time, so that a regression is a changed line."""
    seeds = " | ".join(f"seed {run.seed}" for run in runs)
    lines = [
        "# Chaos: what was promised, under faults",
        "",
        "Written by `make chaos`. Every number of the first tables has to be 0; see `chaos/equations/`.",
        "",
    ]
    for place, outcome in enumerate(runs[0].outcomes):
        lines += [f"## {outcome.name}", "", f"| equation | {seeds} |", "| --- |" + " ---: |" * len(runs)]
        for row, equation in enumerate(outcome.equations):
            numbers = " | ".join(str(run.outcomes[place].equations[row].number) for run in runs)
            lines.append(f"| {equation.name} | {numbers} |")
        lines += ["", f"| measured | {seeds} |", "| --- |" + " ---: |" * len(runs)]
        for name in outcome.facts:
            values = " | ".join(str(run.outcomes[place].facts.get(name, "")) for run in runs)
            lines.append(f"| {name} | {values} |")
        lines.append("")
    return "\n".join(lines)
