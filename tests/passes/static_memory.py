"""Static memories with segments: random networks of sources, somata and segments, and what to give them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from spikemem.ir import (  # fmt: skip
    AllToAll,
    Branch,
    Grouped,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Population,
    Projection,
    Segment,
    SpikeSource,
    Static,
    Steps,
    Zone,
)
from tests.reference.interpreter import Spike
from tests.reference.strategies import Draw, connectors, fractions


@st.composite
def static_memories(draw: Draw, least: int = 1) -> tuple[Network, dict[str, list[Spike]], int]:
    """Draw a network that can be decomposed, with its stimulus and the steps to run; delays are at least ``least`` steps.

    Segments are driven by sources, by somata and by each other, and drive their own somata.
    """
    dt = draw(st.sampled_from([1.0, 0.1]))
    kinds: Any = {"cm": 0.3, "tau_m": 3.0 * dt, "tau_refrac": dt * draw(st.integers(0, 2))}
    soma = draw(st.sampled_from([IF_curr_delta(**kinds), IF_curr_exp(**kinds, tau_syn_E=2.0 * dt)]))
    size = draw(st.integers(1, 4))
    source, cells = Population("in", draw(st.integers(1, 9)), SpikeSource()), Population("soma", size, soma)
    zones: list[Zone] = ["basal", "apical"]
    segments = []
    for zone in zones[: draw(st.integers(1, 2))]:
        per_neuron = draw(st.integers(1, 3))
        segment = Segment(
            theta=draw(st.integers(1, 5)), plateau=dt * draw(st.sampled_from([0, 0, 1, 4])), reset_by_soma=False
        )
        segments.append(Population(zone, per_neuron * size, segment, (), Branch("soma", zone, per_neuron)))
    delay = st.integers(least, 5).map(Steps)
    made = []
    for population in segments:
        branch = population.branch
        assert branch is not None
        unit = soma.threshold_weight("excitatory", dt, "exact") * draw(fractions(0.4, 1.3))
        back = Grouped(branch.per_neuron, 1)
        made.append(Projection(f"{population.name} back", population.name, "soma", back, unit, draw(delay), "excitatory",
                               Static()))  # fmt: skip
        for k, pre in enumerate([source, *draw(st.lists(st.sampled_from([source, cells, *segments]), max_size=3))]):
            connector = draw(connectors(pre.size, population.size)) if k else AllToAll()
            made.append(Projection(f"onto {population.name} {k}", pre.name, population.name, connector, 1.0, draw(delay),
                                   "excitatory", Static()))  # fmt: skip
    steps = draw(st.integers(20, 50))
    words = draw(st.lists(st.integers(0, 2**source.size - 1), min_size=steps // 2, max_size=steps - 1))
    spikes = [(t, i) for t, word in enumerate(words) for i in range(source.size) if word >> i & 1]
    return Network("static", dt, (source, cells, *segments), tuple(made)).verify(), {"in": spikes}, steps
