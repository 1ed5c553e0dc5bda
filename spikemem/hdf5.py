"""The results file: HDF5 that is whole or absent.

Layout, schema version 1 (in the root's attributes ``format`` and ``schema_version``):

- ``/spikes/<population>/timestamps`` (float64, ms) and ``node_ids`` (uint64): SONATA's layout, sorted by time, then neuron;
- ``/weights/<projection>/{pre,post,delay_ms,stored,effective}``: final weights of plastic projections;
- ``/operations``: one row per operation, columns as attributes of :class:`spikemem.recording.Answer`, sets as JSON lists;
- ``/metrics``: attributes; ``/provenance``: the attribute ``json``; ``/checkpoint/<array>``: a live memory's state.
"""

from __future__ import annotations

import errno
import json
import os
import signal
from collections.abc import Buffer, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost
from spikemem.errors import FileError, SpikememError
from spikemem.ir.lowered import Connections
from spikemem.recording import Answer, Recording, Spikes

FORMAT, SCHEMA_VERSION = "spikemem", 1
_CHUNK = 1 << 16
_TEXT = h5py.string_dtype()
_SETS = ("arguments", "answered", "expected")
_DAMAGE = (AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What h5py and NumPy raise on reading what is not as it was written."""


@contextmanager
def whole_or_absent(path: Path) -> Iterator[Path]:
    """Give the path of a temporary file beside ``path``; move it there when all went well, else remove it.

    Raises :class:`FileError` if the folder cannot be written or the disk is full. An older file stays until the new is whole.
    """
    check_writable(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(partial, path)
    except (OSError, RuntimeError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path}: cannot be written: {_reason(error)}; nothing was left behind") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise :class:`FileError` if no file can come to stand at ``path``, as far as that can be told without writing."""
    try:
        if path.is_dir():
            raise FileError(f"{path}: is a folder, not a file")
        folder = next(parent for parent in path.parents if os.path.lexists(parent))
        if not folder.is_dir():
            raise FileError(f"{path}: cannot be written: {folder} is a file, not a folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise FileError(f"{path}: cannot be written: no permission to write in the folder {folder}")
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{str(path)!r}: cannot be written: {_reason(error)}") from None


def _reason(error: BaseException) -> str:
    code = getattr(error, "errno", None)
    if code is None:  # the HDF5 library has the number in its text only
        code = next((c for c in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT) if f"errno = {c}," in str(error)), None)
    known = {
        errno.ENOSPC: "the disk is full",
        errno.EFBIG: "the file would exceed the size limit",
        errno.EROFS: "read-only",
    }
    return known.get(code, os.strerror(code)) if code is not None else str(error).splitlines()[0]


@contextmanager
def new_file(path: Path) -> Iterator[h5py.File]:
    """Open a new results file for writing; it appears at ``path`` when the block ends without error."""
    with whole_or_absent(path) as partial, _interrupts_held_back(), _Sink(partial, "w+") as sink:
        with h5py.File(sink, "w") as file:
            file.attrs["format"], file.attrs["schema_version"] = FORMAT, SCHEMA_VERSION
            yield file
        if sink.failure is not None:
            raise sink.failure


class _Sink(FileIO):
    """What HDF5 writes to. A failing write makes HDF5 crash, so the first failure is kept and what follows is discarded."""

    failure: OSError | None = None

    def write(self, data: Buffer, /) -> int:
        """Write all of ``data``, or none of it once the disk is full."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest and self.failure is None:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.failure = error
        return size

    def truncate(self, size: int | None = None, /) -> int:
        """Set the file's size, unless the disk is full."""
        try:
            return super().truncate(size) if self.failure is None else size or 0
        except OSError as error:
            self.failure = error
            return size or 0


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C take effect at the end of the block: HDF5 may crash if it is interrupted in the middle of a write."""
    asked: list[int] = []
    ours = current_thread() is main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, lambda number, frame: asked.append(number))
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    if asked:
        raise KeyboardInterrupt


@contextmanager
def open_file(path: Path) -> Iterator[h5py.File]:
    """Open a results file for reading; raise :class:`FileError` if it is missing, truncated, foreign or newer."""
    try:
        with path.open("rb"):
            is_hdf5 = h5py.is_hdf5(path)
    except (OSError, ValueError) as error:
        known = {errno.ENOENT: "no such file", errno.EISDIR: "is a folder, not a file"}
        code = getattr(error, "errno", None) or 0
        raise FileError(f"{path}: {known.get(code, f'cannot be read: {_reason(error)}')}") from None
    if not is_hdf5:
        raise FileError(f"{path}: is no HDF5 file")
    try:
        file = h5py.File(path, "r")
    except OSError:
        raise FileError(f"{path}: is a truncated or damaged HDF5 file") from None
    with file:
        try:
            _check_format(path, dict(file.attrs))
            yield file
        except SpikememError:
            raise
        except _DAMAGE as error:
            raise FileError(f"{path}: is damaged: {_first_clause(error)}") from None


def _check_format(path: Path, attributes: Mapping[str, Any]) -> None:
    form, version = attributes.get("format"), attributes.get("schema_version")
    if not isinstance(form, str) or form != FORMAT:
        raise FileError(f"{path}: is an HDF5 file, but not one of spikemem")
    if not isinstance(version, int | np.integer) or version < 1:
        raise FileError(f"{path}: is damaged: schema_version must be a whole number >= 1, got {version!r}")
    if version > SCHEMA_VERSION:
        raise FileError(
            f"{path}: has schema version {version}, and this spikemem reads none newer than {SCHEMA_VERSION}: "
            "pip install --upgrade spikemem"
        )


def _first_clause(error: BaseException) -> str:
    """Return what a library's message says before its details, in one line."""
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return text.split("\n")[0].split("(")[0].strip() or type(error).__name__


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
    return json.dumps({name: sorted(neurons) for name, neurons in values.items()})


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
