"""The folder of a sweep: one file a finished condition, named by its content, and one sweep at a time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spikemem.errors import FileError
from spikemem.files import check_writable, reason
from spikemem.hdf5_file import new_file, open_file
from spikemem.suite.condition import Condition
from spikemem.suite.hdf5_outcome import read_outcome, write_outcome
from spikemem.suite.outcome import Outcome


class Store:
    """Finished conditions in ``folder``. A condition is there whole or not at all, whenever the sweep is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[Store]:
        """Keep other sweeps out while the block runs; raise :class:`FileError` if one is in there."""
        path = self.folder / ".lock"
        check_writable(path)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise FileError(f"{path}: cannot be written: {reason(error)}") from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                owner = file.read().strip()
                raise FileError(
                    f"{self.folder}: another sweep ({owner or 'unknown process'}) writes into this folder; "
                    "wait for its end, or give another one with --out"
                ) from None
            file.truncate(0)
            file.write(f"process {os.getpid()}")
            file.flush()
            yield self

    def path(self, condition: Condition) -> Path:
        """Return where the outcome of ``condition`` belongs."""
        return self.folder / f"{condition.digest}.h5"

    def has(self, condition: Condition) -> bool:
        """Return whether ``condition`` is finished."""
        return self.path(condition).exists()

    def write(self, condition: Condition, outcome: Outcome) -> None:
        """Keep an outcome."""
        with new_file(self.path(condition)) as file:
            file.attrs["condition"] = json.dumps(condition.content)
            write_outcome(file.create_group("outcome"), outcome)

    def read(self, condition: Condition) -> Outcome:
        """Return the outcome of a finished condition; raise :class:`FileError` if its file is damaged, or of another."""
        with open_file(self.path(condition)) as file:
            if json.loads(file.attrs["condition"]) != json.loads(json.dumps(condition.content)):
                raise FileError(f"{self.path(condition)}: is of another condition; remove it")
            return read_outcome(file["outcome"])
