"""An outcome in HDF5: tables ``queries`` and ``trials``, of spikes for each failure; attributes ``synapses``, ``item_bits``.

Few datasets, as each costs about as much time as all that is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from spikemem.recording import Spikes
from spikemem.suite.outcome import QUERY, TRIAL, Column, Failure, Outcome

_FACTS = ("seed", "call", "at_ms", "do", "arguments", "expected", "answered")
_SMALL = 16384
"""Bytes of a table from which on it is compressed."""


def write_outcome(group: h5py.Group, outcome: Outcome) -> None:
    """Write ``outcome`` into an empty group."""
    group.attrs["synapses"], group.attrs["item_bits"] = outcome.synapses, outcome.item_bits
    _write_table(group, "queries", outcome.queries)
    _write_table(group, "trials", outcome.trials)
    failures = group.create_group("failures")
    for number, failure in enumerate(outcome.failures):
        made = _write_table(failures, str(number), _spikes_as_table(failure.spikes))
        made.attrs["json"] = json.dumps({name: getattr(failure, name) for name in _FACTS})
        made.attrs["populations"] = json.dumps(list(failure.spikes))


def read_outcome(group: h5py.Group) -> Outcome:
    """Return the outcome that :func:`write_outcome` wrote."""
    failures = [_failure(group["failures"][str(number)]) for number in range(len(group["failures"]))]
    return Outcome(
        _read_table(group["queries"], QUERY),
        _read_table(group["trials"], TRIAL),
        tuple(failures),
        int(group.attrs["synapses"]),
        float(group.attrs["item_bits"]),
    )


def _write_table(group: h5py.Group, name: str, columns: Mapping[str, Column]) -> h5py.Dataset:
    packed = {
        key: np.char.encode(values, "utf-8") if values.dtype.kind == "U" else values for key, values in columns.items()
    }
    table = np.zeros(len(next(iter(packed.values()))), [(key, values.dtype) for key, values in packed.items()])
    for key, values in packed.items():
        table[key] = values
    options: dict[str, Any] = {"compression": "gzip", "shuffle": True} if table.nbytes > _SMALL else {}
    return group.create_dataset(name, data=table, **options)


def _read_table(data: h5py.Dataset, kinds: Mapping[str, type]) -> dict[str, Column]:
    table = data[()]
    return {
        name: np.array(np.char.decode(table[name], "utf-8") if kind is np.str_ else table[name], dtype=kind)
        for name, kind in kinds.items()
    }


def _spikes_as_table(spikes: Mapping[str, Spikes]) -> dict[str, Column]:
    """Return spikes as columns; ``population`` counts the populations in order."""
    sizes = [times.size for times, _ in spikes.values()]
    return {
        "population": np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
        "times_ms": np.concatenate([np.zeros(0), *(times for times, _ in spikes.values())]),
        "neurons": np.concatenate([np.zeros(0, dtype=np.int32), *(neurons for _, neurons in spikes.values())]),
    }


def _failure(data: h5py.Dataset) -> Failure:
    table = data[()]
    of = [table[table["population"] == k] for k in range(len(json.loads(data.attrs["populations"])))]
    spikes = {
        name: (np.array(part["times_ms"]), np.array(part["neurons"]))
        for name, part in zip(json.loads(data.attrs["populations"]), of, strict=True)
    }
    return Failure(**json.loads(data.attrs["json"]), spikes=spikes)
