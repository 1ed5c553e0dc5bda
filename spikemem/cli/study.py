"""What ``spikemem run`` does with a study."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from spikemem.cli.options import print_json, stdout
from spikemem.errors import CriterionFailed
from spikemem.experiment.load_study import LoadedStudy
from spikemem.experiment.run import Choices
from spikemem.experiment.study import Columns, Findings, StudyRun
from spikemem.files import check_writable
from spikemem.hdf5_study import write_findings

_ROWS = 40
"""Rows of a table that are printed; the file has all."""


def run_study(loaded: LoadedStudy, choices: Choices, out: Path, as_json: bool, dry_run: bool) -> None:
    """Run a study; print its tables and criteria, write HDF5 and figure; raise :class:`CriterionFailed` if one is not met."""
    how = loaded.how(choices)
    if dry_run:
        _print_plan(loaded, how, as_json)
        return
    data, picture = out / f"{loaded.name}.h5", out / f"{loaded.name}.png"
    for path in (data, picture):
        check_writable(path)
    findings = _run(loaded, how)
    from spikemem.report.raster import save_figure  # matplotlib is slow to import

    write_findings(data, findings, loaded.provenance(how))
    save_figure(findings.draw(), picture)
    if as_json:
        print_json({
            "study": loaded.name,
            "tables": {t: {c: _plain(v) for c, v in columns.items()} for t, columns in findings.tables.items()},
            "criteria": [asdict(c) for c in findings.criteria],
            "files": [str(data), str(picture)],
        })  # fmt: skip
    else:
        _print(loaded, findings, how)
        stdout().print(f"wrote {data} and {picture}", soft_wrap=True)
    if findings.failed:
        raise CriterionFailed(
            f"{loaded.name}: {len(findings.failed)} of {len(findings.criteria)} criteria are not met: "
            + ", ".join(c.name for c in findings.failed)
        )


def _run(loaded: LoadedStudy, how: StudyRun) -> Findings:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=console.is_terminal) as progress:
        task = progress.add_task(loaded.name, total=None)

        def show(done: int, total: int, what: str) -> None:
            progress.update(task, completed=done, total=total, description=f"{loaded.name} {what}".strip())

        return loaded.study.run(replace(how, progress=show))


def _print(loaded: LoadedStudy, findings: Findings, how: StudyRun) -> None:
    console = stdout()
    console.print(f"{loaded.file.title or loaded.name} ({how.backend}, seed {how.seed})", style="bold")
    for name, columns in findings.tables.items():
        console.print(_table(name, columns))
    for criterion in findings.criteria:
        mark, style = ("met", None) if criterion.passed else ("NOT MET", "bold red")
        console.print(f"{mark}: {criterion.name}: {criterion.found}", style=style, soft_wrap=True)


def _table(name: str, columns: Columns) -> Table:
    table = Table(title=name, title_justify="left")
    for column, values in columns.items():
        table.add_column(column, justify="left" if any(isinstance(v, str) for v in values) else "right")
    rows = list(zip(*columns.values(), strict=True))
    for row in rows[:_ROWS]:
        table.add_row(*(_shown(value) for value in row))
    if len(rows) > _ROWS:
        table.caption = f"{len(rows) - _ROWS} more rows in the file"
    return table


def _shown(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.6g}"
    return str(value)


def _plain(values: Any) -> list[Any]:
    return [None if isinstance(v, float) and np.isnan(v) else v for v in np.asarray(values).tolist()]


def _print_plan(loaded: LoadedStudy, how: StudyRun, as_json: bool) -> None:
    if as_json:
        print_json(loaded.provenance(how))
        return
    for name, value in loaded.study.model_dump().items():
        print(f"{name} = {value!r}")
    print(f"would run the study {loaded.name} on {how.backend}, seed {how.seed}; ran nothing")
