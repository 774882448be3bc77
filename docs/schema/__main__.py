"""`python -m docs.schema` draws every picture; with `--check` it changes nothing and fails if one is out of date."""

import sys
from pathlib import Path

from docs.schema.content import pictures
from docs.schema.drawing import digest, draw

FOLDER = Path(__file__).parent


def main(*, check: bool) -> int:
    """Returns the exit code."""
    wanted = {f"{picture.name}.svg": picture for picture in pictures()}
    known = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.svg")}
    stale = [name for name, picture in wanted.items() if f" {digest(picture)} " not in known.get(name, "")]
    stray = sorted(set(known) - set(wanted))
    if check:
        if stale or stray:
            sys.stderr.write(f"docs/schema is not what the models say: {', '.join([*stale, *stray])}: make schema\n")
        return 1 if stale or stray else 0
    for name in stray:
        (FOLDER / name).unlink()
    for name in stale:
        (FOLDER / name).write_text(draw(wanted[name]), encoding="utf-8")
        sys.stdout.write(f"docs/schema/{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(check=sys.argv[1:] == ["--check"]))
