"""Where Dask's workers come from: processes of this machine, a scheduler that is there, or jobs of a cluster's queue."""

from __future__ import annotations

import logging
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any
from warnings import warn

from spikemem.errors import HardwareError, InvalidInput, MissingDependency, SpikememWarning, choices
from spikemem.interrupts import interrupts_held_back, interrupts_kept_from_children

SECONDS_TO_CONNECT = 5.0
CLUSTERS: Mapping[str, tuple[str, str]] = {
    "slurm": ("SLURMCluster", "sbatch"), "pbs": ("PBSCluster", "qsub"), "lsf": ("LSFCluster", "bsub"),
}  # fmt: skip
"""Queues by name: the class of dask-jobqueue, and the command that submits a job."""


class Place(ABC):
    """Where workers come from."""

    @abstractmethod
    def opened(self) -> AbstractContextManager[Any]:
        """Give a client of Dask whose workers are there, or will be; what was started for it ends with the block."""

    @abstractmethod
    def check(self, client: Any) -> None:
        """Raise :class:`HardwareError` if no worker is left, and none will come."""


class LocalWorkers(Place):
    """Processes of this machine, each with one thread and its share of the memory; they end with this process."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Start them; end them at once when the block ends, whatever they do."""
        distributed = dask_module("distributed")
        with TemporaryDirectory(prefix="spikemem-workers-") as scratch, _quiet(), ExitStack() as stack:
            with interrupts_held_back(), interrupts_kept_from_children():
                cluster = stack.enter_context(self._started(distributed, scratch))
                client = stack.enter_context(distributed.Client(cluster, set_as_default=False))
            yield client

    def _started(self, distributed: Any, scratch: str) -> Any:
        try:
            return distributed.LocalCluster(
                n_workers=self.workers,
                threads_per_worker=1,
                memory_limit=distributed.system.MEMORY_LIMIT // self.workers,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                preload=["spikemem.suite.dask_preload"],
                local_directory=scratch,
            )
        except RuntimeError as error:
            raise HardwareError(
                f"workers: cannot be started ({str(error).splitlines()[0]}); a script of your own must be a file that runs "
                "its sweep under: if __name__ == '__main__'"
            ) from None

    def check(self, client: Any) -> None:
        """Do nothing: a worker that dies is started again."""


class RunningScheduler(Place):
    """Whatever workers a scheduler has that runs already; it goes on after the sweep."""

    def __init__(self, address: str) -> None:
        self.address = address

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Connect; raise :class:`HardwareError` if nobody answers in time."""
        distributed = dask_module("distributed")
        with _quiet():
            try:
                client = distributed.Client(self.address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
            except (OSError, ValueError, TypeError) as error:
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise HardwareError(
                    f"scheduler {self.address}: cannot be reached within {SECONDS_TO_CONNECT:g} s ({reason}); "
                    "start one with: dask scheduler"
                ) from None
            with client:
                if not client.nthreads():
                    warn(
                        f"scheduler {self.address}: has no workers yet; waiting for one", SpikememWarning, stacklevel=2
                    )
                yield client

    def check(self, client: Any) -> None:
        """Raise if the connection has ended."""
        if client.status not in ("running", "connecting"):
            raise HardwareError(f"scheduler {self.address}: the connection was lost; what is finished is kept")


class Jobs(Place):
    """Jobs of a queue, each a worker, by dask-jobqueue; its configuration files say what a job may use."""

    def __init__(self, kind: str, jobs: int) -> None:
        if kind not in CLUSTERS:
            raise InvalidInput(f"--cluster {kind}: is unknown; {choices(kind, CLUSTERS)}")
        self.kind, self.jobs = kind, jobs
        self._cluster: Any = None

    def made(self) -> Any:
        """Return the cluster, without any job yet. What its configuration leaves open is 1 core and 2 GiB a job."""
        jobqueue, config = dask_module("dask_jobqueue"), dask_module("dask.config")
        own = {key: config.get(f"jobqueue.{self.kind}.{key}", None) for key in ("cores", "memory", "processes")}
        cores = own["cores"] or 1
        try:
            return getattr(jobqueue, CLUSTERS[self.kind][0])(
                cores=cores,
                memory=own["memory"] or "2 GiB",
                processes=own["processes"] or cores,
                scheduler_options={
                    "dashboard": False,
                    **(config.get(f"jobqueue.{self.kind}.scheduler-options", None) or {}),
                },
                silence_logs=logging.CRITICAL,
            )
        except (OSError, TypeError, ValueError) as error:
            raise InvalidInput(f"--cluster {self.kind}: {str(error).splitlines()[0]}") from None

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Submit the jobs; cancel them when the block ends. Raises :class:`HardwareError` if the queue does not take them."""
        distributed = dask_module("distributed")
        submits = CLUSTERS[self.kind][1]
        if shutil.which(submits) is None:
            raise HardwareError(f"--cluster {self.kind}: there is no {submits} here; run this where jobs are submitted")
        with _quiet(), ExitStack() as stack:
            with interrupts_held_back(), interrupts_kept_from_children():
                self._cluster = stack.enter_context(self.made())
                stack.callback(self._mark_as_closing)
                self._submit(submits)
                client = stack.enter_context(distributed.Client(self._cluster, set_as_default=False))
            yield client

    def _mark_as_closing(self) -> None:
        """Say of all jobs what a cluster asserts of them when it is closed, and what they do not say themselves."""
        for job in self._cluster.workers.values():
            job.status = dask_module("distributed").Status.closing

    def _submit(self, command: str) -> None:
        """Submit all jobs, and wait until that is done, as ``scale`` does not."""
        for _ in range(self.jobs):
            self._cluster.worker_spec.update(self._cluster.new_worker_spec())
        try:
            self._cluster.sync(self._cluster.scale_down, [])
        except (OSError, RuntimeError, ValueError) as error:
            said = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
            raise HardwareError(f"--cluster {self.kind}: {command} failed: {said[-1]}") from None

    def check(self, client: Any) -> None:
        """Raise if all jobs have ended, as at the end of their time."""
        if not self._cluster.workers:
            raise HardwareError(
                f"--cluster {self.kind}: all jobs have ended; what is finished is kept, and the same command goes on from there"
            )


def dask_module(name: str) -> Any:
    """Return a module of Dask; raise :class:`MissingDependency` if it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        raise MissingDependency(f"workers: {name} is not installed: pip install 'spikemem[dask]'") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's log off stderr: what matters of it becomes an error."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "distributed.gc")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
