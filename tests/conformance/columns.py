"""Cases of cells that compete in modules, and of dendrites that learning grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from spikemem.ir import (
    AllToAll,
    AlphaDendrite,
    Branch,
    Cell,
    FixedProbability,
    Grouped,
    HebbianPermanence,
    IF_curr_delta,
    IF_curr_exp,
    MiniColumn,
    OneToOne,
    PermanenceSTDP,
    Population,
    Projection,
    Race,
    Segment,
    Static,
    Unconnected,
    Uniform,
    Zone,
)
from tests.conformance.case import Case

GROWN = HebbianPermanence(
    theta_match=1, connected=0.3, initial=0.37, increment=0.11, decrement=0.07, punishment=0.05, new_synapses=3,
    most_synapses=4, most_segments=2, interval=6.0,
)  # fmt: skip
SEGMENT = Segment(theta=1, plateau=5.0, current=0.25)


def columns(feature: str, cells: int = 3, cell: Cell | None = None, weight: float = 1.0) -> Case:
    """Return cells of which ``a`` drives mini-columns, and ``b`` all, by less than makes them fire alone."""
    one, size = cell or MiniColumn(cells), 4 * cells
    return Case(
        feature,
        (Population("t", size, one),),
        (
            Projection("drive", "a", "t", Grouped(1, cells), weight, 1.0, "excitatory", Static()),
            Projection("probe", "b", "t", AllToAll(), 0.4 * weight, 2.0, "excitatory", Static()),
        ),
    )


def with_segments(made: Case, zones: tuple[Zone, ...], per_neuron: int = 2) -> Case:
    """Add dendrites onto which ``b`` projects."""
    size = made.populations[0].size * per_neuron
    segments = tuple(
        Population(z, size, replace(SEGMENT, current=0.25 + 0.25 * k), (), Branch("t", z, per_neuron))
        for k, z in enumerate(zones)
    )
    onto = tuple(
        Projection(f"onto {z}", "b", z, FixedProbability(0.2), 1.0, 2.0, "excitatory", Static()) for z in zones
    )
    return replace(made, populations=(*made.populations, *segments), projections=(*made.projections, *onto))


def growing(
    made: Case, pre: str = "t", *, room: int = 20, delay: float = 1.0, segment: Segment = SEGMENT, **fields: Any
) -> Case:
    """Add dendrites that learning grows, by ``GROWN`` with these fields."""
    dendrites = Population("grown", room, segment, (), Branch("t", "basal", 0))
    learned = Projection(
        "learned", pre, "grown", Unconnected(), 1.0, delay, "excitatory", replace(GROWN, **fields)
    )  # fmt: skip
    return replace(made, populations=(*made.populations, dendrites), projections=(*made.projections, learned))


def mini_columns() -> Iterator[Case]:
    """Yield the cases of MiniColumn."""
    yield columns("MiniColumn")
    made = columns("MiniColumn, inhibited")
    silence = Projection("silence", "b", "t", FixedProbability(0.4), 0.75, 2.0, "inhibitory", Static())
    yield replace(made, projections=(*made.projections, silence))
    yield with_segments(columns("MiniColumn, depolarised"), ("basal",))
    yield with_segments(columns("MiniColumn, depolarised in two zones"), ("basal", "apical"), per_neuron=1)
    yield with_segments(columns("MiniColumn of one cell", 1), ("basal",))


def grown_dendrites() -> Iterator[Case]:
    """Yield the cases of HebbianPermanence."""
    yield growing(columns("HebbianPermanence"))
    yield growing(columns("HebbianPermanence, gated"), gate="b")
    yield growing(columns("HebbianPermanence, from another population"), "b", delay=2.0)
    yield growing(columns("HebbianPermanence, delay of 3 steps"), delay=3.0)
    yield growing(columns("HebbianPermanence, window of 2 steps"), segment=replace(SEGMENT, window=2.0), theta_match=2)
    yield growing(columns("HebbianPermanence, no room left"), room=4, most_segments=1)
    yield growing(columns("HebbianPermanence, pruned"), punishment=0.3, decrement=0.4)
    cell = IF_curr_delta(tau_m=4.0, tau_refrac=1.0, v_rest=-65.0, v_reset=-66.0, v_thresh=-55.0)
    yield growing(
        columns("HebbianPermanence on IF_curr_delta", 1, cell, 8.37), "b", segment=replace(SEGMENT, current=1.79)
    )


def alpha_dendrites() -> Iterator[Case]:
    """Yield the cases of AlphaDendrite and its rule."""
    cell = IF_curr_exp(
        cm=0.25, tau_m=10.0, tau_syn_E=2.0, tau_syn_I=1.0, tau_refrac=2.0, v_rest=0.0, v_reset=0.0, v_thresh=5.0
    )
    rule = PermanenceSTDP(
        w_mature=7.37, P_theta=10.0, lambda_plus=0.31, lambda_minus=0.0123, lambda_h=0.0517, z_target=1.3, dt_min=1.0,
        dt_max=20.0,
    )  # fmt: skip
    populations = (
        Population("t", 4, cell),
        Population("d", 4, AlphaDendrite(plateau=6.0), (), Branch("t", "basal", 1)),
    )
    drive = Projection("drive", "a", "t", OneToOne(), 0.573, 1.0, "excitatory", Static())
    for feature, synapse, weight in (
        ("AlphaDendrite", Static(), 11.3),
        ("PermanenceSTDP", rule, Uniform(8.0, 12.0)),
    ):
        onto = Projection("onto", "b", "d", AllToAll(), weight, 2.0, "excitatory", synapse)
        yield Case(feature, populations, (drive, onto), ("exact",))


def races() -> Iterator[Case]:
    """Yield the cases of Race."""
    for transfer, rate in (("linear", 700.0), ("power", 900.0), ("exponential", 300.0), ("winner", 1.0)):
        cell = Race(cells=4, transfer=transfer, exponent=3.0, beta=1.7, theta=0.13, rate=rate)  # type: ignore[arg-type]
        made = columns(f"Race, {transfer}", 4, cell)
        weights = Uniform(0.1, 1.9)
        own = Projection("own", "b", "t", AllToAll(), weights, 1.0, "excitatory", Static())
        silence = Projection("silence", "b", "t", FixedProbability(0.4), 0.75, 2.0, "inhibitory", Static())
        yield replace(made, projections=(*made.projections, own, silence))
