"""One budget of calls a host for all threads."""

import threading
from collections.abc import Callable


class Pace:
    """Lets at most `per_second` calls through, evenly spaced; 0 lets all through.

    The clock and the sleep are arguments, so that tests need not wait.
    """

    def __init__(self, per_second: float, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the caller's turn has come."""
        if not self._gap:
            return
        with self._lock:
            now = self._monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap
        if turn > now:
            self._sleep(turn - now)
