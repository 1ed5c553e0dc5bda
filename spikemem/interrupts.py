"""Ctrl-C where it would do harm."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from threading import current_thread, main_thread


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Let Ctrl-C take effect at the end of the block: HDF5, say, may crash if it is interrupted in the middle of a write.

    Whatever Python handler is there (Brian2 has one of its own) is put back, and gets the interrupt then.
    """
    asked: list[int] = []
    handler = signal.getsignal(signal.SIGINT) if current_thread() is main_thread() else None
    if callable(handler):
        signal.signal(signal.SIGINT, lambda number, frame: asked.append(number))
    try:
        yield
    finally:
        if callable(handler):
            signal.signal(signal.SIGINT, handler)
    if asked:
        signal.raise_signal(signal.SIGINT)


@contextmanager
def interrupts_kept_from_children() -> Iterator[None]:
    """Start processes that never get Ctrl-C, whichever thread started in the block starts them: their parent ends them."""
    resource_tracker.ensure_running()  # else the first start would do it, and let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
