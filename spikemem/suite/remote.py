"""What a worker does: one condition, answered in plain data that any process can read."""

from __future__ import annotations

import os
import platform
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from spikemem.errors import MissingDependency, SpikememError
from spikemem.provenance import versions
from spikemem.suite.condition import Condition
from spikemem.suite.executor import Finished
from spikemem.suite.outcome import Outcome
from spikemem.suite.trials import run_condition


@dataclass(frozen=True)
class Answer:
    """An outcome, or the class and the sentence of an error; warnings; how long it took, and where."""

    outcome: Outcome | None
    error: tuple[type[SpikememError], str] | None
    warned: tuple[tuple[type[Warning], str], ...]
    seconds: float
    worker: str

    def finished(self, condition: Condition) -> Finished:
        """Return ``condition`` with its outcome, and warn as the worker did; raise its error if it had one."""
        for category, text in self.warned:
            warnings.warn(text, category, stacklevel=2)
        if self.error is not None:
            kind, sentence = self.error
            raise kind(sentence)
        assert self.outcome is not None
        return Finished(condition, self.outcome, self.seconds, self.worker)


def portable(condition: Condition) -> Condition:
    """Return ``condition`` with its paths made absolute, since a worker may have another working directory."""
    hardware = condition.hardware
    if hardware is not None and hardware.endswith(".toml"):
        hardware = str(Path(hardware).resolve())
    return replace(condition, folder=str(Path(condition.folder).resolve()), hardware=hardware)


def work(condition: Condition) -> Answer:
    """Run ``condition``, its seeds on one thread.

    Only errors that are no :class:`spikemem.errors.SpikememError` are raised. Those of spikemem go as class and sentence: a
    class of the user's own might not be readable elsewhere.
    """
    begun = perf_counter()
    outcome, error = None, None
    with warnings.catch_warnings(record=True) as caught:
        try:
            _check_version(condition)
            outcome = run_condition(condition, threads=1)
        except SpikememError as raised:
            kind = next(k for k in type(raised).__mro__ if k.__module__ == SpikememError.__module__)
            error = (kind, str(raised))
    warned = tuple((w.category, str(w.message)) for w in caught)
    return Answer(outcome, error, warned, perf_counter() - begun, _name())


def _name() -> str:
    return f"{platform.node()}:{os.getpid()}"


def _check_version(condition: Condition) -> None:
    there = versions()["spikemem"]
    if there != condition.spikemem:
        raise MissingDependency(
            f"worker {_name()}: has spikemem {there} in the place of {condition.spikemem}: "
            f"pip install spikemem=={condition.spikemem}"
        )
