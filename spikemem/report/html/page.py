"""The page of one suite: what was asked, when the memory may be trusted, criteria, figures, tables and failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import getdoc
from pathlib import Path
from typing import Any

from spikemem.errors import SpikememError
from spikemem.files import write_text
from spikemem.report.html.curves import cost, curves
from spikemem.report.html.failures import failure_raster
from spikemem.report.html.heat import heat_maps
from spikemem.report.html.place import by_place
from spikemem.report.html.template import Figures, rendered
from spikemem.report.html.view import Panel, View, views
from spikemem.report.suite_table import CAPTION, WORDS, command, shown, table_cells
from spikemem.report.table import sets
from spikemem.report.trust import trust_in_words, where_trusted
from spikemem.suite.condition import Condition, task_class
from spikemem.suite.load import Suite
from spikemem.suite.outcome import Failure
from spikemem.suite.sweep import Results
from spikemem.suite.task import Task

Progress = Callable[[int, int, str], None]
PANELS, RASTERS = 8, 3
"""Combinations of further keys and kinds of question that have figures, and failures that have rasters, in a grid."""


@dataclass(frozen=True)
class Cells:
    """A table: header, rows, and whether each column is words."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: Sequence[bool]


@dataclass(frozen=True)
class ShownFailure:
    """A wrong answer in words, with the command that shows it."""

    condition: str
    where: str
    seed: int
    at_ms: str
    asked: str
    expected: str
    answered: str
    command: str


def suite_page(results: Results, progress: Progress = lambda done, total, what: None) -> str:
    """Return the page as HTML; ``progress`` is told of each figure."""
    suite = results.suite
    figures = Figures()
    grids, drawn = [], list[Failure]()
    for view in views(suite, results.rows):
        panels = list(view.panels())
        grids.append({
            "name": view.name, "meanings": meanings(view), "trust": where_trusted(view.x, view.lines, view.rows),
            "panels": [_panel(results, view, panel, figures) for panel in panels[:PANELS]], "more_panels": len(panels) - PANELS,
            "table": _cells(view), "failures": _rasters(results, view, figures, drawn),
        })  # fmt: skip
    first = suite.first
    figures.draw(progress)
    return rendered(
        "suite.html", title=suite.file.title or suite.name, suite=suite, first=first, facts=facts(results), asked=_asked(first),
        trust=trust_in_words(results.rows), criteria=results.criteria, grids=grids, caption=CAPTION,
        tables={name: _columns(columns) for name, columns in results.tables.items()}, failures=_failures(results),
    )  # fmt: skip


def write_suite_page(path: Path, results: Results, progress: Progress = lambda done, total, what: None) -> None:
    """Write :func:`suite_page` to ``path``, whole or not at all."""
    write_text(path, suite_page(results, progress))


def _asked(condition: Condition) -> list[list[str]]:
    """Return what the task asks: the paragraphs of its docstring, every second part of each being code."""
    task = _task(condition)
    text = "" if task is None else getdoc(task) or ""
    return [" ".join(part.split()).split("``") for part in text.split("\n\n") if part]


def _task(condition: Condition) -> type[Task] | None:
    """Return the task's class; None if it is the user's own, and elsewhere."""
    try:
        return task_class(condition.task, Path(condition.folder))
    except SpikememError:
        return None


def facts(results: Results) -> dict[str, str]:
    """Return what a suite was run with, in words."""
    suite, first, source = results.suite, results.suite.first, results.provenance
    asked = sum(outcome.queries["exact"].size for outcome in results.outcomes.values())
    return {
        "suite": suite.name,
        "task": first.task,
        "model": first.model,
        **({"parameters": _said(first.parameters)} if first.parameters else {}),
        "backend": first.backend,
        **({"hardware": first.hardware} if first.hardware else {}),
        **({"numerics": first.numerics} if first.numerics else {}),
        "seed": str(first.seed),
        "seeds": f"{first.seeds} a condition",
        "conditions": f"{len(suite.conditions)}, {asked} questions",
        **({"changed": ", ".join(suite.changes)} if suite.changes else {}),
        **({"source": suite.file.source} if suite.file.source else {}),
        "versions": ", ".join(f"{name} {version}" for name, version in source["versions"].items()),
    }


def meanings(view: View) -> dict[str, str]:
    """Return what the keys of a grid mean."""
    task = _task(view.rows[0].condition)
    fields = {} if task is None else task.model_fields
    keys = [key for axis in (view.x, view.lines, *view.others) for key in axis.keys]
    return {key: fields[key].description or "" for key in keys if key in fields}


def _panel(results: Results, view: View, panel: Panel, figures: Figures) -> dict[str, Any]:
    drawings = [*curves(view, panel), cost(view, panel), *heat_maps(view, panel)]
    drawings += by_place(view, panel, results.outcomes)
    return {"title": panel.title, "figures": [figures.add(drawing) for drawing in drawings]}


def _cells(view: View) -> Cells:
    header, rows = table_cells(view.rows)
    return Cells(header, rows, [name in WORDS for name in header])


def _columns(columns: Mapping[str, Sequence[Any]]) -> Cells:
    rows = [[shown(value) for value in row] for row in zip(*columns.values(), strict=True)]
    return Cells(list(columns), rows, [any(isinstance(v, str) for v in values) for values in columns.values()])


def _rasters(results: Results, view: View, figures: Figures, drawn: list[Failure]) -> list[dict[str, Any]]:
    """Return the first failure of the first conditions of a grid, but for those that are as one of ``drawn``, which grows."""
    made: list[dict[str, Any]] = []
    for condition in results.suite.grids[view.name]:
        failures = results.outcomes[condition.digest].failures
        if len(made) < RASTERS and failures and not any(_alike(failures[0], other) for other in drawn):
            drawn.append(failures[0])
            drawing = failure_raster(condition, failures[0], condition.digest)
            told = _told(results, condition, failures[0], _where(condition, results.suite))
            made.append({"figure": figures.add(drawing), "told": told})
    return made


def _alike(one: Failure, other: Failure) -> bool:
    """Return whether the same question got the same answer."""
    names = ("seed", "call", "arguments", "expected", "answered")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _failures(results: Results) -> list[ShownFailure]:
    return [
        _told(results, condition, failure, _where(condition, results.suite))
        for condition in results.suite.conditions
        for failure in results.outcomes[condition.digest].failures
    ]


def _told(results: Results, condition: Condition, failure: Failure, where: str) -> ShownFailure:
    answered = {name: failure.answered.get(name, ()) for name in failure.expected}
    return ShownFailure(
        condition.digest, where, failure.seed, f"{failure.at_ms:g}", f"{failure.do} {sets(failure.arguments)}",
        _lines(failure.expected), _lines(answered), command(results, condition.digest),
    )  # fmt: skip


def _lines(values: Mapping[str, Sequence[int]]) -> str:
    return sets(values) if any(values.values()) else "nothing"


def _where(condition: Condition, suite: Suite) -> str:
    """Return what sets a condition apart within the suite."""
    others = suite.conditions
    keys = [key for key, value in condition.keys.items() if any(o.keys[key] != value for o in others)]
    return _said({key: condition.keys[key] for key in keys})


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in values.items())
