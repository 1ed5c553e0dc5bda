"""P6: part of a memory is lost, or its numbers are rounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from spikemem.experiment.study import Columns, Criterion, columns
from spikemem.experiments.memories.entrants import Choice, Entrant
from spikemem.experiments.memories.spiking import VALUES
from spikemem.experiments.memories.stream import BOOK, Stream, refusal, spaced
from spikemem.experiments.memories.suite import Suite
from spikemem.experiments.memories.sweep import Sweep, able, reason

TITLE = "P6 lesion and precision"
SHARES = (0.0, 0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95)
BITS = (32, 8, 6, 5, 4, 3, 2, 1)
KINDS = ("memory", "routing", "precision")
TUNED_AT = (("memory", 0.5), ("precision", 3))
ASKED = 32
"""Items that are asked for after each damage, at most."""
Damaging = Callable[[Stream], object]


def held(suite: Suite) -> int:
    """Return the items that are held: d / 2, few enough for most memories to answer while they are whole."""
    return min(suite.d // 2, BOOK // 2)


def deed(kind: str, amount: float) -> Damaging:
    """Return what is done to a memory: a share of a part of it is silenced, or its numbers are rounded to bits."""
    if kind == "precision":
        return lambda s: s.fitted.layer.forget("quantise", int(amount))
    return lambda s: s.fitted.layer.lesion(kind, amount)


def amounts(kind: str) -> tuple[float, ...]:
    """Return the steps of a kind of damage."""
    return tuple(map(float, BITS)) if kind == "precision" else SHARES


def full(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> Stream:
    """Return a memory that holds its items: half of its room, where that is less."""
    stream = Stream(suite, entrant, choice, number, held(suite))
    for k in range(_own(suite, stream)):
        stream.write(k, stream.book[k])
    return stream


def _own(suite: Suite, stream: Stream) -> int:
    slots = stream.fitted.slots
    return held(suite) if slots is None else min(held(suite), slots // 2)


def asked_after(suite: Suite, stream: Stream, damage: Damaging) -> float:
    """Return the share of items found by a copy of the memory that was damaged."""
    copy, asked = stream.copy(), spaced(_own(suite, stream), ASKED)
    damage(copy)
    return copy.right(asked, asked)


def measure(suite: Suite, choices: dict[str, Choice]) -> list[Sweep]:
    """Return the share of items found after each kind of damage; ``choices`` gets what was tuned."""
    valueless = reason(suite, VALUES)
    asked = able(suite, valueless)
    refused = {k: valueless | _refusals(suite, asked, k) for k in KINDS}
    some = [e for e in asked if any(e.name not in refused[k] for k in KINDS)]
    choices |= suite.tuned(TITLE, some, _score)
    kinds = {e.name: tuple(k for k in KINDS if e.name not in refused[k]) for e in some}
    jobs = [(e, choices[e.name], s, kinds[e.name]) for e in some for s in range(suite.seeds)]
    rows = suite.each(TITLE, jobs, _hurt)
    return [
        Sweep(
            f"lesion of {k}" if k != "precision" else k, "share" if k != "precision" else "bits", amounts(k),
            {
                e.name: np.array([rows[m * suite.seeds + s][k] for s in range(suite.seeds)])
                for m, e in enumerate(some) if k in kinds[e.name]
            },
            refused[k],
        )
        for k in KINDS
    ]  # fmt: skip


def _hurt(
    suite: Suite, entrant: Entrant, choice: Choice, number: int, kinds: tuple[str, ...]
) -> dict[str, list[float]]:
    """Return, by kind of damage, the share of items found after each amount of it."""
    stream = full(suite, entrant, choice, number)
    return {kind: [asked_after(suite, stream, deed(kind, x)) for x in amounts(kind)] for kind in kinds}


def _refusals(suite: Suite, asked: Sequence[Entrant], kind: str) -> dict[str, str]:
    """Return the reasons of the layers that refuse a kind of damage, each asked for its mildest form."""
    found = {}
    for entrant in asked:
        stream = Stream(suite, entrant, next(iter(entrant.choices())), 0, held(suite))
        if why := refusal(deed(kind, amounts(kind)[0]), stream):
            found[entrant.name] = why.split(";")[0]
    return found


def _score(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> float:
    stream = full(suite, entrant, choice, number)
    able = [deed(kind, x) for kind, x in TUNED_AT if not refusal(deed(kind, x), stream.copy())]
    return float(np.mean([asked_after(suite, stream, damage) for damage in able]))


def summary(suite: Suite, sweeps: Sequence[Sweep]) -> Columns:
    """Return what is found whole, and after some of the damage."""
    rows = []
    for name in suite.entrants:
        row: dict[str, object] = {"entrant": name}
        for sweep, picked in zip(sweeps, ((0.0, 0.5, 0.9), (0.5, 0.9), (8.0, 2.0, 1.0)), strict=True):
            for x in picked:
                unit = f"{x:.0%}" if sweep.what == "share" else f"{x:g} bits"
                row[f"{sweep.name}, {unit}"] = sweep.at(name, x) if name in sweep.found else np.nan
        rows.append(row)
    return columns(rows)


def criteria(suite: Suite, sweeps: Sequence[Sweep]) -> list[Criterion]:
    """Return what must hold: little precision is enough, and what is spread over synapses is lost little by little."""
    memory, _, precision = sweeps
    made = []
    worse = [n for n in precision.found if abs(precision.at(n, 8.0) - precision.at(n, 32.0)) > 0.01]
    made.append(
        Criterion("8 bits a number lose nothing against 32, within 1 %", not worse, ", ".join(worse) or "none loses")
    )
    for name in ("Hebbian", "delta"):
        if name in memory.found:
            got = memory.at(name, 0.5)
            made.append(Criterion(f"{name}: without half of its synapses it finds 95 %", got >= 0.95, f"{got:.3f}"))
    if "Hebbian" in precision.found:
        got = precision.at("Hebbian", 1.0)
        made.append(Criterion("Hebbian: the signs of its synapses alone find 95 %", got >= 0.95, f"{got:.3f}"))
    fallen = [n for n in memory.found if memory.at(n, 0.95) > memory.at(n, 0.0) + 0.01]
    made.append(Criterion("no memory finds more without 95 % of itself", not fallen, ", ".join(fallen) or "none does"))
    return made
