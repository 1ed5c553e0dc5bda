"""The table of conformance: one small network for every primitive and every one of its options.

Networks share their sources and stimuli and are otherwise disjoint, so that a backend that compiles may run many of them as
one. Weights are no round numbers: no sum of them lands on a threshold, where the last bit would decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from spikemem.ir import (
    AllToAll,
    Branch,
    Cell,
    Connector,
    Explicit,
    FixedNumberPre,
    FixedProbability,
    FromList,
    FromMatrix,
    Grouped,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Normal,
    Numbers,
    Numerics,
    OneToOne,
    PairSTDP,
    Population,
    Projection,
    Segment,
    SpikeSourcePoisson,
    Static,
    Synapse,
    Threshold,
    Uniform,
    Zone,
)
from tests.conformance.case import BOTH, Case
from tests.conformance.columns import alpha_dendrites, grown_dendrites, mini_columns, races
from tests.conformance.macs import macs, one_shot
from tests.conformance.resonators import resonators
from tests.conformance.tags import tags

CURRENT = IF_curr_exp(
    cm=0.27, tau_m=3.0, tau_syn_E=0.7, tau_syn_I=1.3, tau_refrac=1.0, v_rest=-60.0, v_reset=-60.5, v_thresh=-57.0
)
DELTA = IF_curr_delta(cm=0.3, tau_m=4.0, tau_refrac=1.0, v_rest=-65.0, v_reset=-66.0, v_thresh=-55.0)
CONDUCTANCE = IF_cond_exp(
    cm=0.3, tau_m=5.0, tau_syn_E=1.1, tau_syn_I=2.1, tau_refrac=1.0, v_rest=-65.0, v_reset=-66.0, v_thresh=-58.0
)
STRENGTH: dict[type[Cell], float] = {IF_curr_exp: 4.173, IF_curr_delta: 11.37, IF_cond_exp: 0.07713}
"""Weights of about what fires a cell at once."""
RULE = PairSTDP(tau_plus=3.0, tau_minus=4.0, A_plus=0.9137, A_minus=0.5713, w_min=0.11, w_max=3.217)
DEFERRED: dict[str, Any] = {"update": "deferred", "history": 6}


def joined(
    feature: str, cell: Cell = CURRENT, *, connector: Connector | None = None, weight: Any = None, delay: Any = 1.0,
    synapse: Synapse | None = None, initial: tuple[tuple[str, float], ...] = (), numerics: tuple[Numerics, ...] = BOTH,
    size: int = 3, inhibitory: bool = False, drive: float | None = None,
) -> Case:  # fmt: skip
    """Return a target that ``b`` drives and that ``a`` projects to in the way to be tested."""
    strength = STRENGTH[type(cell)]
    driven = Projection("drive", "b", "t", AllToAll(), drive or strength, 1.0, "excitatory", Static())
    tested = Projection(
        "tested", "a", "t", connector or AllToAll(), 0.3719 * strength if weight is None else weight, delay,
        "inhibitory" if inhibitory else "excitatory", synapse or Static(),
    )  # fmt: skip
    return Case(feature, (Population("t", size, cell, initial),), (driven, tested), numerics)


def learning(feature: str, over: Any = 1.0, connector: Connector | None = None, **fields: Any) -> Case:
    """Return a target with a plastic projection from ``a``, ``over`` so many ms, whose rule has these ``fields``."""
    rule = replace(RULE, **fields)
    weight = Threshold(0.4137) if rule.unit == "threshold" else Uniform(0.37, 2.91)
    return joined(
        feature, synapse=rule, weight=weight, delay=over, connector=connector, numerics=("spinnaker",), drive=3.713
    )


def _cells() -> Iterator[Case]:
    for cell in (CURRENT, DELTA, CONDUCTANCE):
        name = type(cell).__name__
        yield joined(name, cell)
        yield joined(f"{name}, inhibited", cell, inhibitory=True)
        yield joined(f"{name}, i_offset drawn", replace(cell, i_offset=Uniform(0.05, 0.35)))
        yield joined(f"{name}, v(0) above threshold", cell, initial=(("v", -54.3),))
    yield joined("IF_curr_exp, tau_syn equal to tau_m", replace(CURRENT, tau_syn_E=3.0, tau_syn_I=3.0))
    yield joined("IF_curr_exp, tau_refrac 0", replace(CURRENT, tau_refrac=0.0))
    yield joined("IF_curr_exp, tau_refrac 4 steps", replace(CURRENT, tau_refrac=4.0))
    yield joined("IF_curr_exp, currents at the start", initial=(("isyn_exc", 1.31), ("isyn_inh", 0.57)))


def _sources() -> Iterator[Case]:
    for feature, cell in (
        ("SpikeSourcePoisson", SpikeSourcePoisson(rate=150.0)),
        ("SpikeSourcePoisson, start", SpikeSourcePoisson(rate=200.0, start=20.0)),
    ):
        made = joined(feature, numerics=("spinnaker",))
        noise = Projection("noise", "noise", "t", AllToAll(), 1.719, 1.0, "excitatory", Static())
        yield replace(
            made, populations=(Population("noise", 5, cell), *made.populations), projections=(*made.projections, noise)
        )


def _static() -> Iterator[Case]:
    one: tuple[Numerics, ...] = ("spinnaker",)
    yield joined("Static, one weight", numerics=one)
    yield joined("Static, own weights", weight=Uniform(0.3, 2.9), numerics=one)
    yield joined("Static, threshold units", weight=Threshold(0.5713), numerics=one)
    yield joined("Static, delay of 4 steps", delay=4.0, numerics=one)
    yield joined("Static, drawn delays", delay=Uniform(0.6, 5.2), weight=Uniform(0.3, 2.9), numerics=one)
    yield joined("Static, drawn delays and one weight", delay=Normal(3.0, 1.0, 1.0, 6.0), numerics=one)
    yield joined("Static, no self-connections", connector=AllToAll(allow_self_connections=False), numerics=one)
    yield joined("OneToOne", connector=OneToOne(), size=4, numerics=one)
    yield joined("FixedProbability", connector=FixedProbability(0.5), weight=Uniform(0.3, 2.9), numerics=one)
    yield joined("FixedProbability, none", connector=FixedProbability(0.0), numerics=one)
    yield joined("FixedNumberPre, with replacement", connector=FixedNumberPre(3, with_replacement=True), numerics=one)
    twice = FromList(((3, 1), (0, 2), (0, 2), (1, 0)))
    yield joined(
        "FromList, a pair twice", connector=twice, weight=Explicit(Numbers([1.13, 0.7, 0.9, 2.1])), numerics=one
    )
    yield joined(
        "FromMatrix", connector=FromMatrix(Numbers([[1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 1]])), numerics=one
    )
    yield joined("Grouped", connector=Grouped(2, 1), size=2, numerics=one)
    made = joined("recurrent loop", numerics=one)
    loop = Projection(
        "loop", "t", "t", AllToAll(allow_self_connections=False), 1.913, 2.0, "inhibitory", Static()
    )  # fmt: skip
    yield replace(made, projections=(*made.projections, loop))


def branched(
    feature: str, segment: Segment, cell: Cell = DELTA, *, zones: tuple[Zone, ...] = ("basal",), per_neuron: int = 2,
    connector: Connector | None = None, delay: Any = 1.0, numerics: tuple[Numerics, ...] = BOTH, share: float = 0.79,
) -> Case:  # fmt: skip
    """Return a target with segments in these zones, which ``a`` projects to; ``b`` drives it by this ``share``."""
    made = joined(feature, cell, numerics=numerics, drive=share * STRENGTH[type(cell)])
    grown = tuple(
        Population(z, 3 * per_neuron, replace(segment, theta=segment.theta + k), (), Branch("t", z, per_neuron))
        for k, z in enumerate(zones)
    )
    counted = tuple(
        Projection(f"onto {z}", "a", z, connector or FixedProbability(0.8), 1.0, delay, "excitatory", Static())
        for z in zones
    )
    return replace(made, populations=(*made.populations, *grown), projections=(made.projections[0], *counted))


def _segments() -> Iterator[Case]:
    one: tuple[Numerics, ...] = ("spinnaker",)
    for cell, current, share in ((CURRENT, 0.1837, 0.27), (DELTA, 0.3919, 0.79), (CONDUCTANCE, 0.3173, 0.27)):
        name = type(cell).__name__
        plateau = Segment(theta=2, plateau=4.0, current=current)
        yield branched(f"Segment, plateau in {name}", plateau, cell, share=share)
        yield branched(
            f"Segment, plateaus of two zones in {name}", plateau, cell, zones=("basal", "apical"), share=share
        )
    yield branched("Segment", Segment(theta=2), numerics=one)
    yield branched("Segment, no notice of the soma", Segment(theta=2, reset_by_soma=False), share=1.0, numerics=one)
    yield branched("Segment, window of 3 steps", Segment(theta=3, window=3.0), numerics=one)
    yield branched(
        "Segment, window and plateau", Segment(theta=3, window=2.0, plateau=3.0, current=0.3919), numerics=one
    )
    yield branched(
        "Segment, plateau ended by the soma", Segment(theta=2, plateau=40.0, current=0.2173), share=1.0, numerics=one
    )
    yield branched(
        "Segment, plateau not ended by the soma",
        Segment(theta=2, plateau=9.0, current=0.2173, reset_by_soma=False), share=1.0, numerics=one,
    )  # fmt: skip
    yield branched("Segment, plateau without a current", Segment(theta=1, plateau=3.0), numerics=one)
    yield branched("Segment, delay of 4 steps", Segment(theta=2), delay=4.0, numerics=one)
    yield branched("Segment, drawn delays", Segment(theta=2), delay=Uniform(0.6, 5.2), numerics=one)
    yield branched("Segment, all-to-all", Segment(theta=2), connector=AllToAll(), numerics=one)
    yield branched("Segment, Grouped", Segment(theta=2), connector=Grouped(2, 3), numerics=one)
    twice = FromList(((3, 1), (0, 2), (0, 2), (1, 0), (2, 3), (0, 4), (1, 4), (2, 5), (2, 5)))
    yield branched("Segment, a pair twice", Segment(theta=2), connector=twice, numerics=one)
    made = branched("Segment, dendrites as pre neurons", Segment(theta=2), share=0.4, numerics=one)
    back = Projection(
        "back", "basal", "t", Grouped(2, 1), 0.79 * STRENGTH[IF_curr_delta], 2.0, "excitatory", Static()
    )  # fmt: skip
    among = Projection("among", "basal", "basal", OneToOne(), 1.0, 3.0, "excitatory", Static())
    yield replace(made, projections=(*made.projections, back, among))


def _plastic() -> Iterator[Case]:
    for update, fields in (("online", {}), ("deferred", DEFERRED)):
        yield learning(f"PairSTDP {update}", **fields)
        yield learning(f"PairSTDP {update}, delay of 3 steps", 3.0, **fields)
        yield learning(f"PairSTDP {update}, drawn delays", Uniform(0.6, 3.4), **fields)
        yield learning(f"PairSTDP {update}, sparse", connector=FixedProbability(0.6), **fields)
        yield learning(f"PairSTDP {update}, no self-connections", connector=AllToAll(False), **fields)
        yield learning(f"PairSTDP {update}, delay ignored", 3.0, delay="ignored", **fields)
        for coincidence in ("potentiate", "both", "neither"):
            yield learning(f"PairSTDP {update}, coincidence {coincidence}", coincidence=coincidence, **fields)
        yield learning(f"PairSTDP {update}, nearest", pairing="nearest", **fields)
        yield learning(f"PairSTDP {update}, multiplicative", weight_dependence="multiplicative", **fields)
        yield learning(f"PairSTDP {update}, fraction of w_max", amplitude="fraction_of_w_max", **fields)
        yield learning(f"PairSTDP {update}, threshold units", unit="threshold", w_min=0.0, w_max=0.9, **fields)
    yield learning("PairSTDP online, axonal", 3.0, delay="axonal")
    yield learning("PairSTDP online, depress_first", coincidence="both", order="depress_first")
    yield learning("PairSTDP deferred, history of 1", 2.0, update="deferred", history=1)
    yield learning("PairSTDP deferred, depression_delay ignored", 2.0, depression_delay="ignored", **DEFERRED)
    yield learning("PairSTDP deferred, depress_by latest_since_pre", depress_by="latest_since_pre", **DEFERRED)
    yield learning("PairSTDP deferred, clip at the end", clip="end", A_plus=2.137, **DEFERRED)
    for coincidence in ("depress", "potentiate", "both", "neither"):
        feature = f"PairSTDP deferred, history unlimited, coincidence {coincidence}"
        yield learning(feature, 2.0, update="deferred", coincidence=coincidence)
    for clip in ("each", "end"):
        yield learning(
            f"PairSTDP deferred, history unlimited, multiplicative, clip {clip}",
            update="deferred", weight_dependence="multiplicative", A_plus=1.613, clip=clip,
        )  # fmt: skip
    yield learning(
        "PairSTDP deferred, history unlimited, depression_delay ignored", 2.0, update="deferred",
        depression_delay="ignored", depress_by="latest_since_pre", pairing="nearest",
    )  # fmt: skip


def _nest() -> Iterator[Case]:
    """Yield the plasticity that NEST has too, under the numerics that it has."""
    rule = PairSTDP(
        tau_plus=3.0, tau_minus=4.0, A_plus=0.2137, A_minus=0.1713, w_max=9.217, update="deferred",
        coincidence="neither", amplitude="fraction_of_w_max",
    )  # fmt: skip
    weight = Uniform(0.37, 6.9)
    exact: tuple[Numerics, ...] = ("exact",)
    absolute = replace(rule, amplitude="absolute", A_plus=1.913, A_minus=1.137)
    several: tuple[tuple[str, PairSTDP, float | Uniform], ...] = (
        ("NEST's STDP", rule, 1.0),
        ("NEST's STDP, delay of 3 steps", rule, 3.0),
        ("NEST's STDP, drawn delays", rule, Uniform(0.6, 3.4)),
        ("NEST's STDP, multiplicative", replace(rule, weight_dependence="multiplicative"), 2.0),
        ("NEST's STDP, absolute amplitudes", absolute, 2.0),
    )
    for feature, own, delay in several:
        yield joined(feature, DELTA, synapse=own, weight=weight, delay=delay, numerics=exact)


def _spinnaker() -> Iterator[Case]:
    """Yield the rule that SpiNNaker's binaries have, onto the cells that it is used with."""
    rule = PairSTDP(
        tau_plus=3.0, tau_minus=3.0, A_plus=1.913, A_minus=1.137, w_max=7.3, update="deferred", history=15,
        coincidence="depress",
    )  # fmt: skip
    own: tuple[Numerics, ...] = ("spinnaker",)
    for feature, cell, delay in (
        ("", CURRENT, 1.0),
        (", delay of 3 steps", CURRENT, 3.0),
        (" onto IF_curr_delta", DELTA, 2.0),
    ):
        yield joined(
            f"sPyNNaker's STDP{feature}", cell, synapse=rule, weight=Uniform(0.37, 6.9), delay=delay, numerics=own
        )


CASES: tuple[Case, ...] = (
    *_cells(), *_sources(), *_static(), *_segments(), *mini_columns(), *grown_dendrites(), *alpha_dendrites(), *races(),
    *resonators(), *macs(), *one_shot(), *tags(), *_plastic(), *_nest(), *_spinnaker(),
)  # fmt: skip

QUICK: frozenset[str] = frozenset(
    {
        "IF_curr_exp",
        "IF_curr_delta",
        "IF_cond_exp, inhibited",
        "SpikeSourcePoisson",
        "Static, drawn delays",
        "Segment, plateaus of two zones in IF_curr_exp",
        "Segment, window and plateau",
        "Segment, dendrites as pre neurons",
        "MiniColumn, depolarised in two zones",
        "Race, exponential",
        "ResonateAndFire, resets",
        "Mac, back-off",
        "Mac, hypotheses",
        "FadingOneShot, delay of 3 steps",
        "TagAndCapture, prediction over several delays",
        "PairSTDP online, delay of 3 steps",
        "PairSTDP deferred, drawn delays",
        "PairSTDP deferred, history unlimited, coincidence both",
    }
)
"""The features that a backend which compiles each run is also asked for in a quick test."""
