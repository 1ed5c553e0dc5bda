"""The table of operations, and the same as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from spikemem.recording import Answer, Recording, listed

_MARK = {True: "right", False: "WRONG", None: ""}


def operations_table(answers: Iterable[Answer], title: str) -> Table:
    """Return the table: time, operation, expected, answered, latency, confidence, right or wrong."""
    table = Table(title=title, title_justify="left")
    table.add_column("time (ms)", justify="right")
    table.add_column("operation")
    table.add_column("expected")
    table.add_column("answered")
    table.add_column("latency (ms)", justify="right")
    table.add_column("confidence", justify="right")
    table.add_column("")
    for answer in answers:
        asked = bool(answer.answered)
        table.add_row(
            f"{answer.at_ms:g}",
            f"{answer.operation} {sets(answer.arguments)}",
            sets(answer.expected),
            sets(answer.answered) if asked else "",
            f"{answer.latency_ms:g}" if answer.latency_ms is not None else "",
            f"{answer.confidence:.2f}" if asked else "",
            _MARK[answer.correct],
            style="bold red" if answer.correct is False else None,
        )
    return table


def sets(values: Mapping[str, Iterable[int]]) -> str:
    """Return ``content 0 1 8`` for {"content": {0, 1, 8}}; what is empty is left out, or is ``-`` if all is.

    >>> sets({"content": {8, 0}, "cues": set()})
    'content 0 8'
    """
    parts = [f"{name} {' '.join(map(str, listed(neurons)))}" for name, neurons in values.items() if neurons]
    return ", ".join(parts) if parts or not values else "-"


def answer_data(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON data."""
    return {
        "at_ms": answer.at_ms,
        "operation": answer.operation,
        **{
            name: {k: listed(v) for k, v in getattr(answer, name).items()}
            for name in ("arguments", "expected", "answered")
        },
        "latency_ms": answer.latency_ms,
        "confidence": answer.confidence,
        "correct": answer.correct,
        "cost": vars(answer.cost),
    }


def recording_data(recording: Recording) -> dict[str, Any]:
    """Return what a recording amounts to, as JSON data; spikes are in the HDF5 file."""
    return {
        "duration_ms": recording.duration_ms,
        "operations": [answer_data(a) for a in recording.answers],
        "right": recording.right,
        "wrong": recording.wrong,
        "spikes": {name: int(times.size) for name, (times, _) in recording.spikes.items()},
        "cost": vars(recording.cost),
        "provenance": dict(recording.provenance),
    }
