"""P4, then trained: streams of tokens that memories must read by themselves, before and after outer parameters are trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from spikemem.experiment.study import Columns, Criterion, columns
from spikemem.experiments.memories.codes import Pairs
from spikemem.experiments.memories.entrants import Choice, Entrant, Fitted, Order
from spikemem.experiments.memories.items import Array
from spikemem.experiments.memories.mqar import Sequence, embedded, sequence
from spikemem.experiments.memories.outer import Law, Numbers, drawn, gates, matrix, sigmoid, slots, units
from spikemem.experiments.memories.page import panel
from spikemem.experiments.memories.suite import Part, Suite, chosen, rounded
from spikemem.experiments.memories.sweep import Sweep, by_entrant, mean_of, points
from spikemem.experiments.memories.training import trained
from spikemem.experiments.memories.trial import first_choices
from spikemem.layers import (
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "P4 training"
D, LENGTH, TOKENS = 32, 128, 512
"""Numbers of a key and of a value; tokens of a stream; tokens that there are."""
PAIRS = (4.0, 8.0, 16.0, 32.0)
STREAMS = 4
"""Streams of a seed, for each number of pairs."""
HALF = 0.5
"""The gate from which on a memory without gates is written."""
ALL, TOLD, TRAINED = "", ", told the pairs", ", trained"


def _linear(order: Order, choice: Choice) -> Fitted:
    parameters = HebbianLinearParameters(d_k=order.d, d_v=order.d, decay=choice["decay"])
    return Fitted(HebbianLinear(parameters, order.seed), Pairs(order.d, order.d))


def _delta(order: Order, choice: Choice) -> Fitted:
    parameters = GatedDeltaParameters(d_k=order.d, d_v=order.d, alpha=choice["decay"], beta=choice["rate"])
    return Fitted(GatedDelta(parameters, order.seed), Pairs(order.d, order.d))


def _softmax(order: Order, choice: Choice) -> Fitted:
    layer = SoftmaxAttention(SoftmaxAttentionParameters(d_k=order.d, d_v=order.d, beta=choice["beta"]), order.seed)
    return Fitted(layer, Pairs(order.d, order.d), slots=order.numbers // (2 * order.d))


@dataclass(frozen=True)
class Kind:
    """A memory: how it is made, its law in training, what is tried untrained, and its choice from what was trained."""

    make: Callable[[Order, Choice], Fitted]
    law: Law
    counted: str
    grid: Mapping[str, tuple[float, ...]]
    learned: Callable[[Numbers], Choice]


KINDS: Mapping[str, Kind] = {
    "linear attention": Kind(
        _linear, matrix(0.0), "one matrix of reals", {"decay": (1.0, 0.99)},
        lambda outer: {"decay": float(sigmoid(outer["decay"]))},
    ),
    "gated delta": Kind(
        _delta, matrix(1.0), "one matrix of reals", {"decay": (1.0, 0.99), "rate": (0.5, 0.25, 0.1)},
        lambda outer: {"decay": float(sigmoid(outer["decay"])), "rate": 1.0},
    ),
    "softmax attention": Kind(
        _softmax, slots, "slots of key and value, in reals", {"beta": (8.0, 20.0)},
        lambda outer: {"beta": float(np.exp(outer["sharpness"]))},
    ),
}  # fmt: skip
ENTRANTS: Mapping[str, Entrant] = {
    name + how: Entrant(
        name + how, name, kind.make, kind.counted, "trained" if how == TRAINED else "one-pass",
        grid={} if how == TRAINED else kind.grid,
    )
    for name, kind in KINDS.items()
    for how in (ALL, TOLD, TRAINED)
}  # fmt: skip
"""Each memory as it is, told which tokens are pairs, and trained."""


def learned(suite: Suite, name: str) -> Numbers:
    """Return the outer parameters that a memory has learned from streams of training."""
    return trained(KINDS[name].law, suite.how.seed, suite.steps, D, LENGTH, TOKENS)


def untrained(suite: Suite, number: int) -> Numbers:
    """Return keys of random signs, and gates that are open: their bias is infinite."""
    return drawn(suite.how.seed + number, TOKENS, D) | {"bias": np.array(np.inf)}


def written(made: Sequence, outer: Numbers, told: bool) -> Array:
    """Return how strongly each token is written with the one after it; 0 where that is not written at all."""
    strength = gates(outer, made.tokens[:-1], made.tokens[1:])
    places = np.arange(strength.size)
    return np.where((places % 2 == 0) & (places < 2 * made.pairs), strength, 0.0) if told else strength


def read_through(fitted: Fitted, made: Sequence, outer: Numbers, told: bool = False) -> Array:
    """Return the answers of a memory that reads a stream token by token, and is asked at the queries."""
    keys, values, layer = units(outer["keys"]), embedded(D), fitted.layer
    strength, asked, answers = written(made, outer, told), set(made.queries.tolist()), []
    gated = "gate" in layer.traits.write_options
    for place, token in enumerate(made.tokens.tolist()):
        if place in asked:
            if fitted.slots is not None:
                layer.forget("prune", fitted.slots)
            answers.append(layer.read(keys[token]).value)
        if place == strength.size or strength[place] == 0.0:
            continue
        value = values[made.tokens[place + 1]]
        if gated:
            layer.write(keys[token], value, gate=float(strength[place]))
        elif strength[place] >= HALF:
            layer.write(keys[token], value)
    return np.array(answers)


def found(outers: Mapping[str, Numbers], suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Return, by pairs, the share of queries whose answer is nearest to the right one of all tokens."""
    outer, told = untrained(suite, number), entrant.name.endswith(TOLD)
    if entrant.tier == "trained":
        outer = outers[entrant.family]
        choice = KINDS[entrant.family].learned(outer)
    shares = []
    for pairs in map(int, PAIRS):
        right = []
        for k in range(STREAMS):
            made = sequence(suite.how.generator("tokens", str(number), str(pairs), str(k)), pairs, LENGTH, TOKENS)
            fitted = entrant.make(Order(D, LENGTH, suite.how.seed + number), choice)
            right.append(first_choices(read_through(fitted, made, outer, told), embedded(D)[:TOKENS], made.answers))
        shares.append(float(np.mean(right)))
    return shares


