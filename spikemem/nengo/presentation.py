"""Presentations: a built Nengo network, shown something from rest, and the spikes of its ensembles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import nengo
import numpy as np
import numpy.typing as npt
from nengo.builder import Model

from spikemem.rng import generator

Array = npt.NDArray[Any]
DT = 0.001
"""The step of Nengo, s."""
SYNAPSE = 0.005
"""The time constant of Nengo's synapses, s, where we choose none."""


@dataclass
class Shown:
    """What the nodes of a network show while it runs."""

    key: Array
    value: Array
    learning: bool = False


def seed_of(seed: int, *names: str | int) -> int:
    """Return a seed for Nengo, drawn as all that is random in spikemem."""
    return int(generator(seed, "nengo", *names).integers(2**31 - 1))


def built(network: Any) -> Any:
    """Return the network built, without decoders kept on disk; simulators of it begin at rest."""
    model = Model(dt=DT)
    model.build(network)
    return model


def opened(model: Any) -> Any:
    """Return a simulator of a built network, to be closed; its signals are those of the model, one by one."""
    return nengo.Simulator(None, model=model, progress_bar=False, optimize=False)


def steps(ms: float) -> int:
    """Return the steps of a time."""
    return max(1, round(ms / (1000.0 * DT)))


def fired(spikes: Array) -> Array:
    """Return how often each neuron fired: Nengo's spikes are 1/dt high."""
    counts: Array = np.rint(spikes.sum(axis=0) * DT).astype(np.int64)
    return counts


def latency_ms(output: Array, value: Array) -> float | None:
    """Return the time until what is decoded has half the height of ``value`` in its direction, None for a value of 0.

    >>> latency_ms(np.array([[0.0], [0.4], [0.6], [1.0]]), np.array([1.0]))
    3.0
    """
    at = np.flatnonzero(output @ value >= 0.5 * (value @ value))
    return float(at[0] + 1) * 1000.0 * DT if value.any() and at.size else None
