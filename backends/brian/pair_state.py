"""The state of plastic synapses in checkpoints: that of neurons, as the Numba engine has it, made from that of synapses.

All synapses of one pre neuron, and all of one post neuron, see the same events, so they hold the same steps and traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spikemem.backends.brian.build import NEVER, Access, Array
from spikemem.backends.brian.pair_rule import is_known
from spikemem.ir.lowered import Connections

LONG_AGO = -(1 << 62)
"""The step, in a checkpoint, of an event that has not happened."""


def to_saved(steps: Array) -> Array:
    """Return steps as checkpoints have them."""
    return np.where(is_known(steps), steps, 0).astype(np.int64) + np.where(is_known(steps), 0, LONG_AGO)


def from_saved(steps: Array) -> Array:
    """Return steps as Brian2 variables have them."""
    return np.where(steps == LONG_AGO, NEVER, steps.astype(np.float64))


def save_events(access: Access, name: str, step: str, trace: str, index: Array, size: int) -> tuple[Array, Array]:
    """Return last step and trace of ``size`` neurons; ``index`` is the neuron of each synapse."""
    steps, traces = np.full(size, NEVER), np.zeros(size)
    steps[index], traces[index] = access.read(f"{name}.{step}"), access.read(f"{name}.{trace}")
    return to_saved(steps), traces


def load_events(access: Access, name: str, step: str, trace: str, index: Array, saved: tuple[Any, Any]) -> None:
    """Give every synapse the last step and trace of its neuron."""
    access.write(f"{name}.{step}", from_saved(np.asarray(saved[0]))[index])
    access.write(f"{name}.{trace}", np.asarray(saved[1], dtype=np.float64)[index])


def save_pre(access: Access, name: str, found: Connections, size: int, step: str = "last") -> dict[str, Array]:
    """Return the pre neurons' last steps and traces."""
    last, trace = save_events(access, name, step, "r", found.pre, size)
    return {"last_pre": last, "pre_trace": trace}


def load_pre(access: Access, name: str, found: Connections, state: Mapping[str, Array], step: str = "last") -> None:
    """Take over the pre neurons' last steps and traces."""
    load_events(access, name, step, "r", found.pre, (state["last_pre"], state["pre_trace"]))


def synapses_of(index: Array, neurons: Array) -> Array:
    """Return the synapses, ascending, whose neuron (given by ``index``) is one of ``neurons``."""
    return np.flatnonzero(np.isin(index, neurons)).astype(np.int32)


def set_waiting(
    access: Access, name: str, pathways: list[str], index: Array, seen: Mapping[int, Array], delay: int
) -> None:
    """Put events under way: ``seen`` gives the neurons whose events the synapses see in a step >= now."""
    waiting = [synapses_of(index, seen.get(access.now + k, np.zeros(0, dtype=np.int32))) for k in range(delay + 1)]
    for pathway in pathways:
        access.set_queue(name, pathway, waiting)
