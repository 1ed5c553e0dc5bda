"""Small random networks that learn by tags, with their stimuli, for Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from spikemem.ir import (
    AllToAll,
    IF_cond_exp,
    Network,
    Population,
    Projection,
    SpikeSource,
    Static,
    TagAndCapture,
    Uniform,
)
from tests.reference.strategies import Draw, Experiment, cells, connectors, delays, fractions, unit


@st.composite
def tagging_rules(draw: Draw, size: int, one: float) -> TagAndCapture:
    """Draw a rule with any of its options for weights of about ``one`` onto ``size`` neurons."""
    taught = draw(st.booleans())
    fields: dict[str, Any] = {
        "gate": draw(st.sampled_from(["gate", "gate", "cells"])),
        "capture": draw(st.sampled_from([None, "capture"])),
        "teacher": "teacher" if taught else None,
        "prediction": draw(st.sampled_from([0.0, 0.37, 1.0])) / one if taught else 0.0,
        "rate": one * draw(fractions(0.1, 1.0)),
        "momentum": draw(st.sampled_from([0.0, 0.0, 0.83])),
        "retain": draw(st.sampled_from([1.0, 1.0, 0.71, 0.0])),
        "window": tuple(draw(st.lists(st.sampled_from([1.0, 0.37, 0.0, -0.61]), min_size=1, max_size=4).filter(any))),
    }
    if draw(st.booleans()):
        fields |= {"w_min": -one * draw(fractions(0.6, 1.0)), "w_max": one * draw(fractions(0.6, 1.0))}
    return TagAndCapture(**fields)


@st.composite
def tagged(draw: Draw) -> Experiment:
    """Draw a network in which a driven population learns from a source and, at times, from itself."""
    dt = draw(st.sampled_from([1.0, 0.1, 0.5]))
    size = draw(st.sampled_from([1, 2, 3, 4, 6]))
    divisors = [g for g in range(1, size + 1) if size % g == 0]
    sources = {
        "pre": draw(st.integers(1, 5)), "drive": 2, "gate": draw(st.sampled_from(divisors)),
        "capture": draw(st.sampled_from(divisors)), "teacher": 2 * size,
    }  # fmt: skip
    cell = draw(cells(dt).filter(lambda c: not isinstance(c, IF_cond_exp)))
    populations = [Population(name, n, SpikeSource()) for name, n in sources.items()]
    one = unit(cell, "excitatory", dt)
    made = [Projection("driving", "drive", "cells", AllToAll(), one * 0.713, dt, "excitatory", Static())]
    for name, pre in (("learned", "pre"), ("own", "cells"))[: draw(st.integers(1, 2))]:
        connector = draw(connectors(sources.get(pre, size), size))
        made.append(
            Projection(
                name, pre, "cells", connector, Uniform(-0.5 * one, 0.59 * one), draw(delays(dt, connector)),
                draw(st.sampled_from(["excitatory", "excitatory", "inhibitory"])), draw(tagging_rules(size, one)),
            )
        )  # fmt: skip
    network = Network("tagged", dt, (*populations, Population("cells", size, cell)), tuple(made)).verify()
    steps = draw(st.integers(8, 40))
    stimulus = {}
    for name, n in sources.items():
        words = draw(st.lists(st.integers(0, 2**n - 1), min_size=steps // 2, max_size=steps))
        stimulus[name] = [(t, i) for t, word in enumerate(words) for i in range(n) if word >> i & 1]
    return Experiment(network, stimulus, steps)
