"""Random networks of macs whose learning, persistence, back-off and competing hypotheses are all of some use."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from spikemem.ir import (
    AllToAll,
    Connector,
    FadingOneShot,
    Mac,
    Network,
    OneShot,
    OneToOne,
    Population,
    Projection,
    ReceptiveFields,
    Receptor,
    SpikeSource,
    Static,
)
from tests.reference.interpreter import Spike

INPUTS, STEPS = 8, 24
Fields = tuple[tuple[int, ...], ...]
Rule = OneShot | FadingOneShot


def sources(drive: int = 1) -> tuple[Population, ...]:
    sizes = {"x": INPUTS, "above": 3, "in_learn": 1, "in_free": 1, "drive": drive}
    return tuple(Population(name, size, SpikeSource()) for name, size in sizes.items())


def wired(name: str, pre: str, connector: Connector, receptor: Receptor, delay: float, rule: Rule) -> Projection:
    return Projection(name, pre, "mac", connector, 0.0, delay, receptor, rule)


def network(cell: Mac, macs: int, fields: Fields, rule: Rule, delay: int, horizontal: int) -> Network:
    size = macs * cell.size
    beside = ReceptiveFields((tuple(range(size)),) * macs, cell.size, apart=cell.cells)
    return Network(
        "macs", 1.0, (*sources(size), Population("mac", size, cell)),
        (
            wired("U", "x", ReceptiveFields(fields, cell.size), "up", float(delay), rule),
            wired("H", "mac", beside, "horizontal", float(horizontal), rule),
            wired("D", "above", AllToAll(), "down", 1.0, OneShot()),
            Projection("drive->mac", "drive", "mac", OneToOne(), 1.0, 1.0, "excitatory", Static()),
        ),
    )  # fmt: skip


positive = st.sampled_from([0.5, 1.0, 2.0])


@st.composite
def macs(draw: st.DrawFn) -> tuple[Mac, int, tuple[tuple[int, ...], ...], Rule, int, int]:
    pi_minus = draw(st.integers(1, 3))
    cell = Mac(
        modules=draw(st.integers(1, 3)), cells=draw(st.integers(1, 4)), lambda_U=draw(positive), lambda_H=draw(positive),
        lambda_D=draw(positive), lambda_first=draw(positive), G_minus=draw(st.sampled_from([0.0, 0.1, 0.4])),
        gamma=draw(positive), chi=draw(st.sampled_from([0.0, 2.0, 100.0])),
        form=draw(st.sampled_from(["A", "A_outside", "B", "2010"])), pi_minus=pi_minus,
        pi_plus=draw(st.sampled_from([None, pi_minus + 3])), back_off=draw(st.sampled_from([0.0, 0.5, 1.0])),
        hypotheses=draw(st.integers(0, 3)), near=draw(st.sampled_from([0.5, 1.0])),
        persistence=draw(st.integers(1, 3)), frame=float(draw(st.integers(1, 4))),
        gate=draw(st.sampled_from([None, "in_learn"])), free=draw(st.sampled_from([None, "in_free"])),
    )  # fmt: skip
    count = draw(st.integers(1, 3))
    field = st.lists(st.integers(0, INPUTS - 1), unique=True).map(lambda own: tuple(sorted(own)))
    rule: Rule = OneShot(most=draw(st.integers(1, 3)), freeze=draw(st.sampled_from([0.0, 0.3, 1.0])))
    if draw(st.booleans()):
        rule = FadingOneShot(
            weights=draw(st.sampled_from([(3, 2, 0), (5, 3, 1)])), ages=(2.0, 4.0), stiff_ages=(5.0, 9.0)
        )
    fields = tuple(draw(st.lists(field, min_size=count, max_size=count)))
    return cell, count, fields, rule, draw(st.integers(1, 3)), draw(st.integers(1, 4))


@st.composite
def stimuli(draw: st.DrawFn, size: int) -> dict[str, list[Spike]]:
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    found = {}
    for name, count, rate in (
        ("x", INPUTS, 0.4),
        ("above", 3, 0.2),
        ("in_learn", 1, 0.6),
        ("in_free", 1, 0.4),
        ("drive", size, 0.01),
    ):
        steps, neurons = np.nonzero(rng.random((STEPS, count)) < rate)
        found[name] = list(zip(steps.tolist(), neurons.tolist(), strict=True))
    return found
