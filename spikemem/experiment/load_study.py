"""A study's file: found by name or path, changed by ``--set``, checked, made ready to run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spikemem.backend import backend as find_backend
from spikemem.errors import InvalidInput, shown
from spikemem.experiment.load import checked, is_study, read_experiment
from spikemem.experiment.run import Choices
from spikemem.experiment.schema import StudyFile
from spikemem.experiment.study import Findings, Study, StudyRun
from spikemem.experiment.users_code import import_named, users_code
from spikemem.hardware import find_hardware, hardware_for
from spikemem.provenance import versions
from spikemem.rng import check_seed

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class LoadedStudy:
    """A checked study; ``file`` is what the TOML said after ``--set``."""

    name: str
    file: StudyFile
    study: Study

    def how(self, choices: Choices) -> StudyRun:
        """Return how to run it; raise :class:`spikemem.errors.SpikememError` for a choice that cannot be had."""
        if choices.decompose:
            raise InvalidInput(
                f"study {self.name}: decompose: is for experiments of one model, and a study makes its own networks, "
                f"got {', '.join(choices.decompose)}"
            )
        own = None if choices.hardware is None else find_hardware(choices.hardware).backend
        backend, hardware = choices.backend or own or self.file.run.backend, choices.hardware or self.file.run.hardware
        find_backend(backend)
        hardware_for(backend, hardware)
        seed = self.file.run.seed if choices.seed is None else check_seed(choices.seed)
        return StudyRun(backend, hardware, seed)

    def run(self, how: StudyRun) -> Findings:
        """Run it; an error of the user's own code is told as :class:`spikemem.errors.InvalidInput`, one of ours is a defect."""
        with self._guard():
            findings = self.study.run(how)
        if not isinstance(findings, Findings):
            raise InvalidInput(f"study {self.file.study!r}: run must return Findings, got {shown(findings)}")
        return findings

    def draw(self, findings: Findings) -> dict[str, Figure]:
        """Draw what it found: the figures by the names of their files, without ending."""
        with self._guard():
            pages = {f"{self.name}-{page}": draw() for page, draw in findings.pages.items()}
            return {self.name: findings.draw(), **pages}

    def _guard(self) -> AbstractContextManager[None]:
        own = not self.file.study.startswith("spikemem.")
        return users_code(f"study {self.file.study!r}") if own else nullcontext()

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
    if missing := sorted(getattr(kind, "__abstractmethods__", ())):
        raise InvalidInput(f"study {file.study!r}: does not define {', '.join(missing)}")
    try:
        study = kind(**file.parameters)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: parameters: {error}") from None
    return LoadedStudy(path.stem.replace("_", "-"), file, study)
