"""Independent pieces of work on threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from spikemem.passes.place import Place


def spread[T](threads: int, count: int, work: Callable[[int], T]) -> list[T]:
    """Return ``[work(0), ..., work(count - 1)]``, on ``threads`` threads as :class:`Place` says.

    The engine's kernels run without the interpreter lock, so the threads do run side by side. After an error, or an
    interruption, no further piece is begun. One thread is the caller's own.

    >>> spread(2, 3, lambda k: k * k)
    [0, 1, 4]
    """
    results: dict[int, T] = {}
    ended = Event()

    def share(indices: tuple[int, ...]) -> None:
        for k in indices:
            if ended.is_set():
                return
            results[k] = work(k)

    shares = Place(threads)(count).shares
    if len(shares) == 1:
        return [work(k) for k in shares[0]]
    with ThreadPoolExecutor(max_workers=len(shares)) as pool:
        try:
            for done in [pool.submit(share, indices) for indices in shares]:
                done.result()
        finally:
            ended.set()
    return [results[k] for k in range(count)]
