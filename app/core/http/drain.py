"""Leaving without hurting anyone (rule 63): first not ready, then no new connections, then finish and close.

The server stops listening as soon as it is told to end. Load balancers notice `/readyz` a few seconds later, so the
signal is held back for those seconds; a second signal passes at once.
"""

import asyncio
import signal
import threading
from types import FrameType

import structlog

log = structlog.get_logger(__name__)


class Drain:
    """Whether this process is on its way out."""

    def __init__(self) -> None:
        self.started = False

    def hold_back(self, seconds: float) -> None:
        """From now on SIGTERM reaches the server `seconds` later, and /readyz says so at once.

        Does nothing without a server's handler to delay, or outside of the main thread.
        """
        server = signal.getsignal(signal.SIGTERM)
        if not callable(server) or threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def terminate(number: int, frame: FrameType | None) -> None:
            if self.started or seconds <= 0:
                self.started = True
                server(number, frame)
                return
            self.started = True
            log.info("draining", seconds=seconds)
            loop.call_soon_threadsafe(loop.call_later, seconds, server, number, None)

        signal.signal(signal.SIGTERM, terminate)
