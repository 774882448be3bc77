"""`bench/results.svg`: a bar for each job, with the range of its rounds and the mark it has to reach."""

from collections.abc import Sequence
from html import escape

from bench.measure import Result

WIDTH, LEFT, RIGHT, ROW, TOP = 820, 250, 60, 30, 56

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .quiet { fill: #57606a; font-size: 12px }
  .grid { stroke: #d0d7de } .one { stroke: #57606a }
  .kept { fill: #2da44e } .missed { fill: #cf222e } .free { fill: #218bff }
  .range { stroke: #24292f; stroke-width: 1.5 } .mark { stroke: #24292f; stroke-width: 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #8b949e }
    .grid { stroke: #30363d } .one { stroke: #8b949e }
    .kept { fill: #3fb950 } .missed { fill: #f85149 } .free { fill: #388bfd }
    .range, .mark { stroke: #e6edf3 }
  }
"""


def draw(results: Sequence[Result]) -> str:
    """The chart as text. A job without enough good rounds has a row without a bar."""
    shown = [result for result in results if result.holds]
    highest = max([1.0, *(max(result.ratios) for result in shown), *(_floor(result) or 0.0 for result in results)])
    end = round(highest * 1.05 + 0.05, 1)
    height = TOP + ROW * len(results) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>Requests per second as a ratio to the ceiling, by job</title>",
        f"<style>{_STYLE}</style>",
        _text(16, 24, "Requests per second, as a ratio to the ceiling"),
        _text(16, 42, "bar: median · line: lowest and highest round · tick: what is promised", "quiet"),
        *_grid(end, TOP, height - 34),
        *(_row(result, TOP + ROW * number, end) for number, result in enumerate(results)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _floor(result: Result) -> float | None:
    return result.job.floors.get(result.connections)


def _at(value: float, end: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * value / end, 1)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{named}>{escape(text)}</text>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _grid(end: float, top: int, bottom: int) -> list[str]:
    step = 0.25 if end <= 2 else 0.5
    parts = []
    value = 0.0
    while value <= end:
        x = _at(value, end)
        parts += [_line("one" if value == 1.0 else "grid", x, top, x, bottom)]
        parts += [_text(x, bottom + 18, f"{value:g}", "quiet", "middle")]
        value += step
    return parts


def _row(result: Result, y: int, end: float) -> str:
    middle = y + ROW // 2
    parts = [_text(LEFT - 12, middle + 5, f"{result.job.title} · {result.connections}", anchor="end")]
    floor = _floor(result)
    if result.holds:
        kind = "free" if floor is None else "kept" if result.ratio >= floor else "missed"
        width = round(_at(result.ratio, end) - LEFT, 1)
        low, high = _at(min(result.ratios), end), _at(max(result.ratios), end)
        parts += [
            f'<rect class="{kind}" x="{LEFT}" y="{y + 6}" width="{width}" height="{ROW - 12}" rx="2"/>',
            _line("range", low, middle, high, middle),
            _line("range", low, middle - 4, low, middle + 4),
            _line("range", high, middle - 4, high, middle + 4),
            _text(WIDTH - RIGHT + 12, middle + 5, f"{result.ratio:.2f}"),
        ]
    if floor is not None:
        x = _at(floor, end)
        parts.append(_line("mark", x, y + 3, x, y + ROW - 3))
    return "".join(parts)
