"""Who writes paths."""

from tests.academy.authoring import author  # noqa: F401  (a fixture of this folder)
