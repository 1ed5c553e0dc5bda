"""A suite's results file: ``/suite`` (grids, criteria, provenance), ``/conditions/<digest>`` (outcomes), ``/rows``."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from spikemem.hdf5_file import new_file, open_file
from spikemem.suite.condition import Condition
from spikemem.suite.hdf5_outcome import read_outcome, write_outcome
from spikemem.suite.load import Suite
from spikemem.suite.schema import SuiteFile
from spikemem.suite.summary import rows_as_data
from spikemem.suite.sweep import Results, gathered


def write_results(path: Path, results: Results) -> None:
    """Write all of ``results`` to ``path``, whole or not at all."""
    suite = results.suite
    with new_file(path) as file:
        about = file.create_group("suite")
        about.attrs["source"] = suite.source
        about.attrs["changes"], about.attrs["left_out"] = json.dumps(suite.changes), json.dumps(suite.left_out)
        about.attrs["file"] = suite.file.model_dump_json()
        about.attrs["grids"] = json.dumps({grid: [c.digest for c in made] for grid, made in suite.grids.items()})
        about.attrs["provenance"] = json.dumps(results.provenance)
        about.attrs["criteria"] = json.dumps([asdict(c) for c in results.criteria])
        conditions = file.create_group("conditions", track_order=True)
        for condition in suite.conditions:
            group = conditions.create_group(condition.digest)
            group.attrs["condition"] = json.dumps(asdict(condition))
            write_outcome(group, results.outcomes[condition.digest])
        rows = file.create_group("rows", track_order=True)
        for name, values in _columns(results).items():
            array = np.asarray(values)
            kind = h5py.string_dtype() if array.dtype.kind in "UO" else array.dtype
            rows.create_dataset(name, data=array.astype(kind))


def _columns(results: Results) -> dict[str, list[Any]]:
    data = [rows_as_data(row) for row in results.rows]
    return {name: [row[name] for row in data] for name in data[0]} if data else {}


def is_suite_file(file: h5py.File) -> bool:
    """Return whether a results file is of a suite."""
    return "suite" in file and "conditions" in file


def read_results(path: Path) -> Results:
    """Return the results in the file at ``path``; raise :class:`spikemem.errors.FileError` if it is missing or damaged."""
    with open_file(path) as file:
        about = file["suite"].attrs
        known = {
            digest: Condition(**json.loads(group.attrs["condition"])) for digest, group in file["conditions"].items()
        }
        grids = {grid: tuple(known[d] for d in made) for grid, made in json.loads(about["grids"]).items()}
        changes, left_out = (tuple(json.loads(about[name])) for name in ("changes", "left_out"))
        schema = SuiteFile.model_validate_json(about["file"])
        suite = Suite(str(about["source"]), schema, grids, changes, left_out)
        outcomes = {digest: read_outcome(group) for digest, group in file["conditions"].items()}
        # its provenance is that of the run: the versions of now may be others
        return replace(gathered(suite, outcomes), provenance=json.loads(about["provenance"]))
