"""What a mutant is, and how it gets into a copy of the tree."""

import shutil
from dataclasses import dataclass
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
COPIED = ("app", "migrations", "pyproject.toml", "alembic.ini")


class DoesNotApply(ValueError):
    """The tree has moved on, and the mutant has not."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file. `find` occurs there exactly once."""

    file: str
    find: str
    replace: str

    def applied_to(self, text: str) -> str:
        """The broken text. Raises DoesNotApply."""
        count = text.count(self.find)
        if count != 1:
            raise DoesNotApply(f"{self.file} has {count} times: {self.find.strip().splitlines()[0]}")
        return text.replace(self.find, self.replace)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A way to break the product. `scenarios` are played; one of `equations` at least has to notice.

    Where a constraint stands behind the code, the mutant takes it away as well: it is the equation that is on trial.
    """

    name: str
    breaks: str
    edits: tuple[Edit, ...]
    scenarios: tuple[str, ...]
    equations: tuple[str, ...]

    def broken_files(self, tree: Path = TREE) -> dict[str, str]:
        """Path → broken text, for all edits together. Raises DoesNotApply."""
        broken: dict[str, str] = {}
        for edit in self.edits:
            text = broken.get(edit.file) or (tree / edit.file).read_text(encoding="utf-8")
            broken[edit.file] = edit.applied_to(text)
        return broken

    def plant(self, folder: Path, tree: Path = TREE) -> None:
        """Make `folder` a broken copy of the tree. Raises DoesNotApply, and then there is no folder."""
        broken = self.broken_files(tree)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in COPIED:
            source = tree / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / name)
        for file, text in broken.items():
            (folder / file).write_text(text, encoding="utf-8")
