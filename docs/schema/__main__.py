"""`python -m docs.schema` writes pictures and types; with `--check` it only says, and fails, if one is outdated."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from docs.schema.content import pictures
from docs.schema.drawing import digest, draw
from docs.schema.types import document

FOLDER = Path(__file__).parent
TYPES = "tables.json"


def outdated() -> Iterator[tuple[str, Callable[[], str] | None]]:
    """The files that have to be written, with what writes them; None: one that has to go.

    A picture says what it was drawn from, so that looking does not take drawing.
    """
    known = {
        file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir() if file.suffix in {".svg", ".json"}
    }
    if known.pop(TYPES, "") != (types := document()):
        yield TYPES, lambda: types
    for picture in pictures():
        if f" {digest(picture)} " not in known.pop(f"{picture.name}.svg", ""):
            yield f"{picture.name}.svg", partial(draw, picture)
    yield from dict.fromkeys(known).items()


def main(*, check: bool) -> int:
    """Returns the exit code."""
    found = list(outdated())
    if check and found:
        sys.stderr.write(
            f"docs/schema is not what the models say ({', '.join(name for name, _ in found)}): make schema\n"
        )
        return 1
    for name, write in found:
        if write is None:
            (FOLDER / name).unlink()
        else:
            (FOLDER / name).write_text(write(), encoding="utf-8")
        sys.stdout.write(f"docs/schema/{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(check=sys.argv[1:] == ["--check"]))
