"""What the tests of rules share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.school import Book, Trial


@pytest.fixture
def trial(tmp_path: Path) -> Callable[..., Trial]:
    """A trial over a book that the test fills."""

    def made(book: Book, **sections: object) -> Trial:
        return Trial(tmp_path, book, checked=True, **sections)

    return made
