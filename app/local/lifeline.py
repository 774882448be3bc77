"""A child's wish to end with its supervisor, however that one ends.

The supervisor holds the only write end of a pipe and never writes. When it is gone, reading returns, and the
child asks itself to finish as if it had been told to.
"""

import os
import signal
import threading


def hold(descriptor: int) -> None:
    """Watches the read end of the supervisor's pipe from a thread of its own. A negative number: no supervisor."""
    if descriptor < 0:
        return
    os.set_inheritable(descriptor, False)
    threading.Thread(target=_watch, args=(descriptor,), name="lifeline", daemon=True).start()


def _watch(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)
