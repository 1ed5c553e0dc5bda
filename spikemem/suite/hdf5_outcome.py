"""An outcome in HDF5: ``queries/<column>``, ``trials/<column>``, ``failures/<n>`` with its spikes, attribute ``synapses``."""

from __future__ import annotations

import json
from typing import Any

import h5py
import numpy as np

from spikemem.suite.outcome import QUERY, TRIAL, Failure, Outcome

_FACTS = ("seed", "call", "at_ms", "do", "arguments", "expected", "answered")


def write_outcome(group: h5py.Group, outcome: Outcome) -> None:
    """Write ``outcome`` into an empty group."""
    group.attrs["synapses"] = outcome.synapses
    for part, columns in (("queries", outcome.queries), ("trials", outcome.trials)):
        made = group.create_group(part)
        for name, values in columns.items():
            kind = h5py.string_dtype() if values.dtype.kind == "U" else values.dtype
            packed: dict[str, Any] = {"compression": "gzip", "shuffle": True} if values.size else {}
            made.create_dataset(name, data=values.astype(kind), **packed)
    failures = group.create_group("failures")
    for number, failure in enumerate(outcome.failures):
        made = failures.create_group(str(number))
        made.attrs["json"] = json.dumps({name: getattr(failure, name) for name in _FACTS})
        for population, (times, neurons) in failure.spikes.items():
            made.create_dataset(f"{population}/times_ms", data=times)
            made.create_dataset(f"{population}/neurons", data=neurons)


def read_outcome(group: h5py.Group) -> Outcome:
    """Return the outcome that :func:`write_outcome` wrote."""
    parts = {
        part: {name: _column(group[part][name], kind) for name, kind in kinds.items()}
        for part, kinds in (("queries", QUERY), ("trials", TRIAL))
    }
    failures = [_failure(group["failures"][str(number)]) for number in range(len(group["failures"]))]
    return Outcome(parts["queries"], parts["trials"], tuple(failures), int(group.attrs["synapses"]))


def _column(data: Any, kind: type) -> Any:
    return np.array(data.asstr()[()] if kind is np.str_ else data[()], dtype=kind)


def _failure(group: h5py.Group) -> Failure:
    spikes = {name: (part["times_ms"][()], part["neurons"][()]) for name, part in group.items()}
    return Failure(**json.loads(group.attrs["json"]), spikes=spikes)
