"""The published CA3 content-addressable memory, written out by hand (Casanueva-Morato et al. 2024, arXiv 2310.05868).

It shares nothing with the memory of spikemem.models, so that each of the two checks the other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from spikemem.ir import (
    AllToAll,
    IF_curr_exp,
    Network,
    OneToOne,
    PairSTDP,
    Population,
    Projection,
    Receptor,
    SpikeSource,
    Static,
)
from tests.reference.interpreter import Spike

DATA = Path(__file__).resolve().parents[1] / "data"
INPUTS = ("in_cue", "in_content")
Spikes = dict[str, list[Spike]]

_COMMON = IF_curr_exp(tau_syn_E=0.3, tau_syn_I=0.3, tau_refrac=1.0, v_rest=-60.0, v_reset=-60.0)
SLOW = replace(_COMMON, cm=0.27, tau_m=3.0, v_thresh=-57.0)
FAST = replace(_COMMON, cm=0.14, tau_m=0.5, v_thresh=-57.0)
OUT = replace(_COMMON, cm=0.27, tau_m=3.0, v_thresh=-57.5)
RULE = PairSTDP(
    tau_plus=3.0, tau_minus=3.0, A_plus=6.0, A_minus=6.0, w_min=0.0, w_max=6.0, update="deferred", history=15
)  # fmt: skip


def ca3_network(cues: int, bits: int, rule: PairSTDP = RULE) -> Network:
    """Return the memory of ``cues`` cue lines and ``bits`` content bits, its plastic synapses obeying ``rule``."""
    c, k = cues, bits
    populations = (
        Population("in_cue", c, SpikeSource()),
        Population("in_content", k, SpikeSource()),
        Population("cue_from_cue", c, SLOW),
        Population("content_from_cue", k, SLOW),
        Population("condition", k, FAST),
        Population("condition_gate", 1, FAST),
        Population("cue_from_content", c, FAST),
        Population("content_from_content", k, SLOW),
        Population("merge_cue", c, SLOW),
        Population("merge_content", k, SLOW),
        Population("out_cue", c, OUT),
        Population("out_content", k, OUT),
    )
    one, every, others = OneToOne(), AllToAll(), AllToAll(allow_self_connections=False)
    exc: Receptor = "excitatory"
    inh: Receptor = "inhibitory"
    static = Static()
    # (pre, post, connector, weight in nA, delay in ms, receptor, synapse), numbered by the publication's order.
    rows = (
        ("in_cue", "cue_from_cue", one, 6.0, 1.0, exc, static),  # 1
        ("in_content", "content_from_cue", one, 6.0, 1.0, exc, static),  # 2
        ("cue_from_cue", "content_from_cue", every, 0.0, 1.0, exc, rule),  # 3
        ("cue_from_cue", "cue_from_content", one, 6.0, 2.0, exc, static),  # 4
        ("cue_from_cue", "cue_from_content", others, 6.0 * k, 3.0, inh, static),  # 5
        ("cue_from_cue", "condition", every, 6.0, 2.0, inh, static),  # 6
        ("content_from_cue", "condition", one, 9.0, 1.0, exc, static),  # 7
        ("content_from_cue", "condition_gate", every, 6.0, 1.0, exc, static),  # 8
        ("condition_gate", "condition", every, 2.0, 1.0, exc, static),  # 9
        ("condition", "content_from_content", one, 6.0, 1.0, exc, static),  # 10
        ("content_from_content", "cue_from_content", every, 0.0, 1.0, exc, rule),  # 11
        ("cue_from_content", "cue_from_content", others, 6.0 * k, 2.0, inh, static),  # 12
        ("cue_from_cue", "merge_cue", one, 6.0, 3.0, exc, static),  # 13
        ("cue_from_content", "merge_cue", one, 6.0, 1.0, exc, static),  # 14
        ("content_from_cue", "merge_content", one, 6.0, 3.0, exc, static),  # 15
        ("content_from_content", "merge_content", one, 6.0, 1.0, exc, static),  # 16
        ("merge_cue", "out_cue", one, 6.0, 1.0, exc, static),  # 17
        ("merge_content", "out_content", one, 6.0, 1.0, exc, static),  # 17
    )
    projections = tuple(
        Projection(f"{number}:{row[0]}->{row[1]}", *row)
        for number, row in enumerate(rows, start=1)
    )  # fmt: skip
    return Network("ca3", 1.0, populations, projections)


def without_input_scale(network: Network, scale: float) -> Network:
    """Return ``network`` with every weight divided by ``scale``: as if weights were not scaled on arrival."""
    changed = {}
    for p in network.projections:
        assert isinstance(p.weight, float)
        rule = p.synapse
        if isinstance(rule, PairSTDP):
            names = ("A_plus", "A_minus", "w_min", "w_max")
            rule = replace(rule, **{name: getattr(rule, name) / scale for name in names})
        changed[p.name] = replace(p, weight=p.weight / scale, synapse=rule)
    return network.with_projections(changed)


def recorded(name: str) -> Spikes:
    """Return the recorded spikes of an experiment by population, sorted by step, then neuron."""
    spikes: Spikes = {}
    with (DATA / f"ca3_cam_{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            spikes.setdefault(row["population"], []).append((int(row["time_ms"]), int(row["neuron"])))
    return {population: sorted(found) for population, found in spikes.items()}


def learn(stimulus: Spikes, at: int, cue: int, content: Iterable[int]) -> None:
    """Hold the cue line and the content lines for three steps."""
    bits = list(content)
    for t in range(at, at + 3):
        stimulus["in_cue"].append((t, cue))
        stimulus["in_content"] += [(t, bit) for bit in bits]


def stress_stimulus(gap: int = 14) -> Spikes:
    """Return the published stress protocol for 5 cues and 10 bits: 60 operations, ``gap`` steps apart from step 1."""
    first = [{b for b in range(10) if (cue + 1) >> b & 1} for cue in range(5)]
    second = [set(range(10)) - content for content in first]
    stimulus: Spikes = {name: [] for name in INPUTS}
    at = 1
    for contents in (first, second, first):
        for cue, content in enumerate(contents):
            learn(stimulus, at, cue, sorted(content))
            at += gap
        for cue in range(5):
            stimulus["in_cue"].append((at, cue))
            at += gap
        for bit in range(10):
            stimulus["in_content"].append((at, bit))
            at += gap
    return stimulus


def difference(expected: Spikes, found: Spikes, populations: Sequence[str]) -> tuple[int, int]:
    """Return how many spikes of ``expected`` are missing from ``found``, and how many in ``found`` are extra."""
    pairs = [(set(expected.get(name, ())), set(found.get(name, ()))) for name in populations]
    return sum(len(a - b) for a, b in pairs), sum(len(b - a) for a, b in pairs)
