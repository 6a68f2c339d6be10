"""Stopping: the first signal stops the run at the next safe point, a second Ctrl-C stops it at once."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from molgfn.errors import Stopped

STOP_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)


class StopRequest:
    """Whether the user or the cluster wants this run to stop.

    Parameters
    ----------
    hint : str
        Tells the user how to continue.
    """

    def __init__(self, hint: str) -> None:
        self._hint = hint
        self._signal: signal.Signals | None = None
        self._waiting = False

    def check(self) -> None:
        """Raise `Stopped` if a signal has come; to be called when all results are saved."""
        if self._signal is not None:
            raise Stopped(f"stopped by {self._signal.name}; everything recorded so far is kept", self._hint)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let a signal interrupt the code inside at once: for long waits, when there is nothing to save."""
        self._waiting = True
        try:
            self.check()
            yield
        finally:
            self._waiting = False

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """Signal handler."""
        received = signal.Signals(number)
        if self._signal is not None and received is signal.SIGINT:
            raise KeyboardInterrupt
        if self._signal is None:
            # Not with print: the signal may have interrupted a print.
            os.write(2, f"\n{received.name}: stopping at the next safe point (Ctrl-C: at once)\n".encode())
        self._signal = received
        if self._waiting:
            self._waiting = False
            self.check()


@contextmanager
def stop_on_signals(hint: str) -> Iterator[StopRequest]:
    """Handle SIGTERM, SIGUSR1 and Ctrl-C as requests to stop; restore the former handlers at the end.

    Outside the main thread Python allows no handlers, and nothing is handled.
    """
    request = StopRequest(hint)
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    former: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
    try:
        for number in STOP_SIGNALS:
            former[number] = signal.signal(number, request.receive)
        yield request
    finally:
        for number, handler in former.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
