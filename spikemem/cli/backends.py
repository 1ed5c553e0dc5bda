"""``spikemem backends``."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from spikemem.backend import BACKENDS, Entry, backend
from spikemem.cli.options import Json, print_json, stdout


def backends(as_json: Json = False) -> None:
    """List the backends: what each is, whether it is installed, and what it can do."""
    rows = [_data(name, entry) for name, entry in BACKENDS.items()]
    if as_json:
        print_json(rows)
        return
    table = Table()
    for column in ("backend", "what", "installed", "numerics", "cells", "synapses"):
        table.add_column(column)
    for row in rows:
        installed = "yes" if row["installed"] else f"no: {row['install']}"
        table.add_row(
            row["name"], row["summary"], installed, *(", ".join(row[k]) for k in ("numerics", "cells", "synapses"))
        )
    stdout().print(table)


def _data(name: str, entry: Entry) -> dict[str, Any]:
    installed = not entry.missing
    row: dict[str, Any] = {
        "name": name, "summary": entry.summary, "installed": installed, "install": entry.install,
        "numerics": [], "cells": [], "synapses": [],
    }  # fmt: skip
    if installed:
        abilities = backend(name).abilities
        row["numerics"] = list(abilities.numerics)
        row["cells"] = sorted(cell.__name__ for cell in abilities.cells)
        row["synapses"] = sorted(synapse.__name__ for synapse in abilities.synapses)
    return row
