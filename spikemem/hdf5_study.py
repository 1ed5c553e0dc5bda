"""A study's results file: ``/tables/<table>/<column>``, ``/criteria`` and ``/provenance`` (schema version 1).

Tables whose attribute ``detail`` is true are not printed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from spikemem.errors import FileError
from spikemem.experiment.study import Columns, Criterion, Findings
from spikemem.hdf5_file import new_file


def write_findings(path: Path, findings: Findings, provenance: Mapping[str, Any]) -> None:
    """Write tables, criteria and provenance to ``path``, whole or not at all; text columns as UTF-8."""
    with new_file(path) as file:
        tables = file.create_group("tables", track_order=True)
        for name, columns in {**findings.tables, **findings.details}.items():
            group = tables.create_group(_as_name(name))
            group.attrs["detail"] = name in findings.details
            group.attrs["columns"] = json.dumps(list(columns))
            for column, values in columns.items():
                array = np.asarray(values)
                kind = h5py.string_dtype() if array.dtype.kind in "UO" else array.dtype
                group.create_dataset(_as_name(column), data=array.astype(kind))
        file.create_group("criteria").attrs["json"] = json.dumps([asdict(c) for c in findings.criteria])
        file.create_group("provenance").attrs["json"] = json.dumps(dict(provenance))


def is_study_file(file: h5py.File) -> bool:
    """Return whether a results file is of a study."""
    return "tables" in file


def read_findings(file: h5py.File) -> tuple[dict[str, Columns], tuple[Criterion, ...], dict[str, Any]]:
    """Return tables, but for details, criteria and provenance of a study's results file."""
    source: dict[str, Any] = json.loads(file["provenance"].attrs["json"])
    for key in ("study", "versions"):
        if not isinstance(source.get(key), dict):
            raise FileError(f"{file.filename}: is damaged: its provenance has no table {key!r}")
    criteria = tuple(Criterion(**c) for c in json.loads(file["criteria"].attrs["json"]))
    tables = {name: _columns(group) for name, group in file["tables"].items() if not group.attrs.get("detail", False)}
    return tables, criteria, source


def _columns(group: h5py.Group) -> Columns:
    """Return a table's columns in the order in which they were written."""
    found = {}
    for name in json.loads(group.attrs["columns"]):
        data = group[_as_name(name)]
        found[name] = (data.asstr() if data.dtype.kind == "O" else data)[()].tolist()
    return found


def _as_name(column: str) -> str:
    """Return a column's name as HDF5 may have it: a slash would make a folder."""
    return column.replace("/", "\N{DIVISION SLASH}")
