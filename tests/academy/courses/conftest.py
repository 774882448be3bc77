"""The catalogue answers the same on its express lanes and without them: every test here asks both ways."""

from tests.support.lanes import drivers  # noqa: F401  (a fixture of this folder)
