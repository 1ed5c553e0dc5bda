"""Where conditions are run: the interface, and this process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from time import perf_counter

from spikemem.hardware import hardware_for
from spikemem.suite.condition import Condition
from spikemem.suite.outcome import Outcome
from spikemem.suite.trials import run_condition

HERE = "this process"


@dataclass(frozen=True)
class Finished:
    """A condition with its outcome, the seconds that it took, and the worker that ran it."""

    condition: Condition
    outcome: Outcome
    seconds: float
    worker: str = HERE


class Executor(ABC):
    """Where conditions are run. Outcomes do not depend on it."""

    @abstractmethod
    def run(self, conditions: Sequence[Condition]) -> Generator[Finished, None, None]:
        """Yield each condition as it is finished, in any order; what is left undone when closed is dropped."""


class InProcess(Executor):
    """One condition after the other in this process, its seeds on the threads that the hardware file names."""

    def run(self, conditions: Sequence[Condition]) -> Generator[Finished, None, None]:
        """Yield them in order."""
        for condition in conditions:
            begun = perf_counter()
            outcome = run_condition(condition, hardware_for(condition.backend, condition.hardware).threads)
            yield Finished(condition, outcome, perf_counter() - begun)
