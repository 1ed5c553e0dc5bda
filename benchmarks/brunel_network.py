"""The static random network (after Brunel 2000) that all simulators are given: its numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

DT, DELAY = 0.1, 1.5
EXCITATORY, INHIBITORY = 10_000, 2_500
NEURONS = EXCITATORY + INHIBITORY
FROM_EXCITATORY, FROM_INHIBITORY = 1000, 250
SYNAPSES = NEURONS * (FROM_EXCITATORY + FROM_INHIBITORY)
CM, TAU_M, TAU_SYN, TAU_REFRAC = 0.25, 20.0, 0.5, 2.0
V_REST, V_RESET, V_THRESH = -70.0, -60.0, -50.0
I_OFFSET = 0.45
WEIGHT = 0.1
"""nA, of an excitatory synapse: 0.2 mV of charge on the membrane; an inhibitory one has five times that."""
INHIBITORY_WEIGHT = 5.0 * WEIGHT
SPREAD = 1e-6
"""Standard deviation (nA) of the weights where each synapse has its own."""


def start_voltages() -> npt.NDArray[np.float64]:
    """Return where the membranes begin (mV)."""
    return np.random.default_rng(1).uniform(V_REST, V_THRESH, NEURONS)


def irregularity(times: npt.NDArray[np.float64], neurons: npt.NDArray[np.int64]) -> float:
    """Return the mean coefficient of variation of the neurons' interspike intervals (0: a clock, 1: Poisson)."""
    order = np.lexsort((times, neurons))
    times, neurons = times[order], neurons[order]
    inside = np.diff(neurons) == 0
    intervals, owner = np.diff(times)[inside], neurons[1:][inside]
    count = np.bincount(owner, minlength=NEURONS)
    enough = count >= 4
    mean = np.bincount(owner, intervals, NEURONS)[enough] / count[enough]
    square = np.bincount(owner, intervals**2, NEURONS)[enough] / count[enough]
    return float(np.mean(np.sqrt(np.maximum(square - mean**2, 0.0)) / mean))
