"""``spikemem models``."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer
from pydantic_core import to_jsonable_python
from rich.table import Table

from spikemem.cli.options import Json, print_json, stdout
from spikemem.errors import shown
from spikemem.experiment import find_model
from spikemem.language import Memory
from spikemem.models import MODELS


def models(
    model: Annotated[str | None, typer.Argument(help="Show this model's parameters and operations.")] = None,
    as_json: Json = False,
) -> None:
    """List the models, or describe one: its parameters and its operations."""
    kinds = MODELS if model is None else {model: find_model(model)}
    if as_json:
        print_json([_data(name, kind) for name, kind in kinds.items()])
        return
    console = stdout()
    for name, kind in kinds.items():
        data = _data(name, kind)
        console.print(name, style="bold", end="")
        console.print(f"  {data['summary']}")
        if model is None:
            continue
        table = Table(title="parameters", title_justify="left")
        for column in ("name", "default", "meaning"):
            table.add_column(column)
        for key, parameter in data["parameters"].items():
            table.add_row(key, shown(parameter["default"]), parameter["meaning"])
        console.print(table)
        table = Table(title="operations", title_justify="left")
        for column in ("name", "arguments", "spacing (ms)", "answers", "what it does"):
            table.add_column(column)
        for key, made in data["operations"].items():
            arguments = ", ".join(made["arguments"])
            table.add_row(key, arguments, f"{made['spacing_ms']:g}", ", ".join(made["answers"]), made["summary"])
        for key, instead in kind.cannot.items():
            table.add_row(key, "", "", "", f"(none: {instead})")
        console.print(table)


def _data(name: str, kind: type[Memory]) -> dict[str, Any]:
    return {
        "name": name,
        "summary": (inspect.getdoc(kind) or "").split("\n")[0].replace("``", ""),
        "parameters": {
            key: {
                "default": None if field.is_required() else to_jsonable_python(field.default),
                "meaning": field.description or "",
            }
            for key, field in kind.model_fields.items()
        },
        "operations": {
            key: {
                "arguments": list(made.parameters),
                "spacing_ms": made.spacing,
                "answers": list(made.answers),
                "summary": made.summary.replace("``", ""),
            }
            for key, made in kind.operations().items()
        },
    }
