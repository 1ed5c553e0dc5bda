"""Where sPyNNaker has put a network: read from sPyNNaker, as plain numbers. Only the process that runs sPyNNaker imports it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from spikemem.backends.pynn.build import Built
from spikemem.backends.pynn.describe import Description
from spikemem.backends.pynn.membrane import leaks, wraps
from spikemem.backends.pynn.quantise import LARGEST, quantise
from spikemem.backends.pynn.silent import is_silent

_SHOWN = 20
"""Different weights of a projection that are listed."""


def read_placement(description: Description, built: Built) -> dict[str, Any]:
    """Return the machine, every core in use, routing tables, and each projection's weights as they will be held."""
    from spinn_utilities.config_holder import get_config_int
    from spynnaker.pyNN.data import SpynnakerDataView as View

    machine, steps = View.get_machine(), View.get_plan_n_timestep()
    cores, system = [], Counter[tuple[int, int]]()
    sdram = Counter[tuple[int, int]]()
    for place in View.iterate_placemements():
        vertex = place.vertex
        used = int(vertex.sdram_required.get_total_sdram(steps))
        sdram[place.x, place.y] += used
        if vertex.app_vertex is None:
            system[place.x, place.y] += 1
            continue
        kept = vertex.vertex_slice
        cores.append({
            "x": place.x, "y": place.y, "core": place.p, "population": vertex.app_vertex.label, "kind": type(vertex).__name__,
            "first_neuron": int(kept.lo_atom), "neurons": int(kept.n_atoms), "sdram_bytes": used,
        })  # fmt: skip
    entries = [
        {"x": t.x, "y": t.y, "entries": int(t.number_of_entries)} for t in View.get_uncompressed().routing_tables
    ]
    chips = {(c["x"], c["y"]) for c in cores}
    some: Any = machine.get_chip_at(0, 0)
    return {
        "machine": {
            "chips": machine.n_chips, "width": machine.width, "height": machine.height,
            "cores": machine.total_available_user_cores, "sdram_bytes_of_a_chip": int(some.sdram),
            "routing_entries_of_a_chip": int(some.router.n_available_multicast_entries),
        },
        "chips_used": len(chips),
        "cores_used": len(cores),
        "system_cores": sum(system.values()),
        "cores": cores,
        "sdram": [{"x": x, "y": y, "bytes": used} for (x, y), used in sorted(sdram.items()) if (x, y) in chips],
        "routing": entries,
        "incoming_spike_buffer": get_config_int("Simulation", "incoming_spike_buffer_size"),
        "delays": _delays(description, built),
        "silent": _silent(description, built),
        "leaks": leaks(description),
        "wraps": wraps(description),
        "weights": _weights(description, built),
    }  # fmt: skip


def _delays(description: Description, built: Built) -> list[dict[str, Any]]:
    """Return the longest delay to each population, and what its cores can hold without a delay extension."""
    found = []
    for population in description.populations:
        own = [p.delay for p in description.projections if p.target == population.label]
        if own:
            supported = int(built.populations[population.label]._vertex.splitter.max_support_delay())
            longest = round(max(own) / description.dt)
            found.append({
                "population": population.label, "longest_steps": longest, "without_extension_steps": supported,
                "extended": longest > supported,
            })  # fmt: skip
    return found


def _silent(description: Description, built: Built) -> list[dict[str, Any]]:
    """Return the plastic projections that would do nothing, by delay."""
    found = []
    for projection in description.projections:
        if projection.plasticity is None:
            continue
        vertex = built.populations[projection.target]._vertex
        steps, ring = round(projection.delay / description.dt), int(vertex.splitter.max_support_delay())
        if is_silent(steps, ring):
            found.append({
                "projection": projection.label.rpartition("@")[0], "target": projection.target, "delay_ms": projection.delay,
                "delay_steps": steps, "ring_steps": ring, "ring_can_grow": ring < int(vertex.max_delay_steps),
            })  # fmt: skip
    return found


def _weights(description: Description, built: Built) -> list[dict[str, Any]]:
    """Return the scale that sPyNNaker chose for each projection, and what becomes of its weights."""
    found = []
    for projection in description.projections:
        vertex = built.populations[projection.target]._vertex
        scales = vertex.get_weight_scales(vertex.get_ring_buffer_shifts())
        scale = float(scales[built.projections[projection.label]._synapse_information.synapse_type])
        rule = projection.plasticity
        given = np.abs(projection.weights)
        checked = given if rule is None else np.concatenate([given, [rule.w_max]])
        held = quantise(checked, scale)
        by_target = np.bincount(projection.post, weights=given if rule is None else np.full(given.size, rule.w_max))
        pairs = sorted({(float(w), float(h)) for w, h in zip(checked, held, strict=True)})
        found.append({
            "projection": projection.label, "target": projection.target, "receptor": projection.receptor,
            "resolution": 1.0 / scale, "capacity": LARGEST / scale, "largest_weight": float(checked.max()),
            "largest_error": float(np.abs(held - checked).max()), "saturating": int((np.rint(checked * scale) > LARGEST).sum()),
            "largest_sum": float(by_target.max()), "values": [{"weight": w, "held": h} for w, h in pairs[:_SHOWN]],
        })  # fmt: skip
    return found
