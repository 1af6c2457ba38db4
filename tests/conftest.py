"""What all tests share: where their files lie."""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ENOUGH = 4 << 30
"""Much more than all tests together leave: a full disk is one of the things that the program looks out for."""


def pytest_configure() -> None:
    """Put files into memory, where the system has such a place and nobody named another.

    A test makes its databases to throw them away, and would wait longer for the disk than for anything else.
    """
    if {"TMPDIR", "PYTEST_DEBUG_TEMPROOT"} & os.environ.keys():
        return
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ENOUGH:
        tempfile.tempdir = str(_MEMORY)
