"""Conditions on Dask's workers."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import CancelledError
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any

from spikemem.errors import HardwareError, MissingDependency, Unsupported
from spikemem.suite.condition import Condition
from spikemem.suite.dask_places import Place, dask_module
from spikemem.suite.executor import Executor, Finished
from spikemem.suite.remote import Answer, portable, work

TICK_S = 1.0
"""Seconds without a result after which it is looked whether any can still come."""


class Dask(Executor):
    """The workers of ``place``, each with as many conditions as it has threads; the seeds of one run on one thread.

    No more conditions are sent than keep all workers busy, so that a sweep of any length needs little memory. What a lost
    worker had is run again by another.
    """

    def __init__(self, place: Place) -> None:
        self.place = place

    def run(self, conditions: Sequence[Condition]) -> Generator[Finished, None, None]:
        """Yield them as they are finished; after a failure those that are finished by then, and then raise it."""
        if conditions:
            with self.place.opened() as client:
                yield from self._run(client, conditions)

    def _run(self, client: Any, conditions: Sequence[Condition]) -> Generator[Finished, None, None]:
        todo, done = iter(conditions), SimpleQueue[Any]()
        running: dict[Any, Condition] = {}
        window = _window(client)
        try:
            while True:
                for condition in islice(todo, max(0, window - len(running))):
                    future = client.submit(work, portable(condition), pure=False)
                    running[future] = condition
                    future.add_done_callback(done.put)
                if not running:
                    return
                try:
                    future = done.get(timeout=TICK_S)
                except Empty:
                    self.place.check(client)
                    window = _window(client)
                    continue
                condition = running.pop(future)
                try:
                    finished = _finished(condition, future)
                except Exception:
                    yield from _rest(done, running)
                    raise
                yield finished
        finally:
            client.cancel(list(running))


def _window(client: Any) -> int:
    """Return how many conditions may be under way: two a thread, and enough that short ones leave no thread idle."""
    threads: int = sum(client.nthreads().values())
    return 32 + 2 * threads


def _finished(condition: Condition, future: Any) -> Finished:
    distributed = dask_module("distributed")
    try:
        answer: Answer = future.result()
    except distributed.KilledWorker:
        raise Unsupported(
            f"condition {condition.digest}: every worker that ran it was lost, most likely for want of memory; "
            "fewer --workers have more each"
        ) from None
    except (CancelledError, distributed.comm.CommClosedError):
        raise HardwareError("the connection to Dask's scheduler was lost; what is finished is kept") from None
    except ImportError as error:
        if (error.name or "").partition(".")[0] != "spikemem":
            raise
        raise MissingDependency(
            f"a worker has no {error.name}: pip install spikemem=={condition.spikemem} where it and the scheduler run"
        ) from None
    return answer.finished(condition)


def _rest(done: SimpleQueue[Any], running: dict[Any, Condition]) -> Generator[Finished, None, None]:
    """Yield what else has come back well."""
    while not done.empty():
        future = done.get()
        condition = running.pop(future)
        if future.status == "finished" and (answer := future.result()).error is None:
            yield answer.finished(condition)
