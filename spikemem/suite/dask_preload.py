"""Loaded by the local workers of a sweep, by name."""

from __future__ import annotations

import logging
import os
import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C to the sweep, which ends its workers, and stdout to its results; say nothing of Dask's own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(2, 1)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
