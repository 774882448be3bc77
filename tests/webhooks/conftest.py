"""Taking webhooks in is the same on the express lane and without it: every test here asks both ways."""

from tests.support.lanes import drivers  # noqa: F401  (a fixture of this folder)
