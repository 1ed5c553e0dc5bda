"""What holds for all tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


class _Conflicts(logging.Handler):
    """Keeps what Brian2 logs about names that mean two things: it takes one of them, and computes something else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message if it is about such a name."""
        if "resolution_conflict" in record.name or "resolution_conflict" in record.getMessage():
            self.found.append(record.getMessage())


@pytest.fixture(autouse=True)
def no_name_means_two_things_to_brian2() -> Iterator[None]:
    """Fail a test in which Brian2 resolved a name in one of two ways (a parameter that hides a variable, say)."""
    handler = _Conflicts()
    logger = logging.getLogger("brian2")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    assert not handler.found, handler.found[0]
