"""The folder of a sweep: one file a finished condition, named by its content, a log of runs, and one sweep at a time."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from warnings import warn

from spikemem.errors import FileError, SpikememWarning
from spikemem.files import check_writable, reason, remove_partial
from spikemem.hdf5_file import new_file, open_file
from spikemem.suite.condition import Condition
from spikemem.suite.executor import Finished
from spikemem.suite.hdf5_outcome import read_outcome, write_outcome
from spikemem.suite.outcome import Outcome

RUNS = "runs.jsonl"
"""Name of the log: a line of JSON for each run that was finished and kept."""
_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)


class Store:
    """Finished conditions in ``folder``. A condition is there whole or not at all, whenever the sweep is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held = False

    @contextmanager
    def locked(self) -> Iterator[Store]:
        """Keep other sweeps out while the block runs, and remove what killed ones left half-written; blocks may be nested.

        Raises :class:`FileError` if another sweep is in there. The lock ends with the process, however that ends. On NFS it
        holds between machines; a file system without locks is warned of.
        """
        if self._held:
            yield self
            return
        path = self.folder / ".lock"
        check_writable(path)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise FileError(f"{path}: cannot be written: {reason(error)}") from None
        with file:
            self._lock(file)
            file.truncate(0)
            file.write(f"process {os.getpid()} on {platform.node()}")
            file.flush()
            remove_partial(self.folder)
            self._held = True
            try:
                yield self
            finally:
                self._held = False

    def _lock(self, file: IO[str]) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _TAKEN:
                warn(
                    f"{self.folder}: its file system has no locks ({reason(error)}); run no second sweep into it",
                    SpikememWarning, stacklevel=2,
                )  # fmt: skip
                return
            file.seek(0)
            owner = file.read().strip()
            raise FileError(
                f"{self.folder}: another sweep ({owner or 'unknown process'}) writes into this folder; "
                "wait for its end, or give another one with --out"
            ) from None

    def path(self, condition: Condition) -> Path:
        """Return where the outcome of ``condition`` belongs."""
        return self.folder / f"{condition.digest}.h5"

    def has(self, condition: Condition) -> bool:
        """Return whether ``condition`` is finished. Warn of a file that is damaged, or of older code, as if it were not there.

        Raises :class:`FileError` if the file is of another condition.
        """
        path = self.path(condition)
        if not path.exists():
            return False
        try:
            with open_file(path) as file:
                content, code = json.loads(file.attrs["condition"]), file.attrs["code"]
        except FileError as error:
            warn(f"{error}; the condition is run again", SpikememWarning, stacklevel=2)
            return False
        if content != json.loads(json.dumps(condition.content)):
            raise FileError(f"{path}: is of another condition; remove it")
        if code != condition.code:
            warn(
                f"{path}: the code of its task or model has changed since; the condition is run again",
                SpikememWarning, stacklevel=2,
            )  # fmt: skip
            return False
        return True

    def keep(self, finished: Finished) -> None:
        """Write an outcome, then its line of the log; raise :class:`FileError` if that fails."""
        with new_file(self.path(finished.condition)) as file:
            file.attrs["condition"] = json.dumps(finished.condition.content)
            file.attrs["code"] = finished.condition.code
            write_outcome(file.create_group("outcome"), finished.outcome)
        self._log(
            {
                "condition": finished.condition.digest,
                "seconds": round(finished.seconds, 3),
                "worker": finished.worker,
                "finished": datetime.now(UTC).isoformat(timespec="milliseconds"),
            }
        )

    def _log(self, run: Mapping[str, object]) -> None:
        path = self.folder / RUNS
        try:
            with path.open("ab", buffering=0) as file:
                file.write(json.dumps(run).encode() + b"\n")
        except OSError as error:
            raise FileError(f"{path}: cannot be written: {reason(error)}") from None

    def runs(self) -> list[dict[str, Any]]:
        """Return the log: condition, seconds, worker and time of each run that was kept, in order."""
        path = self.folder / RUNS
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def read(self, condition: Condition) -> Outcome:
        """Return the outcome of a finished condition; raise :class:`FileError` if its file is damaged."""
        try:
            with open_file(self.path(condition)) as file:
                return read_outcome(file["outcome"])
        except FileError as error:
            raise FileError(f"{error}; remove it, and run the suite again") from None


class Stored(Mapping[str, Outcome]):
    """Outcomes by digest, each read when it is asked for, so that a sweep need not fit into memory."""

    def __init__(self, store: Store, conditions: Sequence[Condition]) -> None:
        self._store = store
        self._conditions = {condition.digest: condition for condition in conditions}

    def __getitem__(self, digest: str) -> Outcome:
        """Return the outcome of the condition of that name."""
        return self._store.read(self._conditions[digest])

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._conditions)

    def __len__(self) -> int:
        """Return the number of conditions."""
        return len(self._conditions)
