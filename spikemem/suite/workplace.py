"""Which executor a sweep gets."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from importlib.util import find_spec

from spikemem.errors import InvalidInput
from spikemem.hardware import KINDS
from spikemem.suite.condition import Condition
from spikemem.suite.dask_executor import Dask
from spikemem.suite.dask_places import Jobs, LocalWorkers, RunningScheduler
from spikemem.suite.executor import Executor, Finished, InProcess

WORTH_S = 6.0
"""Seconds of work for one process from which on local workers are worth their start."""


class Local(Executor):
    """This process, until what is left would take it longer than :data:`WORTH_S`; then ``workers`` processes."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, conditions: Sequence[Condition]) -> Generator[Finished, None, None]:
        """Yield them as they are finished. The first one also loads code, so it is the others that are judged by."""
        for number, condition in enumerate(conditions):
            rest = conditions[number + 1 :]
            for finished in InProcess().run([condition]):
                yield finished
                seconds = finished.seconds
            if number and len(rest) > 1 and seconds * len(rest) > WORTH_S:
                yield from Dask(LocalWorkers(min(self.workers, len(rest)))).run(rest)
                return


def executor_for(
    backend: str, workers: int | None = None, scheduler: str | None = None, cluster: str | None = None
) -> Executor:
    """Return what runs a sweep on ``backend``: jobs of a ``cluster``, a ``scheduler``, ``workers`` processes, or the default.

    The default is :class:`Local` with a worker a core; it is this process alone without Dask, on a single core, and for a
    backend of which there is but one device.
    """
    if scheduler is not None:
        if cluster is not None or workers is not None:
            raise InvalidInput("--scheduler: has workers of its own; leave out --workers and --cluster")
        return Dask(RunningScheduler(scheduler))
    if cluster is not None:
        if workers is None:
            raise InvalidInput(f"--cluster {cluster}: say how many jobs to submit with --workers")
        return Dask(Jobs(cluster, workers))
    if workers is not None:
        return InProcess() if workers == 1 else Dask(LocalWorkers(workers))
    cores = len(os.sched_getaffinity(0))
    alone = cores == 1 or backend in KINDS or find_spec("distributed") is None
    return InProcess() if alone else Local(cores)