def measure(suite: Suite) -> Part:
    """Train, and set what was trained beside what was not, on streams that nothing was trained or tuned on."""
    suite = replace(suite, entrants=ENTRANTS)
    plain = [e for e in ENTRANTS.values() if e.tier == "one-pass"]
    names = list(KINDS)
    outers = dict(zip(names, suite.each(f"{TITLE}: training", [(name,) for name in names], learned), strict=True))
    trial = partial(found, outers)
    choices: dict[str, Choice] = {name: {} for name in ENTRANTS}
    choices |= suite.tuned(TITLE, plain, partial(mean_of, trial))
    sweep = Sweep("tokens", "pairs", PAIRS, by_entrant(suite, TITLE, list(ENTRANTS.values()), choices, trial))
    return Part(
        {f"{TITLE}: found": _with_tiers(sweep.table()), f"{TITLE}: outer parameters": _outer(suite, outers)},
        {f"{TITLE}, points": points(suite, [sweep]), f"{TITLE}, tuned": chosen(choices)},
        criteria(sweep),
        lambda: _draw(suite, sweep),
    )


def criteria(sweep: Sweep) -> tuple[Criterion, ...]:
    """Return what training is for: to find out by itself what is to be written."""
    made = []
    for name, kind in KINDS.items():
        plain, own = (float(sweep.means(name + how).mean()) for how in (ALL, TRAINED))
        told = f"{own:.3f}, {plain:.3f}"
        made.append(Criterion(f"{name}: trained > untrained, on streams not trained on", own > plain, told))
        if kind.make is not _softmax:  # whose slots a quarter of the random tokens fill, as they look like pairs
            what = f"{name}: trained, at most half as many queries are missed"
            made.append(Criterion(what, 1.0 - own <= 0.5 * (1.0 - plain), told))
    return tuple(made)


def _outer(suite: Suite, outers: Mapping[str, Numbers]) -> Columns:
    """Return what each memory keeps of a stream, what it has learned, and the gates of pairs, between them, and of others."""
    rows: list[dict[str, Any]] = []
    made = sequence(suite.how.generator("gates"), int(PAIRS[-1]), LENGTH, TOKENS)
    for name, outer in outers.items():
        strength, last = gates(outer, made.tokens[:-1], made.tokens[1:]), 2 * made.pairs
        choice = KINDS[name].learned(outer)
        rows.append({
            "memory": name, "numbers of its state": D * D, "outer numbers": sum(value.size for value in outer.values()),
            "learned": ", ".join(f"{key} {value:.4g}" for key, value in choice.items()),
            "gate of pairs": float(strength[:last:2].mean()), "between pairs": float(strength[1 : last - 1 : 2].mean()),
            "of random tokens": float(strength[last:].mean()),
        })  # fmt: skip
    return rounded(columns(rows))


def _with_tiers(table: Columns) -> Columns:
    """Return a table of entrants with their tiers and states behind their names."""
    own = [ENTRANTS[name] for name in table["entrant"]]
    told = {"entrant": table["entrant"], "tier": [e.tier for e in own], "state": [e.counted for e in own]}
    return told | {name: values for name, values in table.items() if name != "entrant"}


def _draw(suite: Suite, sweep: Sweep) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 3.8), layout="constrained")
    axes = figure.subplots(1, len(KINDS), sharey=True, squeeze=False)[0]
    for own, name in zip(axes, KINDS, strict=True):
        panel(own, name, [sweep.line(suite, ENTRANTS[name + how]) for how in (ALL, TOLD, TRAINED)], where="lower left")
        own.set_xscale("log", base=2)
        own.set_xticks(PAIRS, [f"{pairs:g}" for pairs in PAIRS])
        own.set_ylim(-0.04, 1.06)
        own.set_xlabel("pairs of a stream")
    axes[0].set_ylabel("share of queries answered right")
    figure.suptitle(
        f"Streams of {LENGTH} tokens, read token by token, in {D * D} numbers; mean and 95 % interval of {suite.seeds} seeds",
        x=0.01, ha="left", fontsize=10,
    )  # fmt: skip
    return figure
