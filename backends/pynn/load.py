"""How much each core would have to do in a step: an estimate from the spikes of the reference engine and the placement.

A core works on a spike's synapses when its packet arrives, in the step in which it is fired; the delay only says into which
place of the input ring a weight is added. What is delayed longer than that ring waits in a delay extension, which sends its
packet on ``floor((d - 1)/ring) ring`` steps later. So, with ``n_i`` synapses of neuron i on the core and d steps of delay,

    events(t) = sum of n_i over the spikes of step t - floor((d - 1)/ring) ring.

Timing itself (memory transfers, neurons' own updates, plastic synapses, which take longer than static ones) is not modelled.
Source of the budget: Rhodes et al. 2018 (Front. Neurosci. 12:816) found sPyNNaker within a factor of 2 of SpiNNaker's design
target of 10,000 synaptic events per ms and core. We take the half.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backend import StepEvents
from spikemem.ir.lowered import Bucket, Dense, LoweredNetwork, LoweredProjection
from spikemem.ir.synapse import Static

EVENTS_OF_A_MS = 5000
"""Synaptic events that a core is taken to manage in a ms of real time."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slice:
    """The neurons of a population that stand on a core: from ``first`` to ``end``, which is not one of them."""

    population: str
    first: int
    end: int


def estimate(network: LoweredNetwork, spikes: Mapping[str, StepEvents], placement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the load of each core with neurons of ``network``, at its peak, as plain numbers beside the placement's own."""
    steps: int = placement["steps"]
    rings = {row["population"]: row["without_extension_steps"] for row in placement["delays"]}
    budget = EVENTS_OF_A_MS * placement["dt_ms"] * placement["time_scale_factor"]
    rows = []
    for core in placement["cores"]:
        name = core["population"]
        if name not in rings:
            continue  # spike sources and delay extensions have no synapses
        own = Slice(name, core["first_neuron"], core["first_neuron"] + core["neurons"])
        events, plastic = synaptic_events(network, spikes, own, rings[name], steps)
        packets = arriving_packets(network, spikes, name, rings[name], steps)
        peak = int(events.argmax())
        rows.append({
            "x": core["x"], "y": core["y"], "core": core["core"], "population": name, "peak_events": int(events[peak]),
            "peak_step": peak, "plastic_events": int(plastic[peak]), "peak_packets": int(packets.max()),
            "share": float(events[peak] / budget),
        })  # fmt: skip
    return {"events_of_a_step": budget, "cores": rows}


def synaptic_events(
    network: LoweredNetwork, spikes: Mapping[str, StepEvents], own: Slice, ring: int, steps: int
) -> tuple[Counts, Counts]:
    """Return the synapses that a core works on in each step, and how many of them are plastic."""
    events, plastic = np.zeros(steps, dtype=np.int64), np.zeros(steps, dtype=np.int64)
    for projection, bucket in _onto(network, own.population):
        at, neurons = spikes[projection.pre]
        counts = _fan_out(bucket, network.population(projection.pre).size, own)[neurons]
        added = _by_step(at + _waiting(bucket.delay, ring), steps, counts)
        events += added
        if not isinstance(projection.synapse, Static):
            plastic += added
    return events, plastic


def arriving_packets(
    network: LoweredNetwork, spikes: Mapping[str, StepEvents], population: str, ring: int, steps: int
) -> Counts:
    """Return the packets that each core of a population gets in each step: a spike is one, whatever its projections.

    A spike that is also delayed beyond the ring is one more, later.
    """
    sent = {(projection.pre, _waiting(bucket.delay, ring)) for projection, bucket in _onto(network, population)}
    packets = np.zeros(steps, dtype=np.int64)
    for pre, waiting in sent:
        at = spikes[pre][0]
        packets += _by_step(at + waiting, steps, np.ones(at.size, dtype=np.int64))
    return packets


def _onto(network: LoweredNetwork, population: str) -> Iterator[tuple[LoweredProjection, Bucket]]:
    for projection in network.projections:
        if projection.post == population:
            for bucket in projection.buckets:
                yield projection, bucket


def _waiting(delay: int, ring: int) -> int:
    return (delay - 1) // ring * ring


def _fan_out(bucket: Bucket, pre: int, own: Slice) -> Counts:
    """Return the synapses of each pre neuron onto the slice."""
    layout = bucket.layout
    if isinstance(layout, Dense):
        counts = np.full(pre, own.end - own.first, dtype=np.int64)
        if not layout.allow_self_connections:
            counts[own.first : own.end] -= 1
        return counts
    inside = (layout.targets >= own.first) & (layout.targets < own.end)
    rows = np.repeat(np.arange(pre), np.diff(layout.indptr))
    return np.bincount(rows[inside], minlength=pre).astype(np.int64)


def _by_step(at: npt.NDArray[np.int64], steps: int, counts: Counts) -> Counts:
    summed = np.zeros(steps, dtype=np.int64)
    inside = at < steps
    np.add.at(summed, at[inside], counts[inside])
    return summed


def load_line(placed: Mapping[str, Any]) -> str:
    """Return the largest load of a core in a sentence."""
    load = placed["load"]
    most = max(load["cores"], key=lambda row: row["peak_events"], default=None)
    if most is None:
        return "estimated load: no core has synapses"
    return (
        f"estimated load (timing is not modelled): at most {most['peak_events']} synaptic events a step on a core, of "
        f"{most['population']} in step {most['peak_step']}, {percent(most['share'])} of the "
        f"{load['events_of_a_step']:g} that are taken to fit"
    )


def percent(share: float) -> str:
    """Return a share in percent, to two digits.

    >>> percent(0.00058), percent(0.154), percent(3.2)
    ('0.058 %', '15 %', '320 %')
    """
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"
