"""A study's file: found by name or path, changed by ``--set``, checked, made ready to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spikemem.backend import backend as find_backend
from spikemem.errors import InvalidInput
from spikemem.experiment.load import checked, is_study, read_experiment
from spikemem.experiment.run import Choices
from spikemem.experiment.schema import StudyFile
from spikemem.experiment.study import Study, StudyRun
from spikemem.experiment.users_code import import_named
from spikemem.hardware import find_hardware
from spikemem.provenance import versions
from spikemem.rng import check_seed


@dataclass(frozen=True)
class LoadedStudy:
    """A checked study; ``file`` is what the TOML said after ``--set``."""

    name: str
    file: StudyFile
    study: Study

    def how(self, choices: Choices) -> StudyRun:
        """Return how to run it; raise :class:`spikemem.errors.SpikememError` for a backend that cannot be had."""
        own = None if choices.hardware is None else find_hardware(choices.hardware).backend
        backend = choices.backend or own or self.file.run.backend
        find_backend(backend)
        seed = self.file.run.seed if choices.seed is None else check_seed(choices.seed)
        return StudyRun(backend, choices.hardware or self.file.run.hardware, seed)

    def provenance(self, how: StudyRun) -> dict[str, Any]:
        """Return where its results come from, as JSON data."""
        return {
            "study": {"name": self.name, **self.file.model_dump(mode="json"), "parameters": self.study.model_dump()},
            "backend": how.backend,
            "hardware": how.hardware,
            "seed": how.seed,
            "versions": versions(),
        }


def load_study(name_or_path: str, changes: Sequence[str] = ()) -> LoadedStudy:
    """Return the study called so, or in the TOML file at that path; ``changes`` are ``key.key=value`` assignments.

    Raises :class:`InvalidInput` naming file and key for anything that the schema or the study does not allow.
    """
    path, data = read_experiment(name_or_path, changes)
    if not is_study(data):
        raise InvalidInput(f"{path}: is no study: it has no key 'study'")
    file = checked(StudyFile, path, data)
    kind = import_named(file.study, "study", path.parent)
    if not (isinstance(kind, type) and issubclass(kind, Study)):
        raise InvalidInput(f"study {file.study!r}: is no subclass of spikemem.experiment.study.Study")
    try:
        study = kind(**file.parameters)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: parameters: {error}") from None
    return LoadedStudy(path.stem.replace("_", "-"), file, study)
