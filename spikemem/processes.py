"""Independent pieces of work on processes, for work that holds the interpreter's lock."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from types import FrameType, TracebackType
from typing import Self

from spikemem.errors import SpikememError

ALONE: Mapping[str, str] = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""The environment of workers: a product of matrices is on one thread, whose number would change its last bits."""


def cores() -> int:
    """Return how many processors this process may run on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Processes:
    """``workers`` processes, each begun afresh ("spawn"), for as long as the ``with`` lasts.

    Even one worker is a process of its own, so that their number changes no bit. What they are given and what they return
    is pickled: functions by name, so no lambdas. After an error, or an interruption, they end at once, as they do if this
    process dies. A script that uses them must be importable: what it runs stands under ``if __name__ == "__main__":``.
    """

    def __init__(self, workers: int) -> None:
        context = get_context("spawn")
        ends, self._alive = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(workers, context, _begin, (ends,))

    def __enter__(self) -> Self:
        """Return itself; workers begin when there is work."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the workers; after an error, without waiting for what they do."""
        if kind is not None:
            self._alive.close()
        self._pool.shutdown(cancel_futures=True)
        self._alive.close()

    def spread[*I, T](
        self, work: Callable[[*I], T], pieces: Sequence[tuple[*I]], told: Callable[[int], None] = lambda done: None
    ) -> list[T]:
        """Return ``work(*piece)`` of every piece, in their order; ``told`` hears how many are done.

        Raises what a piece raises, and :class:`SpikememError` if a worker dies.
        """
        try:
            with _environment(ALONE):  # workers begin as work is submitted
                every = [self._pool.submit(work, *piece) for piece in pieces]
            for done, piece_done in enumerate(as_completed(every), start=1):
                piece_done.result()
                told(done)
            return [piece_done.result() for piece_done in every]
        except BrokenProcessPool:
            raise SpikememError(
                "a worker process ended before its work did: it was killed, for memory perhaps, or the script that began it "
                'does not stand under if __name__ == "__main__":'
            ) from None


def _begin(ends: Connection) -> None:
    """Leave interruptions to the process that began this one, and end when it closes its end of the pipe, or dies."""
    signal.signal(signal.SIGINT, _leave)
    Thread(target=_end, args=(ends,), daemon=True).start()


def _leave(number: int, frame: FrameType | None) -> None:
    """Do nothing: brian2 puts a handler of its own before the one that it finds, and calls that."""


def _end(ends: Connection) -> None:
    ends.poll(None)
    os._exit(1)


@contextmanager
def _environment(names: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
