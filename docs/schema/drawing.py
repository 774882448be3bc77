"""A picture as SVG. Graphviz says where things go (its wheel brings the program along); the drawing is ours.

Sizes are counted in characters of a fixed width, not measured with a font of this machine, so that the same models give
the same bytes everywhere.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from docs.schema.content import Box, Picture

CHARACTER, ROW, TITLE, PADDING = 6.7, 17, 24, 10
MARGIN, HEAD, GAP = 24, 64, 28
TIP = (
    '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
    '<path class="tip" d="M0 0L8 4L0 8z"/></marker>'
)
LEGEND = "→ points at · ? may be empty · id, created_at and updated_at go without saying"

STYLE = """
  text { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #24292f }
  .page { fill: #ffffff } .title { font: 600 18px system-ui, sans-serif } .quiet { fill: #57606a }
  .name { font-weight: 700; font-size: 12px } .link { fill: #0550ae }
  .group { fill: #f6f8fa; stroke: #d0d7de } .label { font: 600 12px system-ui, sans-serif; fill: #57606a }
  .box { fill: #ffffff; stroke: #8c959f } .head { fill: #ddf4ff; stroke: #8c959f }
  .line { fill: none; stroke: #218bff; stroke-width: 1.2 } .tip { fill: #218bff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .page { fill: #0d1117 } .quiet, .label { fill: #8b949e } .link { fill: #79c0ff }
    .group { fill: #161b22; stroke: #30363d } .box { fill: #0d1117; stroke: #6e7681 }
    .head { fill: #12304f; stroke: #6e7681 }
    .line { stroke: #388bfd } .tip { fill: #388bfd }
  }
"""


def digest(picture: Picture) -> str:
    """Of everything that the drawing depends on: what is in it, and how it is drawn."""
    return hashlib.sha256(f"{picture!r} {Path(__file__).read_text(encoding='utf-8')}".encode()).hexdigest()[:16]


def draw(picture: Picture) -> str:
    """The picture as text."""
    pieces = [_laid_out(part) for part in _apart(picture)]
    places, width, height = _packed([piece.size for piece in pieces])
    width, height = width + 2 * MARGIN, height + HEAD + MARGIN
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<!-- made by make schema from {digest(picture)} -->",
        f"<title>{escape(picture.title)}</title>",
        f"<style>{STYLE}</style>",
        f"<defs>{TIP}</defs>",
        '<rect class="page" width="100%" height="100%"/>',
        f'<text class="title" x="{MARGIN}" y="28">{escape(picture.title)}</text>',
        f'<text class="quiet" x="{MARGIN}" y="46">{LEGEND}</text>',
    ]
    for piece, (x, y) in zip(pieces, places, strict=True):
        parts += [f'<g transform="translate({x + MARGIN} {y + HEAD})">', *_drawn(piece), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


# Where things go ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a picture that no line leaves, and where Graphviz puts what is in it."""

    picture: Picture
    graph: Any

    @property
    def size(self) -> tuple[int, int]:
        _, _, width, height = self.graph.graph_attr["bb"].split(",")
        return round(float(width)), round(float(height))

    def at(self, place: str) -> tuple[int, int]:
        """Graphviz counts from below."""
        x, y = place.split(",")
        return round(float(x)), self.size[1] - round(float(y))


def _apart(picture: Picture) -> list[Picture]:
    """Groups that lines hold together, each such part for itself."""
    group_of = {box.name: name for name, boxes in picture.groups.items() for box in boxes}
    part_of = {name: name for name in picture.groups}
    for line in picture.lines:
        one, other = part_of[group_of[line.box]], part_of[group_of[line.target]]
        part_of = {name: one if part == other else part for name, part in part_of.items()}
    parts = {part: Picture(picture.name, "") for part in part_of.values()}
    for name, boxes in picture.groups.items():
        parts[part_of[name]].groups[name] = boxes
    for line in picture.lines:
        parts[part_of[group_of[line.box]]].lines.append(line)
    return list(parts.values())


def _laid_out(picture: Picture) -> Piece:
    import pygraphviz  # type: ignore[import-untyped]  # only who draws needs it; without stubs

    graph = pygraphviz.AGraph(directed=True, strict=False, rankdir="LR", nodesep="0.25", ranksep="0.8")
    for number, (name, boxes) in enumerate(picture.groups.items()):
        for box in boxes:
            graph.add_node(box.name, shape="plain", label=_cells(box))
        if _has_frame(name, boxes):
            label = f'FIXEDSIZE="TRUE" WIDTH="{len(name) * 7}" HEIGHT="14"'
            label = f'<<TABLE BORDER="0"><TR><TD {label}></TD></TR></TABLE>>'
            graph.add_subgraph([box.name for box in boxes], name=f"cluster_{number}", label=label, margin="10")
    for line in picture.lines:
        # From what is pointed at to what points: the first thing to read stands on the left.
        graph.add_edge(line.target, line.box, tailport="head:e", headport=f"row{line.row}:w", arrowhead="none")
    graph.layout("dot")
    return Piece(picture, graph)


def _has_frame(group: str, boxes: list[Box]) -> bool:
    return len(boxes) > 1 or boxes[0].name != group


def _cells(box: Box) -> str:
    """A table without words, as large as the box: lines end at its rows."""
    width, height = _size(box)
    rest = height - TITLE - ROW * len(box.rows)
    cells = [("head", TITLE), *((f"row{at}", ROW) for at in range(len(box.rows))), *([("end", rest)] if rest else [])]
    rows = (
        f'<TR><TD PORT="{port}" FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{tall}"></TD></TR>' for port, tall in cells
    )
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{"".join(rows)}</TABLE>>'


def _size(box: Box) -> tuple[int, int]:
    longest = max([len(box.name) + 2, *(len(row.text) for row in box.rows)])
    return round(longest * CHARACTER) + 2 * PADDING, TITLE + ROW * len(box.rows) + (PADDING // 2 if box.rows else 0)


def _packed(sizes: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], int, int]:
    """A corner for each piece, the largest first, each as high up as it fits; and the size of the whole."""
    area = sum(width * height for width, height in sizes)
    widest = max([*(width for width, _ in sizes), round(1.2 * area**0.5)])
    corners: dict[int, tuple[int, int]] = {}

    def lowest(x: int, width: int) -> int:
        """Where a piece would come to stand, let fall upwards."""
        beside = [at for at, (left, _) in corners.items() if left < x + width + GAP and x < left + sizes[at][0] + GAP]
        return max((corners[at][1] + sizes[at][1] + GAP for at in beside), default=0)

    for number, (width, _) in sorted(enumerate(sizes), key=lambda each: (-each[1][0] * each[1][1], each[0])):
        starts = {0, *(x + sizes[at][0] + GAP for at, (x, _) in corners.items())}
        y, x = min((lowest(x, width), x) for x in starts if x == 0 or x + width <= widest)
        corners[number] = (x, y)
    right = max(x + sizes[at][0] for at, (x, _) in corners.items())
    bottom = max(y + sizes[at][1] for at, (_, y) in corners.items())
    return [corners[number] for number in range(len(sizes))], right, bottom


# How they look ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _drawn(piece: Piece) -> Iterator[str]:
    for number, (name, boxes) in enumerate(piece.picture.groups.items()):
        if _has_frame(name, boxes):
            left, low, right, high = piece.graph.get_subgraph(f"cluster_{number}").graph_attr["bb"].split(",")
            yield from _group(name, piece.at(f"{left},{high}"), piece.at(f"{right},{low}"))
    for edge in piece.graph.edges():
        yield _line(piece, edge.attr["pos"])
    for boxes in piece.picture.groups.values():
        for box in boxes:
            (x, y), (width, height) = piece.at(piece.graph.get_node(box.name).attr["pos"]), _size(box)
            yield from _box(box, x - width // 2, y - height // 2)


def _group(name: str, corner: tuple[int, int], opposite: tuple[int, int]) -> list[str]:
    (x, y), (right, bottom) = corner, opposite
    return [
        f'<rect class="group" x="{x}" y="{y}" width="{right - x}" height="{bottom - y}" rx="6"/>',
        f'<text class="label" x="{x + 10}" y="{y + 16}">{escape(name)}</text>',
    ]


def _box(box: Box, x: int, y: int) -> Iterator[str]:
    width, height = _size(box)
    yield f"<g><title>{escape(box.about)}</title>"
    yield f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{height}" rx="3"/>'
    yield f'<rect class="head" x="{x}" y="{y}" width="{width}" height="{TITLE}" rx="3"/>'
    yield f'<text class="name" x="{x + PADDING}" y="{y + 16}">{escape(box.name)}</text>'
    for at, row in enumerate(box.rows):
        kind = "link" if row.is_link else "quiet"
        yield f'<text class="{kind}" x="{x + PADDING}" y="{y + TITLE + ROW * at + 13}">{escape(row.text)}</text>'
    yield "</g>"


def _line(piece: Piece, points: str) -> str:
    first, *others = [piece.at(point) for point in points.split()]
    curve = " ".join(f"{x} {y}" for x, y in others)
    return f'<path class="line" marker-start="url(#tip)" d="M{first[0]} {first[1]}C{curve}"/>'
