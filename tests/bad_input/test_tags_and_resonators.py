"""Rules that learn by tags and cells that resonate: what contradicts itself is refused before it runs."""

from __future__ import annotations

from typing import Any

import pytest

from spikemem.errors import Unsupported
from spikemem.ir import IF_cond_exp, Network, SpikeSource
from spikemem.language import (
    AllToAll,
    Explicit,
    IF_curr_delta,
    Mac,
    NetworkBuilder,
    Numbers,
    ResonateAndFire,
    Segment,
    Static,
    TagAndCapture,
    Uniform,
)
from spikemem.passes import lower
from spikemem.passes.legalize import Abilities
from tests.bad_input.support import Wrong, assert_refused
from tests.engine.support import lowered

NAN, INF = float("nan"), float("inf")
Rule: Any = TagAndCapture
WIRE = "projection in->cells"
UNSIGNED = f"{WIRE}: weight must be >= 0 mV; make it inhibitory by receptor, not by sign, got -1"


def network(rule: Any, weight: Any = 0.0, cell: Any = IF_curr_delta(), receptor: Any = "excitatory") -> Network:  # noqa: B008
    """Return two sources onto four cells; gates of one, three and eight neurons."""
    net = NetworkBuilder("net", 1.0)
    for name, size in {"in": 2, "gate": 1, "three": 3, "eight": 8}.items():
        net.input(name, size)
    net.population("cells", 4, cell)
    net.connect(
        "in", "cells", AllToAll(), weight=weight, delay=1.0, synapse=rule, receptor=receptor, name="in->cells"
    )  # fmt: skip
    return net.network()


def onto_segments() -> Network:
    net = NetworkBuilder("net", 1.0)
    net.input("gate", 1)
    net.population("cells", 4, IF_curr_delta())
    net.dendrites("segments", "cells", Segment(theta=1), per_neuron=1)
    net.connect("gate", "segments", AllToAll(), weight=1.0, delay=1.0, synapse=TagAndCapture("gate"))
    return net.network()


