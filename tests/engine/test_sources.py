"""Events of spike sources in order."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.rng import generator
from spikemem.sources import in_order


@pytest.mark.parametrize("kind", ["shuffled", "sorted", "steps sorted", "one", "none"])
def test_events_are_sorted_by_step_then_neuron(kind: str) -> None:
    rng = generator(1, "events", kind)
    size = {"one": 1, "none": 0}.get(kind, 500)
    steps, neurons = rng.integers(20, size=size), rng.integers(30, size=size).astype(np.int32)
    if kind == "sorted":
        order = np.lexsort((neurons, steps))
        steps, neurons = steps[order], neurons[order]
    elif kind == "steps sorted":
        steps = np.sort(steps)
    found = in_order(steps, neurons)
    pairs = sorted(zip(steps.tolist(), neurons.tolist(), strict=True))
    assert list(zip(found[0].tolist(), found[1].tolist(), strict=True)) == pairs
