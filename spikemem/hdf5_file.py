"""Opening results files: what is written appears whole or not at all, what is read is one of ours and undamaged."""

from __future__ import annotations

import errno
from collections.abc import Buffer, Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from spikemem.errors import FileError, SpikememError
from spikemem.files import reason, whole_or_absent
from spikemem.interrupts import interrupts_held_back

FORMAT, SCHEMA_VERSION = "spikemem", 1
_DAMAGE = (AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What h5py and NumPy raise on reading what is not as it was written."""


@contextmanager
def new_file(path: Path) -> Iterator[h5py.File]:
    """Open a new results file for writing; it appears at ``path`` when the block ends without error."""
    with whole_or_absent(path) as partial, interrupts_held_back(), _Sink(partial, "w+") as sink:
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
def open_file(path: Path) -> Iterator[h5py.File]:
    """Open a results file for reading; raise :class:`FileError` if it is missing, truncated, foreign or newer."""
    try:
        with path.open("rb"):
            is_hdf5 = h5py.is_hdf5(path)
    except (OSError, ValueError) as error:
        known = {errno.ENOENT: "no such file", errno.EISDIR: "is a folder, not a file"}
        code = getattr(error, "errno", None) or 0
        raise FileError(f"{path}: {known.get(code, f'cannot be read: {reason(error)}')}") from None
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
