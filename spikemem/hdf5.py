"""What a results file holds, written and read.

Layout, schema version 1 (in the root's attributes ``format`` and ``schema_version``):

- ``/spikes/<population>/timestamps`` (float64, ms) and ``node_ids`` (uint64): SONATA's layout, sorted by time, then neuron;
- ``/weights/<projection>/{pre,post,delay_ms,stored,effective}``: final weights of plastic projections;
- ``/operations``: one row per operation, columns as attributes of :class:`spikemem.recording.Answer`, sets as JSON lists;
- ``/metrics``: attributes; ``/provenance``: the attribute ``json``; ``/checkpoint/<array>``: a live memory's state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost
from spikemem.errors import FileError
from spikemem.hdf5_file import new_file
from spikemem.ir.lowered import Connections
from spikemem.recording import Answer, Recording, Spikes, listed

_CHUNK = 1 << 16
_TEXT = h5py.string_dtype()
_SETS = ("arguments", "answered", "expected")


def write_recording(path: Path, recording: Recording, extra: Mapping[str, Any] | None = None) -> None:
    """Write ``recording`` to ``path``; ``extra`` is added to its provenance."""
    with new_file(path) as file:
        write_spikes(file, recording.spikes)
        for name, stored in recording.stored_weights.items():
            _write_weights(file.create_group(f"weights/{name}"), stored, recording.effective_weights[name])
        write_answers(file, recording.answers)
        metrics = file.create_group("metrics")
        metrics.attrs.update(
            {**asdict(recording.cost), "right": recording.right, "wrong": recording.wrong,
             "duration_ms": recording.duration_ms, "dt_ms": recording.dt}
        )  # fmt: skip
        metrics.attrs["sizes"] = json.dumps(dict(recording.sizes))
        write_provenance(file, {**recording.provenance, **(extra or {})})


def write_spikes(file: h5py.File, spikes: Mapping[str, Spikes]) -> None:
    """Write spikes in chunks, so that their number is not bounded by a second copy in memory."""
    for name, (times, neurons) in spikes.items():
        group = file.create_group(f"spikes/{name}")
        columns: tuple[tuple[str, npt.NDArray[Any], Any], ...]
        columns = (("timestamps", times, np.float64), ("node_ids", neurons, np.uint64))
        for column, values, kind in columns:
            data = group.create_dataset(
                column, shape=values.shape, maxshape=(None,), dtype=kind, chunks=(_CHUNK,), compression="gzip"
            )
            for begin in range(0, values.size, _CHUNK):
                data[begin : begin + _CHUNK] = values[begin : begin + _CHUNK].astype(kind)
        group["timestamps"].attrs["units"] = "milliseconds"


def read_spikes(file: h5py.File) -> dict[str, Spikes]:
    """Return the spikes of a results file, by population."""
    return {
        name: (np.asarray(g["timestamps"]), np.asarray(g["node_ids"]).astype(np.int32))
        for name, g in file["spikes"].items()
    } if "spikes" in file else {}  # fmt: skip


def _write_weights(group: h5py.Group, stored: Connections, effective: Connections) -> None:
    columns: dict[str, npt.NDArray[Any]] = {
        "pre": stored.pre,
        "post": stored.post,
        "delay_ms": stored.delay,
        "stored": stored.weight,
        "effective": effective.weight,
    }
    for column, values in columns.items():
        group.create_dataset(column, data=values, compression="gzip" if values.size else None)


def write_answers(file: h5py.File, answers: tuple[Answer, ...]) -> None:
    """Write one row per operation."""
    row = np.dtype([
        ("at_ms", np.float64), ("operation", _TEXT), *((name, _TEXT) for name in _SETS),
        ("latency_ms", np.float64), ("confidence", np.float64), ("correct", np.int8),
        ("spikes", np.int64), ("synaptic_events", np.int64), ("weight_updates", np.int64),
    ])  # fmt: skip
    rows = [
        (
            a.at_ms, a.operation, *(_sets(getattr(a, name)) for name in _SETS),
            np.nan if a.latency_ms is None else a.latency_ms, a.confidence, -1 if a.correct is None else int(a.correct),
            a.cost.spikes, a.cost.synaptic_events, a.cost.weight_updates,
        )
        for a in answers
    ]  # fmt: skip
    data = file.create_dataset("operations", data=np.array(rows, dtype=row))
    data.attrs["correct"] = "1 right, 0 wrong, -1 nothing expected"


def _sets(values: Mapping[str, Any]) -> str:
    return json.dumps({name: listed(neurons) for name, neurons in values.items()})


def read_answers(file: h5py.File) -> tuple[Answer, ...]:
    """Return the operations of a results file, without their spikes."""
    found = []
    for row in file["operations"][()] if "operations" in file else ():
        arguments, answered, expected = (json.loads(row[name]) for name in _SETS)
        if unread := expected.keys() - answered.keys():
            raise KeyError(f"an operation expects {min(unread)!r} and has no such answer")
        latency = float(row["latency_ms"])
        found.append(
            Answer(
                operation=row["operation"].decode(),
                at_ms=float(row["at_ms"]),
                arguments={name: tuple(v) for name, v in arguments.items()},
                answered={name: frozenset(v) for name, v in answered.items()},
                latency_ms=None if np.isnan(latency) else latency,
                confidence=float(row["confidence"]),
                cost=Cost(int(row["spikes"]), int(row["synaptic_events"]), int(row["weight_updates"])),
                expected={name: frozenset(v) for name, v in expected.items()},
            )
        )
    return tuple(found)


def write_provenance(file: h5py.File, data: Mapping[str, Any]) -> None:
    """Write the provenance as JSON."""
    file.create_group("provenance").attrs["json"] = json.dumps(data)


def read_provenance(file: h5py.File) -> dict[str, Any]:
    """Return the provenance of a results file."""
    data: dict[str, Any] = json.loads(file["provenance"].attrs["json"])
    for table in ("model", "versions"):
        if not isinstance(data.get(table), dict):
            raise FileError(f"{file.filename}: is damaged: its provenance has no table {table!r}")
    return data


def write_checkpoint(file: h5py.File, state: Mapping[str, Any]) -> None:
    """Write a program's state, exactly."""
    group = file.create_group("checkpoint")
    group.attrs["digest"] = _digest(state)
    for name, array in state.items():
        group.create_dataset(name.replace("/", "\N{DIVISION SLASH}"), data=array)


def read_checkpoint(file: h5py.File) -> dict[str, Any]:
    """Return the state of a results file; raise :class:`FileError` if it holds none."""
    if "checkpoint" not in file:
        raise FileError(f"{file.filename}: holds no checkpoint of a memory; files of spikemem run have none")
    group = file["checkpoint"]
    state = {name.replace("\N{DIVISION SLASH}", "/"): np.asarray(data) for name, data in group.items()}
    if group.attrs["digest"] != _digest(state):
        raise FileError(f"{file.filename}: is damaged: its checkpoint is not the one that was written")
    return state


def _digest(state: Mapping[str, Any]) -> str:
    """Return a digest of a state, by which a damaged one is known before an engine runs on it."""
    digest = blake2b(digest_size=16)
    for name in sorted(state):
        array = np.ascontiguousarray(state[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()
