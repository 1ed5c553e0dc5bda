"""Options that several commands share, and where output goes: results on stdout, all else on stderr."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key: parameters.cues=6, run.numerics=exact."),
]
Decompose = Annotated[
    list[str] | None,
    typer.Option(
        "--decompose", metavar="WHAT", help="Put primitives in the place of others: segments (threshold neurons)."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def as_choice(given: list[str] | None) -> tuple[str, ...] | None:
    """Return an option that may be given several times, or None if it was not given."""
    return tuple(given) if given else None


def stdout() -> Console:
    """Return the console of results: as wide as needed where it is no terminal; brackets and colons are plain text."""
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False, emoji=False)


def print_json(data: Any) -> None:
    """Print ``data`` as JSON on stdout."""
    print(json.dumps(data, indent=2))
