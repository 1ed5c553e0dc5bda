"""What sPyNNaker is doing, read from what it prints.

It prints a title, a scale from 0 % to 100 %, and then up to 60 marks as the phase goes on; between phases it writes log lines.
How many phases there will be depends on the machine and on the network, and nobody says so before: a phase has a number and
a share that is done, the whole has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SCALE = re.compile(r"\|0% +50% +100%\|")
_MARKS = 60
_LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO: (.*)")
_PAST = re.compile(r" (took|skipped) ")


@dataclass(frozen=True)
class Phase:
    """What is being done; ``number`` counts the phases with marks, ``done`` is the share of this one, None if it has none."""

    number: int
    name: str
    done: float | None


class PhaseReader:
    """Takes what sPyNNaker prints in pieces of any length, and gives the phases as far as they are known by then."""

    def __init__(self) -> None:
        self._number = 0
        self._name = ""
        self._line, self._above = "", ""
        self._marks: int | None = None

    def feed(self, text: str) -> Iterator[Phase]:
        """Yield what changes with ``text``."""
        for piece in re.findall(r"[^\n]*\n|[^\n]+", text):
            yield from self._piece(piece)

    def _piece(self, piece: str) -> Iterator[Phase]:
        old = _marks(self._line)
        self._line += piece.rstrip("\n")
        new = _marks(self._line)
        if self._marks is not None and new > old:
            self._marks = min(_MARKS, self._marks + new - old)
            yield Phase(self._number, self._name, self._marks / _MARKS)
        if not piece.endswith("\n"):
            return
        line, self._line = self._line.strip(), ""
        if _SCALE.fullmatch(line):
            self._number, self._name, self._marks = self._number + 1, self._above, 0
            yield Phase(self._number, self._name, 0.0)
        elif self._marks is None or self._marks == _MARKS:
            self._marks = None
            if (logged := _LOGGED.match(line)) and not _PAST.search(line):
                yield Phase(self._number, logged[1], None)
        if line:
            self._above = line


def _marks(line: str) -> int:
    """Return how many marks a line begins with: other output may break in on them, and they go on in a line of their own."""
    marks = line.lstrip(" ")
    return len(marks) - len(marks.lstrip("="))
