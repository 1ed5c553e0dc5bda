"""Networks that contradict themselves, wrong parameters, wrong units: found before anything runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.ir import (
    AllToAll,
    AlphaDendrite,
    Explicit,
    FixedNumberPre,
    FixedProbability,
    FromList,
    FromMatrix,
    IF_cond_exp,
    IF_curr_exp,
    Network,
    Normal,
    Numbers,
    OneToOne,
    PairSTDP,
    PermanenceSTDP,
    Segment,
    SpikeSource,
    SpikeSourcePoisson,
    Threshold,
    Uniform,
)
from spikemem.language import NetworkBuilder
from tests.bad_input.support import Wrong, assert_refused

CELL = IF_curr_exp(tau_m=10.0)


def network(dt: float = 1.0, cell: Any = CELL, pre: str = "a", post: str = "b", **changes: Any) -> Network:
    """A source of two neurons onto three cells, with ``changes`` to the projection."""
    net = NetworkBuilder("net", dt)
    net.input("a", 2)
    net.population("b", 3, cell)
    connector = changes.pop("connector", AllToAll())
    net.connect(pre, post, connector, **({"weight": 1.0, "delay": 1.0} | changes))
    return net.network()


def run(**changes: Any) -> object:
    """Run the network for five steps."""
    run_dt = changes.pop("run_dt", None)
    return spikemem.run(network(**changes), stimulus={"a": ([0.0], [0])}, duration_ms=5.0, dt=run_dt)


def named(first: str, second: str, projections: tuple[str, ...] = ()) -> Network:
    net = NetworkBuilder("net", 1.0)
    net.input(first, 2)
    net.population(second, 2, CELL)
    for name in projections:
        net.connect(first, second, OneToOne(), weight=1.0, delay=1.0, name=name)
    return net.network()


def started(cell: Any, **initial: float) -> Network:
    net = NetworkBuilder("net", 1.0)
    net.population("a", 2, cell, **initial)
    return net.network()


def grown(cell: Any = None, per_neuron: int = 1, **changes: Any) -> object:
    """Run a source onto the dendrites of three neurons for five steps."""
    net = NetworkBuilder("net", 1.0)
    net.input("a", 2)
    net.dendrites("d", net.population("b", 3, CELL), cell or AlphaDendrite(), per_neuron=per_neuron)
    rule: dict[str, Any] = {"synapse": PermanenceSTDP(w_mature=0.01), "weight": 1.0, "delay": 1.0, "post": "d"}
    given = rule | changes
    net.connect("a", given.pop("post"), AllToAll(), **given)
    return spikemem.run(net.network(), stimulus={"a": ([0.0], [0])}, duration_ms=5.0)


NAN, INF = float("nan"), float("inf")
FIRST = "projection a->b: "

PARAMETERS: dict[str, Wrong] = {
    "unknown": (
        lambda: IF_curr_exp(tau=10.0),  # type: ignore[call-arg]
        "IF_curr_exp: unknown parameter 'tau'; did you mean 'tau_m'? valid: cm, i_offset, tau_m, tau_refrac, tau_syn_E, "
        "tau_syn_I, v_reset, v_rest, v_thresh",
    ),
    "nan": (lambda: IF_curr_exp(tau_m=NAN), "IF_curr_exp.tau_m: must be a finite number, got nan"),
    "infinite": (lambda: IF_curr_exp(cm=INF), "IF_curr_exp.cm: must be a finite number, got inf"),
    "zero": (lambda: IF_curr_exp(tau_m=0.0), "IF_curr_exp.tau_m: must be > 0, got 0.0"),
    "negative": (lambda: IF_curr_exp(tau_refrac=-1.0), "IF_curr_exp.tau_refrac: must be >= 0, got -1.0"),
    "text": (lambda: IF_curr_exp(v_rest="-65 mV"), "IF_curr_exp.v_rest: must be a number, got '-65 mV'"),  # type: ignore[arg-type]
    "truth": (lambda: IF_curr_exp(cm=True), "IF_curr_exp.cm: must be a number, got True"),
    "rate": (lambda: SpikeSourcePoisson(rate=-5.0), "SpikeSourcePoisson.rate: must be >= 0, got -5.0"),
    "probability": (lambda: FixedProbability(1.5), "FixedProbability.p_connect: must be <= 1, got 1.5"),
    "in-degree": (lambda: FixedNumberPre(0), "FixedNumberPre.n: must be >= 1, got 0"),
    "in-degree fraction": (lambda: FixedNumberPre(1.5), "FixedNumberPre.n: must be a whole number, got 1.5"),  # type: ignore[arg-type]
    "threshold": (lambda: Threshold(0.0), "Threshold.value: must be > 0 (or Uniform, Normal, Explicit), got 0.0"),
    "uniform": (lambda: Uniform(2.0, 1.0), "Uniform: high must be >= low, got low=2.0, high=1.0"),
    "normal": (lambda: Normal(0.0, 1.0, 2.0, 2.0), "Normal: low must be < high, got low=2.0, high=2.0"),
    "numbers": (lambda: Numbers([1.0, NAN]), "Numbers: every element must be finite, got nan at [1]"),
    "STDP bounds": (lambda: PairSTDP(w_min=2.0), "PairSTDP.w_min: must be <= w_max = 1.0, got 2.0"),
    "STDP literal": (
        lambda: PairSTDP(update="later"),  # type: ignore[arg-type]
        "PairSTDP.update: must be one of 'online' or 'deferred', got 'later'",
    ),
    "STDP deferred and axonal": (
        lambda: PairSTDP(update="deferred", delay="axonal"),
        "PairSTDP.delay: 'axonal' has no meaning with update='deferred'; use update='online' or leave it out",
    ),
    "STDP online with history": (
        lambda: PairSTDP(history=15),
        "PairSTDP.history: 15 has no meaning with update='online'; use update='deferred' or leave it out",
    ),
    "permanence threshold above": (
        lambda: PermanenceSTDP(w_mature=0.01, P_theta=20.0),
        "PermanenceSTDP.P_theta: must be < P_max = 20, or no synapse ever matures (P > P_theta), got 20",
    ),
    "permanence threshold below": (
        lambda: PermanenceSTDP(w_mature=0.01, P_min=11.0),
        "PermanenceSTDP.P_theta: must be >= P_min = 11, or every synapse is mature for ever, got 10",
    ),
    "permanence window": (
        lambda: PermanenceSTDP(w_mature=0.01, dt_min=50.0),
        "PermanenceSTDP.dt_min: must be < dt_max = 50 ms, or no pair lies between them, got 50",
    ),
    "permanence nan": (
        lambda: PermanenceSTDP(w_mature=NAN),
        "PermanenceSTDP.w_mature: must be a finite number, got nan",
    ),
    "permanence rate": (
        lambda: PermanenceSTDP(w_mature=0.01, lambda_plus=-0.1),
        "PermanenceSTDP.lambda_plus: must be >= 0, got -0.1",
    ),
    "dendrite threshold": (lambda: AlphaDendrite(theta=0.0), "AlphaDendrite.theta: must be > 0, got 0.0"),
    "dendrite plateau": (lambda: AlphaDendrite(plateau=-1.0), "AlphaDendrite.plateau: must be >= 0, got -1.0"),
    "twice": (lambda: Uniform(1.0, 2.0, low=1.0), "Uniform.low: is given twice"),  # type: ignore[misc]
    "too many": (lambda: Uniform(1.0, 2.0, 3.0), "Uniform: takes at most 2 values (low, high), got 3"),  # type: ignore[call-arg]
}

NETWORKS: dict[str, Wrong] = {
    "weight nan": (
        lambda: run(weight=NAN),
        FIRST + "weight must be >= 0 nA; make it inhibitory by receptor, not by sign, got nan",
    ),
    "weight negative": (
        lambda: run(weight=-1.0),
        FIRST + "weight must be >= 0 nA; make it inhibitory by receptor, not by sign, got -1",
    ),
    "weight drawn negative": (
        lambda: run(weight=Uniform(-1.0, 1.0)),
        FIRST + "weight must be >= 0 nA; make it inhibitory by receptor, not by sign, got -1",
    ),
    "weights too few": (
        lambda: run(weight=Explicit(Numbers([1.0]))),
        FIRST + "Explicit: 1 numbers given where 6 are needed",
    ),
    "weight out of bounds": (
        lambda: run(weight=2.0, synapse=PairSTDP(w_max=1.0)),
        FIRST + "initial weight must lie in PairSTDP's w_min..w_max = 0..1, got 2",
    ),
    "delay negative": (lambda: run(delay=-1.0), FIRST + "delay must be > 0 ms, got -1"),
    "delay zero": (lambda: run(delay=0.0), FIRST + "delay must be > 0 ms, got 0"),
    "delay nan": (lambda: run(delay=NAN), FIRST + "delay must be > 0 ms, got nan"),
    "delay off the grid": (
        lambda: run(delay=1.5),
        FIRST + "delay: 1.5 ms is not a multiple of dt = 1 ms; nearest: 1 or 2 ms",
    ),
    "delay in seconds": (
        lambda: run(delay=0.001),
        FIRST + "delay must be at least dt = 1 ms, got 0.001 ms",
    ),
    "delay at another dt": (
        lambda: run(run_dt=2.5),
        FIRST + "delay must be at least dt = 2.5 ms, got 1 ms",
    ),
    "unit of conductances": (
        lambda: run(cell=IF_cond_exp(), weight=Threshold(1.0)),
        "IF_cond_exp: threshold units are for current- and voltage-based cells; give weights in uS",
    ),
    "unit at another dt": (
        lambda: run(weight=Threshold(1.0), run_dt=0.5),
        FIRST + "weights in threshold units hold at the model's dt = 1.0 ms only, got dt = 0.5 ms",
    ),
    "units mixed": (
        lambda: run(weight=0.5, synapse=PairSTDP(unit="threshold")),
        FIRST + "PairSTDP is in threshold units, so must be the weight; got 0.5",
    ),
    "pre": (lambda: run(pre="c"), "projection c->b: population 'c' is unknown; valid: a, b"),
    "post misspelt": (
        lambda: run(pre="b", post="bb"),
        "projection b->bb: population 'bb' is unknown; did you mean 'b'? valid: a, b",
    ),
    "onto a source": (lambda: run(pre="b", post="a"), "projection b->a: a is a SpikeSource and takes no synapses"),
    "name of two populations": (
        lambda: named("a", "a"),
        "net: population name 'a' is used 2 times; give each its own name",
    ),
    "name of two projections": (
        lambda: named("a", "b", ("p", "p")),
        "net: projection name 'p' is used 2 times; give each its own name",
    ),
    "name with a slash": (lambda: named("a/b", "c"), "net: population name 'a/b' must not be empty or contain '/'"),
    "one to one": (
        lambda: run(connector=OneToOne()),
        FIRST + "OneToOne: both populations must have the same size, got 2 and 3",
    ),
    "in-degree": (
        lambda: run(connector=FixedNumberPre(3)),
        FIRST + "FixedNumberPre: n=3 exceeds the 2 pre neurons available",
    ),
    "list": (lambda: run(connector=FromList(((0, 3),))), FIRST + "FromList: post index 3 is out of range 0..2"),
    "list negative": (
        lambda: run(connector=FromList(((-1, 0),))),
        FIRST + "FromList: pre index -1 is out of range 0..1",
    ),
    "matrix": (
        lambda: run(connector=FromMatrix(Numbers(np.ones((3, 2))))),
        FIRST + "FromMatrix: shape must be (2, 3), got (3, 2)",
    ),
    "size zero": (
        lambda: NetworkBuilder("net", 1.0).input("a", 0),
        "population a: size: must be a whole number >= 1, got 0",
    ),
    "size fraction": (
        lambda: NetworkBuilder("net", 1.0).input("a", 2.5),  # type: ignore[arg-type]
        "population a: size: must be a whole number >= 1, got 2.5",
    ),
    "size too big": (
        lambda: NetworkBuilder("net", 1.0).input("a", 2**31),
        "population a: size must be <= 2147483647, got 2147483648",
    ),
    "initial value": (
        lambda: started(CELL, u=1.0),
        "population a: IF_curr_exp has no state variable 'u'; valid: isyn_exc, isyn_inh, v",
    ),
    "initial value of a source": (
        lambda: started(SpikeSource(), v=1.0),
        "population a: SpikeSource has no state variable 'v'; valid: (none)",
    ),
    "permanence above": (
        lambda: grown(weight=21.0),
        "projection a->d: weight is the initial permanence and must lie in PermanenceSTDP's P_min..P_max = 0..20, got 21",
    ),
    "permanence drawn above": (
        lambda: grown(weight=Explicit(Numbers([1.0, 2.0, 3.0, 4.0, 5.0, 25.0]))),
        "projection a->d: weight is the initial permanence and must lie in PermanenceSTDP's P_min..P_max = 0..20, got 25",
    ),
    "permanence negative": (
        lambda: grown(weight=-1.0),
        "projection a->d: weight is the initial permanence and must lie in PermanenceSTDP's P_min..P_max = 0..20, got -1",
    ),
    "permanence nan": (
        lambda: grown(weight=NAN),
        "projection a->d: weight is the initial permanence and must lie in PermanenceSTDP's P_min..P_max = 0..20, got nan",
    ),
    "permanence drawn negative": (
        lambda: grown(weight=Uniform(-1.0, 1.0)),
        "projection a->d: weight (the initial permanence) must be >= 0, got -1",
    ),
    "permanence in threshold units": (
        lambda: grown(weight=Threshold(1.0)),
        "projection a->d: weight is PermanenceSTDP's initial permanence, which has no threshold units; "
        "got Threshold(value=1.0)",
    ),
    "permanence onto neurons": (
        lambda: grown(post="b"),
        "projection a->b: PermanenceSTDP must end on dendrites, one a neuron, with weights in nA, such as AlphaDendrite; "
        "b is a IF_curr_exp",
    ),
    "permanence onto segments": (
        lambda: grown(cell=Segment(theta=2)),
        "projection a->d: PermanenceSTDP must end on dendrites, one a neuron, with weights in nA, such as AlphaDendrite; "
        "d is a Segment",
    ),
    "dendrites inhibited": (
        lambda: grown(receptor="inhibitory"),
        "projection a-|d: d is a AlphaDendrite and takes no inhibitory synapses; valid: excitatory",
    ),
    "dendrites, several a neuron": (
        lambda: grown(per_neuron=2),
        "population d: AlphaDendrite is one a neuron: per_neuron must be 1, got 2",
    ),
    "dt": (lambda: network(dt=NAN), "net.dt: must be a finite number of ms > 0, got nan"),
}


@pytest.mark.parametrize("case", PARAMETERS)
def test_a_wrong_parameter_is_refused_when_it_is_given(case: str) -> None:
    assert_refused(PARAMETERS[case])


@pytest.mark.parametrize("case", NETWORKS)
def test_a_network_that_contradicts_itself_is_refused(case: str) -> None:
    assert_refused(NETWORKS[case])
