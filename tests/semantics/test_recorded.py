"""What the spikes that Casanueva-Morato et al. (2024) recorded on a SpiNNaker board say of its conventions.

Each convention is changed alone, in the network that gives every recorded spike and no other; then spikes are missing or extra.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

import spikemem
from spikemem.ir import Network, PairSTDP
from spikemem.ir.numerics import spinnaker_input_scale
from spikemem.models import CA3CAM
from tests.reference.ca3_network import INPUTS, Spikes, difference, recorded, without_input_scale

RECORDED = {"functional": (5, 10, 90.0), "state_map": (16, 6, 140.0)}
"""Cues, bits and duration (ms)."""


def changed_rule(**fields: Any) -> Callable[[Network], Network]:
    """Return what changes these fields of every plasticity rule."""

    def change(network: Network) -> Network:
        changed = {
            p.name: replace(p, synapse=replace(p.synapse, **fields))
            for p in network.projections
            if isinstance(p.synapse, PairSTDP)
        }
        assert len(changed) == 2
        return network.with_projections(changed)

    return change


def a_step_later(network: Network) -> Network:
    return network.with_projections({p.name: replace(p, delay=p.delay + 1.0) for p in network.projections})  # type: ignore[operator]  # all are numbers of ms


def without_factor(network: Network) -> Network:
    return without_input_scale(network, spinnaker_input_scale(1.0, 0.3))


# Spikes missing and extra in the two recordings.
CHANGES: dict[str, tuple[Callable[[Network], Network], tuple[int, int], tuple[int, int]]] = {
    "nothing": (lambda network: network, (0, 0), (0, 0)),
    "arrivals a step later": (a_step_later, (222, 334), (321, 358)),
    "weights without sPyNNaker's factor": (without_factor, (3, 183), (0, 216)),
    "post spikes not delayed": (changed_rule(delay="ignored"), (51, 0), (48, 0)),
    "pairs with dt = 0 do nothing": (changed_rule(coincidence="neither"), (0, 22), (0, 0)),
    "pairs with dt = 0 potentiate": (changed_rule(coincidence="potentiate"), (0, 22), (0, 0)),
    "one post spike remembered": (changed_rule(history=1), (14, 3), (3, 0)),
    "clipped at the end": (changed_rule(clip="end"), (0, 3), (0, 0)),
    "amplitudes times w_max": (changed_rule(amplitude="fraction_of_w_max"), (19, 6), (9, 18)),
}


@cache
def counts(change: str) -> dict[str, tuple[int, int]]:
    found = {}
    for name, (cues, bits, duration) in RECORDED.items():
        wanted: Spikes = recorded(name)
        network = CHANGES[change][0](CA3CAM(cues=cues, bits=bits).network())
        stimulus = {source: ([t for t, _ in wanted[source]], [n for _, n in wanted[source]]) for source in INPUTS}
        made = spikemem.run(network, stimulus=stimulus, duration_ms=duration, numerics="spinnaker")
        spikes = {
            population: list(zip(times.astype(int).tolist(), neurons.tolist(), strict=True))
            for population, (times, neurons) in made.spikes.items()
        }
        found[name] = difference(wanted, spikes, [p.name for p in network.populations if p.name not in INPUTS])
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_the_recorded_spikes_are_those_of_the_convention(change: str) -> None:
    _, functional, state_map = CHANGES[change]
    assert counts(change) == {"functional": functional, "state_map": state_map}
    assert (counts(change) == counts("nothing")) == (change == "nothing")
