"""One condition of a suite: what is asked of which memory, where, over how many seeds; and its name by content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import blake2b
from importlib import import_module
from inspect import getfile
from pathlib import Path
from typing import Any

from spikemem.errors import InvalidInput
from spikemem.experiment.load import find_model
from spikemem.experiment.users_code import import_named
from spikemem.language import Memory
from spikemem.provenance import versions
from spikemem.suite.task import Task


@dataclass(frozen=True)
class Condition:
    """A condition as plain data, so that it can be sent, written down and hashed.

    ``task`` names a :class:`Task` as ``module:Class`` and ``keys`` are all of its parameters; ``model`` is a name or
    ``module:Class`` and ``parameters`` are those beside its size. ``seeds`` streams are run, of the seed ``seed``. ``folder``
    is where the user's own code is looked for; it is no part of the content.
    """

    task: str
    keys: Mapping[str, Any]
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    backend: str = "numba"
    hardware: str | None = None
    numerics: str | None = None
    seed: int = 1
    seeds: int = 10
    folder: str = "."
    spikemem: str = field(default_factory=lambda: versions()["spikemem"])

    @property
    def content(self) -> dict[str, Any]:
        """All that its results depend on, the version of spikemem included."""
        content = asdict(self)
        del content["folder"]
        return content

    @cached_property  # asked for at every turn, and the content does not change
    def digest(self) -> str:
        """The BLAKE2b hash of the content, as 16 hexadecimal digits: the condition's name."""
        text = json.dumps(self.content, sort_keys=True, separators=(",", ":"))
        return blake2b(text.encode(), digest_size=8).hexdigest()

    @property
    def code(self) -> str:
        """The hash of the files in which a task and a model of the user's own stand; empty where both are of spikemem.

        It is no part of the name: what was found by older code is found again under the same name, and run again.
        """
        kinds: tuple[type, ...] = (task_class(self.task, Path(self.folder)), find_model(self.model, Path(self.folder)))
        own = sorted({getfile(kind) for kind in kinds if kind.__module__.partition(".")[0] != "spikemem"})
        return blake2b(b"".join(Path(path).read_bytes() for path in own), digest_size=8).hexdigest() if own else ""

    def made_task(self) -> Task:
        """Return the task."""
        return task_class(self.task, Path(self.folder))(**self.keys)

    def made_model(self) -> Memory:
        """Return the model, at the size that the task asks for; raise :class:`spikemem.errors.Unsupported` if it cannot."""
        kind, task = find_model(self.model, Path(self.folder)), self.made_task()
        sized = kind.sized(task.items, task.bits)
        return kind(**{**sized.model_dump(), **self.parameters}) if self.parameters else sized


def task_class(reference: str, folder: Path) -> type[Task]:
    """Return the :class:`Task` that ``module:Class`` names: of spikemem, installed, or a file in ``folder``."""
    module, _, name = reference.partition(":")
    if module.startswith("spikemem."):
        found = getattr(import_module(module), name, None)
    else:
        found = import_named(reference, "task", folder)
    if not (isinstance(found, type) and issubclass(found, Task)):
        raise InvalidInput(f"task {reference!r}: is no subclass of spikemem.suite.task.Task")
    return found
