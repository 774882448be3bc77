"""A doorbell nobody hears: tests run the worker themselves."""


class SilentDoorbell:
    """Counts the rings instead of going to Redis."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1
