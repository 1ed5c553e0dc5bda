"""Small random networks of resonators, with their stimuli, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from spikemem.ir import Network, Population, Projection, Receptor, ResonateAndFire, SpikeSource, Static, Uniform
from tests.reference.strategies import Draw, Experiment, connectors, delays, fractions


@st.composite
def resonators(draw: Draw, dt: float) -> ResonateAndFire:
    """Draw a resonator that turns within a few to some hundred steps."""
    return ResonateAndFire(
        frequency=draw(fractions(0.0, 0.45)) / dt * 1000.0,
        tau_m=draw(st.sampled_from([3.0 * dt, 20.0 * dt, float("inf")])),
        tau_refrac=draw(st.sampled_from([0.0, dt, 4.0 * dt])),
        v_thresh=draw(fractions(0.5, 3.0)),
        v_reset=draw(st.sampled_from([0.0, -0.7, 0.3])),
        resets=draw(st.booleans()),
    )


@st.composite
def resonating(draw: Draw) -> Experiment:
    """Draw two populations of resonators which a source drives, and which excite and inhibit each other."""
    dt = draw(st.sampled_from([1.0, 0.1, 0.5]))
    source = Population("source", draw(st.integers(1, 4)), SpikeSource())
    cells = []
    for name in ("first", "second"):
        start = (("v", draw(fractions(-1.0, 1.0))), ("v_imag", Uniform(-2.0, 2.0))) if draw(st.booleans()) else ()
        cells.append(Population(name, draw(st.integers(1, 5)), draw(resonators(dt)), start))
    made = []
    pairs = [(source, cells[0]), (source, cells[1]), (cells[0], cells[1]), (cells[1], cells[0]), (cells[0], cells[0])]
    for k, (pre, post) in enumerate(pairs[: draw(st.integers(2, 5))]):
        connector = draw(connectors(pre.size, post.size))
        receptor: Receptor = draw(st.sampled_from(["excitatory", "excitatory", "inhibitory"]))
        weight = Uniform(0.1, 2.0 * draw(fractions(0.3, 1.5)))
        delay = draw(delays(dt, connector))
        made.append(Projection(f"p{k}", pre.name, post.name, connector, weight, delay, receptor, Static()))
    network = Network("resonating", dt, (source, *cells), tuple(made)).verify()
    steps = draw(st.integers(8, 60))
    words = draw(st.lists(st.integers(0, 2**source.size - 1), min_size=steps // 2, max_size=steps))
    spikes = [(t, i) for t, word in enumerate(words) for i in range(source.size) if word >> i & 1]
    return Experiment(network, {"source": spikes}, steps)
