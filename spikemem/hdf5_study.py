"""A study's results file: ``/tables/<table>/<column>``, ``/criteria`` and ``/provenance`` (schema version 1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from spikemem.experiment.study import Findings
from spikemem.hdf5_file import new_file


def write_findings(path: Path, findings: Findings, provenance: Mapping[str, Any]) -> None:
    """Write tables, criteria and provenance to ``path``, whole or not at all; text columns as UTF-8."""
    with new_file(path) as file:
        for name, columns in findings.tables.items():
            group = file.create_group(f"tables/{name}")
            group.attrs["columns"] = json.dumps(list(columns))
            for column, values in columns.items():
                array = np.asarray(values)
                kind = h5py.string_dtype() if array.dtype.kind in "UO" else array.dtype
                group.create_dataset(column.replace("/", "\N{DIVISION SLASH}"), data=array.astype(kind))
        file.create_group("criteria").attrs["json"] = json.dumps([asdict(c) for c in findings.criteria])
        file.create_group("provenance").attrs["json"] = json.dumps(dict(provenance))
