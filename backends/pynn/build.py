"""PyNN objects of a description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backends.pynn.describe import Description, PlasticitySpec, PopulationSpec, ProjectionSpec
from spikemem.ir.values import FloatArray

Sim = Any
"""A PyNN simulator module."""


@dataclass(frozen=True, eq=False)
class Built:
    """The PyNN objects of a network: populations by name, projections by label (our name and the delay)."""

    populations: Mapping[str, Any]
    projections: Mapping[str, Any]


def build(sim: Sim, description: Description, *, silent: bool) -> Built:
    """Make the network in ``sim``, which is set up.

    ``silent``: neurons rest, without offset currents, until both are set when our step 0 begins.
    """
    populations = {p.label: _population(sim, p, silent) for p in description.populations}
    return Built(populations, {p.label: _projection(sim, p, populations) for p in description.projections})


def _population(sim: Sim, spec: PopulationSpec, silent: bool) -> Any:
    if spec.spike_times is not None:
        # sPyNNaker wants a silent source said in one list.
        times: list[Any] = list(spec.spike_times) if any(spec.spike_times) else []
        return sim.Population(spec.size, sim.SpikeSourceArray(spike_times=times), label=spec.label)
    kind = getattr(sim, spec.cell)
    if silent:
        cell, initial = kind(**{**spec.parameters, "i_offset": 0.0}), {"v": spec.parameters["v_rest"]}
    else:
        cell, initial = kind(**spec.parameters), {"v": spec.initial["v"]}
    made = sim.Population(spec.size, cell, initial_values=initial, label=spec.label)
    made.record("spikes")
    return made


def _projection(sim: Sim, spec: ProjectionSpec, populations: Mapping[str, Any]) -> Any:
    return sim.Projection(
        populations[spec.source], populations[spec.target],
        sim.FromListConnector(np.column_stack([spec.pre, spec.post, spec.weights]), column_names=["weight"]),
        _synapse(sim, spec.plasticity, spec.delay), receptor_type=spec.receptor, label=spec.label,
    )  # fmt: skip


def _synapse(sim: Sim, rule: PlasticitySpec | None, delay: float) -> Any:
    if rule is None:
        return sim.StaticSynapse(delay=delay)
    kind = "AdditiveWeightDependence" if rule.dependence == "additive" else "MultiplicativeWeightDependence"
    timing = sim.SpikePairRule(
        tau_plus=rule.tau_plus, tau_minus=rule.tau_minus, A_plus=rule.A_plus, A_minus=rule.A_minus
    )
    weight = getattr(sim, kind)(w_min=rule.w_min, w_max=rule.w_max)
    return sim.STDPMechanism(timing_dependence=timing, weight_dependence=weight, delay=delay)


def fired(population: Any) -> tuple[FloatArray, npt.NDArray[np.int32]]:
    """Return what a population fired: times (ms) and neurons."""
    trains = population.get_data("spikes").segments[0].spiketrains
    times = np.concatenate([np.zeros(0), *(np.asarray(t.magnitude) for t in trains)])
    return times, np.repeat(np.arange(len(trains), dtype=np.int32), [len(t) for t in trains])
