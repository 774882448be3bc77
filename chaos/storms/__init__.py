"""Storms: everything at once, while what it stands on is taken away. Listed by name, in the order of playing."""

from chaos.scenario import Contest

STORMS: dict[str, Contest] = {}
