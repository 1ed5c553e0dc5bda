"""Stimuli from outside: arrays in ms, CSV and NPZ files."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from spikemem.backend import StepEvents
from spikemem.errors import FileError, InvalidInput, shown

Stimuli = Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]]
"""For each spike source its spike times in ms and the neurons that fire."""
_COLUMNS = ["time_ms", "population", "neuron"]
_NO_NPZ = (AttributeError, BadZipFile, EOFError, KeyError, RuntimeError, TypeError, ValueError, zlib.error)
_MOST, _LAST_STEP = 2**31, 2**53
"""Neurons are counted in 32 bits; a time in ms, a float64, can name no later step."""


def to_steps(stimulus: Stimuli, dt: float) -> dict[str, StepEvents]:
    """Return ``stimulus`` in steps; raise :class:`InvalidInput` for times or neurons that cannot be spikes."""
    if not isinstance(stimulus, Mapping):
        raise InvalidInput(f"stimulus: must map populations to (times_ms, neurons), got {type(stimulus).__name__}")
    return {str(name): _steps(f"stimulus of {name}", given, dt) for name, given in stimulus.items()}


def _steps(where: str, given: Any, dt: float) -> StepEvents:
    try:
        times, neurons = given
        ms, index = np.asarray(times), np.asarray(neurons)
        if ms.size and ms.dtype.kind not in "iuf":
            raise TypeError
        ms = ms.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{where}: must be a pair (times_ms, neurons) of equally long lists of numbers") from None
    if ms.ndim != 1 or ms.shape != index.shape:
        raise InvalidInput(
            f"{where}: times and neurons must be equally long lists, got shapes {ms.shape} and {index.shape}"
        )
    if index.dtype.kind not in "iu" and not (index.dtype.kind == "f" and np.array_equal(index, np.rint(index))):
        raise InvalidInput(f"{where}: neurons must be whole numbers, got {index.tolist()[:3]}")
    if ((index < 0) | (index >= _MOST)).any():
        raise InvalidInput(f"{where}: neuron {index[(index < 0) | (index >= _MOST)][0]} is out of range")
    if not np.isfinite(ms).all() or (ms < 0).any():
        raise InvalidInput(
            f"{where}: every time must be a number of ms >= 0, got {ms[~np.isfinite(ms) | (ms < 0)][0]:g}"
        )
    if (ms / dt > _LAST_STEP).any():
        raise InvalidInput(f"{where}: every time must be at most {_LAST_STEP * dt:g} ms, got {ms.max():g}")
    steps = np.rint(ms / dt)
    off = ~np.isclose(ms / dt, steps, rtol=1e-9, atol=1e-9)
    if off.any():
        raise InvalidInput(f"{where}: {ms[off][0]:g} ms is not a multiple of dt = {dt:g} ms")
    return steps.astype(np.int64), index.astype(np.int32)


def read_stimuli(path: Path) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]]:
    """Read stimuli from a CSV file (columns time_ms, population, neuron) or an NPZ file (NAME_times_ms, NAME_neurons)."""
    readers = {".csv": _read_csv, ".npz": _read_npz}
    if path.suffix not in readers:
        raise InvalidInput(f"{path}: a stimulus file must end in .csv or .npz")
    try:
        return readers[path.suffix](path)
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror or error}") from None


def _read_csv(path: Path) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]]:
    rows: dict[str, list[tuple[float, int]]] = {}
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        reader = csv.reader(file)
        try:
            first = next(reader, [])
            if first != _COLUMNS:
                raise InvalidInput(f"{path}: the first line must be {','.join(_COLUMNS)}, got {shown(','.join(first))}")
            for row in filter(None, reader):
                where = f"{path}, line {reader.line_num}"
                try:
                    time, population, neuron = row
                    rows.setdefault(population, []).append((float(time), _neuron(where, int(neuron))))
                except (TypeError, ValueError) as error:
                    if isinstance(error, InvalidInput):
                        raise
                    raise InvalidInput(
                        f"{where}: must be a time in ms, a population and a neuron, got {shown(','.join(row))}"
                    ) from None
        except csv.Error as error:
            raise FileError(f"{path}, line {reader.line_num}: is no CSV: {error}") from None
    return {
        name: (np.array([t for t, _ in spikes]), np.array([n for _, n in spikes], dtype=np.int64))
        for name, spikes in rows.items()
    }


def _neuron(where: str, number: int) -> int:
    if not 0 <= number < _MOST:
        raise InvalidInput(f"{where}: neuron {number} is out of range")
    return number


def _read_npz(path: Path) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]]:
    try:
        with ZipFile(path):  # np.load would also take what is no NPZ file
            pass
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: data[name] for name in data.files}
    except _NO_NPZ as error:
        raise FileError(f"{path}: is no NPZ file of arrays: {error}") from None
    names = [name.removesuffix("_times_ms") for name in arrays if name.endswith("_times_ms")]
    if not names or sorted(arrays) != sorted(f"{n}_{what}" for n in names for what in ("times_ms", "neurons")):
        raise InvalidInput(
            f"{path}: must hold NAME_times_ms and NAME_neurons for each source, got {', '.join(sorted(arrays)) or 'none'}"
        )
    return {name: (arrays[f"{name}_times_ms"], arrays[f"{name}_neurons"]) for name in names}
