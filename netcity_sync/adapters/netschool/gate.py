"""A gate for calls: side by side as a rule, one at a time where a server allows no more."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Counts who is inside. Not to be entered again by somebody who is."""

    def __init__(self) -> None:
        self._inside = 0
        self._alone = False
        self._narrow = False
        self._changed = threading.Condition()

    @property
    def crowded(self) -> bool:
        """Whether more than one is inside."""
        return self._inside > 1

    def narrow(self) -> bool:
        """From now on, one at a time. Whether that is new."""
        with self._changed:
            before, self._narrow = self._narrow, True
            return not before

    @contextmanager
    def passage(self, *, alone: bool = False) -> Iterator[None]:
        """Be inside; `alone`, after everybody else has left."""
        with self._changed:
            self._changed.wait_for(lambda: not self._inside or not (self._alone or alone or self._narrow))
            self._inside += 1
            self._alone = alone or self._narrow
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()
