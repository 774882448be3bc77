"""The project's own source files, as the architecture tests read them: parsed, with comments, named by their path."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

PROJECT = Path(__file__).parents[2]

# Packages built of features (`app/<package>/<feature>/<file>.py`).
DOMAINS = ("academy", "community", "tracker", "studio", "crm")
BUILT_OF_FEATURES = (*DOMAINS, "identity", "media", "notifications", "webhooks", "flows")


@dataclass(frozen=True)
class Source:
    """One Python file: `path` is relative to the project, with forward slashes."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines_with_comment(self) -> frozenset[int]:
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return frozenset(token.start[0] for token in tokens if token.type == tokenize.COMMENT)

    @property
    def feature(self) -> PurePosixPath | None:
        """The feature folder that this file is in, or None."""
        parts = self.path.parts
        inside = len(parts) == 4 and parts[0] == "app" and parts[1] in BUILT_OF_FEATURES and parts[2] != "models"
        return self.path.parent if inside else None

    def within(self, *rooms: str) -> bool:
        """Whether this file is one of these files or in one of these folders (`app/core`, `app/cli.py`)."""
        return any(self.path.is_relative_to(room) for room in rooms)


def sources(*rooms: str) -> Iterator[Source]:
    """Every Python file under these folders of the project, sorted by path."""
    for room in rooms:
        for file in sorted((PROJECT / room).rglob("*.py")):
            yield Source(PurePosixPath(file.relative_to(PROJECT).as_posix()), file.read_text(encoding="utf-8"))
