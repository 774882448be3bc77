"""How long a client may take to say what it wants: the server's own protocol with a deadline for the head of a request.

Whoever connects and says nothing, or a byte a minute, would otherwise keep a socket for ever; a few thousand of them
keep everybody else out. A proxy in front usually sees to it; this holds without one. Bodies have their own deadline
(app.core.http.guard).
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN = 15.0
"""Seconds from the connection, or from the first byte of a later request, to the end of its headers."""


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose request has no end of headers in time. A request that comes in one piece costs nothing
    more: the clock is only set when something is missing.
    """

    _clock: asyncio.TimerHandle | None = None
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the server has it
        super().connection_made(transport)
        self._start_clock()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head:
            self._stop_clock()
        elif self._clock is None:
            self._start_clock()

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def _start_clock(self) -> None:
        self._clock = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
