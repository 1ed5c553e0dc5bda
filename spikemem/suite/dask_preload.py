"""Loaded by the local workers of a sweep, by name."""

from __future__ import annotations

import logging
import os
from typing import Any


def dask_setup(worker: Any) -> None:
    """Leave stdout to the results of the sweep, and say nothing of Dask's own."""
    os.dup2(2, 1)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