PARAMETERS: dict[str, Wrong] = {
    "rate": (lambda: Rule("g", rate=0.0), "TagAndCapture.rate: must be > 0, got 0.0"),
    "momentum": (lambda: Rule("g", momentum=1.0), "TagAndCapture.momentum: must be < 1, got 1.0"),
    "retain": (lambda: Rule("g", retain=1.5), "TagAndCapture.retain: must be <= 1, got 1.5"),
    "prediction": (
        lambda: Rule("g", prediction=0.5),
        "TagAndCapture.prediction: must be 0 without a teacher, whom it is taken from, got 0.5",
    ),
    "prediction below 0": (
        lambda: Rule("g", teacher="t", prediction=-1.0),
        "TagAndCapture.prediction: must be >= 0, got -1.0",
    ),
    "window empty": (
        lambda: Rule("g", window=()),
        "TagAndCapture.window: must have a number that is not 0, got ()",
    ),
    "window of zeros": (
        lambda: Rule("g", window=[0.0, 0.0]),
        "TagAndCapture.window: must have a number that is not 0, got (0.0, 0.0)",
    ),
    "bounds": (lambda: Rule("g", w_min=2.0, w_max=1.0), "TagAndCapture.w_min: must be < w_max = 1, got 2"),
    "bound nan": (lambda: Rule("g", w_max=NAN), "TagAndCapture.w_min: must be < w_max = nan, got -inf"),
    "gate": (lambda: Rule(3), "TagAndCapture.gate: must be a text, got 3"),
    "frequency": (lambda: ResonateAndFire(-1.0), "ResonateAndFire.frequency: must be >= 0, got -1.0"),
    "frequency inf": (lambda: ResonateAndFire(INF), "ResonateAndFire.frequency: must be a finite number, got inf"),
    "tau_m": (lambda: ResonateAndFire(1.0, tau_m=0.0), "ResonateAndFire.tau_m: must be > 0, got 0.0"),
    "tau_m nan": (lambda: ResonateAndFire(1.0, tau_m=NAN), "ResonateAndFire.tau_m: must be > 0, got nan"),
    "v_thresh": (lambda: ResonateAndFire(1.0, v_thresh=0.0), "ResonateAndFire.v_thresh: must be > 0, got 0.0"),
    "v_reset": (
        lambda: ResonateAndFire(1.0, v_reset=2.0),
        "ResonateAndFire.v_reset: must be below v_thresh = 1.0 mV, got 2.0",
    ),
}
NETWORKS: dict[str, Wrong] = {
    "unknown gate": (
        lambda: network(Rule("gat")),
        f"{WIRE}: TagAndCapture listens to population 'gat', which is unknown; did you mean 'gate'? "
        "valid: cells, eight, gate, in, three",
    ),
    "gate's blocks": (
        lambda: network(Rule("three")),
        f"{WIRE}: TagAndCapture's gate must have a number of neurons that divides the 4 of cells; three has 3",
    ),
    "capture's blocks": (
        lambda: network(Rule("gate", capture="eight")),
        f"{WIRE}: TagAndCapture's capture must have a number of neurons that divides the 4 of cells; eight has 8",
    ),
    "teacher": (
        lambda: network(Rule("gate", teacher="three")),
        f"{WIRE}: TagAndCapture's teacher must have 2 neurons for each of the 4 of cells; three has 3",
    ),
    "weight below": (
        lambda: network(Rule("gate", w_min=-0.5), weight=-1.0),
        f"{WIRE}: weight must be >= -0.5 mV, got -1",
    ),
    "weight above": (
        lambda: network(Rule("gate", w_max=0.5), weight=1.0),
        f"{WIRE}: initial weight must lie in TagAndCapture's w_min..w_max = -inf..0.5, got 1",
    ),
    "drawn weight": (
        lambda: network(Rule("gate", w_min=-0.5), weight=Uniform(-1.0, 0.0)),
        f"{WIRE}: weight must be >= -0.5 mV, got -1",
    ),
    "given weights": (
        lambda: lowered(network(Rule("gate", w_max=0.5), weight=Explicit(Numbers([[-9.0] * 4, [0.75] * 4])))),
        f"{WIRE}: initial weight must lie in TagAndCapture's w_min..w_max = -inf..0.5, got 0.75",
    ),
    "static": (lambda: network(Static(), weight=-1.0), UNSIGNED),
    "magnitudes": (lambda: network(Rule("gate", w_min=0.0), weight=-1.0), UNSIGNED),
    "onto dendrites": (
        onto_segments,
        "projection gate->segments: TagAndCapture must end on neurons that take excitatory and inhibitory synapses; "
        "segments is a Segment",
    ),
    "onto macs": (
        lambda: network(Rule("gate"), cell=Mac(2, 2)),
        f"{WIRE}: TagAndCapture must end on neurons that take excitatory and inhibitory synapses; cells is a Mac",
    ),
    "conductances": (
        lambda: network(Rule("gate"), cell=IF_cond_exp()),
        f"{WIRE}: TagAndCapture's w_min must be >= 0 for conductances; cells is a IF_cond_exp, got -inf",
    ),
}


@pytest.mark.parametrize("case", PARAMETERS)
def test_a_wrong_parameter_is_refused_in_one_sentence(case: str) -> None:
    assert_refused(PARAMETERS[case])


@pytest.mark.parametrize("case", NETWORKS)
def test_a_network_that_contradicts_itself_is_refused_in_one_sentence(case: str) -> None:
    assert_refused(NETWORKS[case])


def test_a_target_that_lacks_them_names_them() -> None:
    target = Abilities("neurons", ("exact",), (SpikeSource, IF_curr_delta), (Static,))
    with pytest.raises(Unsupported, match=r"projection in->cells: TagAndCapture.*the backend has no rule for it"):
        lower(network(TagAndCapture("gate")), target, "exact", 1)
    with pytest.raises(Unsupported, match=r"population cells: ResonateAndFire.*the backend has no rule for it"):
        lower(network(Static(), cell=ResonateAndFire(40.0)), target, "exact", 1)
