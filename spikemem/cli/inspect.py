"""``spikemem inspect``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.table import Table

from spikemem.cli.options import Json, print_json, stdout
from spikemem.cli.suite import print_results
from spikemem.experiment.study import Columns, Criterion
from spikemem.hdf5 import read_answers, read_provenance, read_spikes
from spikemem.hdf5_file import open_file
from spikemem.hdf5_study import is_study_file, read_findings
from spikemem.report.findings import findings_data, print_findings
from spikemem.report.suite_table import results_data
from spikemem.report.table import answer_data, operations_table
from spikemem.report.trust import trust_in_words
from spikemem.suite.hdf5_suite import is_suite_file, read_results
from spikemem.suite.sweep import Results


def inspect(
    path: Annotated[
        Path,
        typer.Argument(
            help="An HDF5 file of spikemem run (an experiment or a study), of a suite or of a saved memory."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Say what a results file holds: where it comes from, operations, spikes, weights, checkpoint; a study's tables."""
    with open_file(path) as file:
        if is_study_file(file):
            _inspect_study(path, *read_findings(file), as_json)
            return
        if is_suite_file(file):
            _inspect_suite(path, read_results(path), as_json)
            return
        source, answers, spikes = read_provenance(file), read_answers(file), read_spikes(file)
        weights = {name: _weights(group) for name, group in file.get("weights", {}).items()}
        checkpoint = {name: list(data.shape) for name, data in file.get("checkpoint", {}).items()}
    if as_json:
        print_json({
            "provenance": source, "operations": [answer_data(a) for a in answers],
            "spikes": {name: int(times.size) for name, (times, _) in spikes.items()},
            "weights": weights, "checkpoint": checkpoint,
        })  # fmt: skip
        return
    console = stdout()
    model = source["model"]
    console.print(str(path), style="bold", end="", soft_wrap=True)
    console.print(f"  {model.get('name', 'network')} {model.get('parameters', '')}", soft_wrap=True)
    choices = {k: v for k, v in source.items() if not isinstance(v, dict) and v is not None}
    console.print("  " + "  ".join(f"{k}={v}" for k, v in choices.items()), soft_wrap=True)
    console.print("  " + "  ".join(f"{k} {v}" for k, v in source["versions"].items()), soft_wrap=True)
    if answers:
        console.print(operations_table(answers, "operations"))
    _print_rows(console, "spikes", ("population", "spikes", "first (ms)", "last (ms)"), [
        (name, str(t.size), f"{t[0]:g}" if t.size else "", f"{t[-1]:g}" if t.size else "") for name, (t, _) in spikes.items()
    ])  # fmt: skip
    _print_rows(console, "plastic weights", ("projection", "synapses", "min", "mean", "max"), [
        (name, str(w["synapses"]), *(f"{w[k]:.4g}" for k in ("min", "mean", "max"))) for name, w in weights.items()
    ])  # fmt: skip
    if checkpoint:
        console.print(f"checkpoint: {len(checkpoint)} arrays; spikemem.load goes on from it")


def _inspect_study(
    path: Path, tables: Mapping[str, Columns], criteria: Sequence[Criterion], source: Mapping[str, Any], as_json: bool
) -> None:
    if as_json:
        print_json({"provenance": source, **findings_data(tables, criteria)})
        return
    console, study = stdout(), source["study"]
    console.print(str(path), style="bold", end="", soft_wrap=True)
    console.print(f"  {study['name']} {study['parameters']}", soft_wrap=True)
    console.print(f"  backend={source['backend']}  seed={source['seed']}", soft_wrap=True)
    console.print("  " + "  ".join(f"{k} {v}" for k, v in source["versions"].items()), soft_wrap=True)
    print_findings(console, tables, criteria)


def _inspect_suite(path: Path, results: Results, as_json: bool) -> None:
    if as_json:
        print_json(results_data(results))
        return
    console = stdout()
    console.print(str(path), style="bold", soft_wrap=True)
    console.print("  " + "  ".join(f"{k} {v}" for k, v in results.provenance["versions"].items()), soft_wrap=True)
    print_results(results)
    for sentence in trust_in_words(results.rows):
        console.print(sentence, soft_wrap=True)


def _weights(group: Any) -> dict[str, float]:
    stored = np.asarray(group["stored"])
    if not stored.size:
        return {"synapses": 0, "min": 0.0, "mean": 0.0, "max": 0.0}
    return {
        "synapses": int(stored.size),
        "min": float(stored.min()),
        "mean": float(stored.mean()),
        "max": float(stored.max()),
    }


def _print_rows(console: Any, title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left")
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k == 0 else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)
