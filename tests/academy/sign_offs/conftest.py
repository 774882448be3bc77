"""A workshop, as for evidence."""

from tests.academy.evidence.conftest import shop

__all__ = ["shop"]
