"""P3, second part: close keys, serial position, forgetting one key, repetition and replay."""

from __future__ import annotations

from functools import partial

import numpy as np

from spikemem.experiment.study import Criterion
from spikemem.experiments.memories.entrants import Choice, Entrant
from spikemem.experiments.memories.spiking import DAMAGED, REPLAY, VALUES
from spikemem.experiments.memories.stream import BOOK, Stream, refusal, spaced
from spikemem.experiments.memories.suite import Part, Suite, chosen
from spikemem.experiments.memories.sweep import Sweep, Trial, able, by_entrant, mean_of, points, reason, refused
from spikemem.experiments.memories.sweep_page import draw

TITLE = "P3 interference"
COSINES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9)
QUARTERS = (1.0, 2.0, 3.0, 4.0)
FORGOTTEN = (0.0, 1.0, 2.0, 4.0, 8.0)
REPETITION = (0.0, 1.0, 2.0)
"""Shown once; four times in a row; four times with others between. The last time is the same."""
REPLAYS = (0.0, 1.0, 4.0)
ASKED, TIMES = 16, 4


def close_keys(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Return the share found of d / 4 items, by the mean cosine of two keys: a part of each key's signs is the same for all."""
    found = []
    for cosine in COSINES:
        stream = Stream(suite, entrant, choice, number, suite.d // 4)
        signs = stream.fitted.code.length
        common = stream.items.key(suite.d, signs)
        for k in range(suite.d // 4):
            same = suite.how.generator("close", str(number), str(k)).random(signs) < cosine**0.5
            stream.set_key(k, np.where(same, common, stream.key(k)))
            stream.write(k, stream.book[k])
        asked = spaced(suite.d // 4, ASKED)
        found.append(stream.right(asked, asked))
    return found


def length(suite: Suite) -> int:
    """Return the items of a list: 2 d, and at most the book's."""
    return min(2 * suite.d, BOOK)


def listed(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> Stream:
    """Return a memory of a list of 2 d items."""
    stream = Stream(suite, entrant, choice, number, length(suite) * (1 + int(REPLAYS[-1])))
    for k in range(length(suite)):
        stream.write(k, stream.book[k])
    return stream


def serial(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Return the share found of 2 d items, by the quarter of the list."""
    stream, quarter = listed(suite, entrant, choice, number), length(suite) // 4
    asked = [[q * quarter + k for k in spaced(quarter, ASKED)] for q in range(4)]
    return [stream.right(own, own) for own in asked]


def replayed(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Return the share found of 2 d items, by the times that all were replayed after they were written once."""
    stream, asked, found, done = listed(suite, entrant, choice, number), spaced(length(suite), ASKED), [], 0
    for times in map(int, REPLAYS):
        if times > done:
            stream.replay(range(length(suite)), times - done)
        done = times
        found.append(stream.right(asked, asked))
    return found


def forgotten(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Return, by the keys forgotten of d / 4: the share of them still found (residue), then that of the others."""
    count = suite.d // 4
    stream, residue, others = Stream(suite, entrant, choice, number, count), [], []
    for k in range(count):
        stream.write(k, stream.book[k])
    for k in range(int(FORGOTTEN[-1]) + 1):
        if k in FORGOTTEN:
            gone, kept = list(range(k)), list(range(int(FORGOTTEN[-1]), count))
            residue.append(stream.right(gone, gone) if gone else np.nan)
            others.append(stream.right(kept, kept))
        stream.fitted.layer.forget("key", stream.coded(k))
    return residue + others


def repeated(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Return the share found of d / 8 items shown once, in a row, and spaced, d / 2 others coming between and after."""
    count, gap, found = suite.d // 8, suite.d // 2, []
    for schedule in ("...1.", "...4.", "1.1.1.1."):
        stream, fillers = Stream(suite, entrant, choice, number, TIMES * (count + gap)), count
        for step in schedule:
            if step == ".":
                for k in range(fillers, fillers + gap):
                    stream.write(k, stream.book[count + k % (len(stream.book) - count)])
                fillers += gap
            else:
                for k in range(count):
                    for _ in range(int(step)):
                        stream.write(k, stream.book[k])
        asked = spaced(count, ASKED)
        found.append(stream.right(asked, asked))
    return found


def measure(suite: Suite) -> Part:
    """Measure all of it, with what was tuned on the list."""
    cannot = reason(suite, VALUES)
    asked = able(suite, cannot)

    choices = suite.tuned(TITLE, asked, partial(mean_of, serial))
    whys = cannot | {e.name: why for e in asked if (why := _refusal(suite, e))}

    def sweep(name: str, what: str, x: tuple[float, ...], trial: Trial, no: dict[str, str] = cannot) -> Sweep:
        return Sweep(name, what, x, by_entrant(suite, f"{TITLE}: {name}", able(suite, no), choices, trial), no)

    both = sweep("forgotten keys", "keys forgotten", FORGOTTEN, forgotten, whys)
    steps = len(FORGOTTEN)
    sweeps = [
        sweep("close keys", "mean cosine of two keys", COSINES, close_keys, cannot | reason(suite, DAMAGED)),
        sweep("serial position", "quarter of the list", QUARTERS, serial),
        Sweep("residue", "keys forgotten", FORGOTTEN, {n: own[:, :steps] for n, own in both.found.items()}, whys),
        Sweep("collateral", "keys forgotten", FORGOTTEN, {n: own[:, steps:] for n, own in both.found.items()}, whys),
        sweep("repetition", "once, massed (1), spaced (2)", REPETITION, repeated),
        sweep("replay", "replays of all items", REPLAYS, replayed, cannot | reason(suite, REPLAY)),
    ]
    told = [s for s in sweeps if s.name != "collateral"]  # whose reasons are those of the residue
    heading = (
        f"Interference at equal bits: share of items found; of {suite.d // 4} items some are forgotten (residue), and the "
        f"others are asked (collateral); mean and 95 % interval of {suite.seeds} seeds"
    )
    return Part(
        {f"{TITLE}: {s.name}": s.table() for s in sweeps} | {f"{TITLE}, cannot": refused(told)},
        {f"{TITLE}, {s.name}, points": points(suite, [s]) for s in sweeps} | {f"{TITLE}, tuned": chosen(choices)},
        criteria(suite, {s.name: s for s in sweeps}),
        lambda: draw(suite, sweeps, heading),
    )


def _refusal(suite: Suite, entrant: Entrant) -> str | None:
    stream = Stream(suite, entrant, next(iter(entrant.choices())), 0, 4)
    why = refusal(lambda s: s.fitted.layer.forget("key", s.coded(0)), stream)
    return why.split(";")[0] if why else None


def untouched(suite: Suite) -> float:
    """Return how far an answer of the Hebbian memory moves when a key orthogonal to it is forgotten."""
    stream = Stream(suite, suite.entrants["Hebbian"], {}, 0, 2)
    stream.set_key(1, stream.key(0) * np.where(np.arange(stream.fitted.code.length) % 2, -1.0, 1.0))
    for k in (0, 1):
        stream.write(k, stream.book[k])
    before = stream.scores([1])
    stream.fitted.layer.forget("key", stream.coded(0))
    return float(np.abs(stream.scores([1]) - before).max())


def criteria(suite: Suite, by_name: dict[str, Sweep]) -> tuple[Criterion, ...]:
    """Return what theory says of the memories that take part."""
    made, close, order, replay = [], by_name["close keys"], by_name["serial position"], by_name["replay"]
    if "Hebbian" in close.found:
        moved = untouched(suite)
        made.append(
            Criterion("Hebbian: forgetting a key moves no answer of an orthogonal one", moved < 1e-9, f"{moved:.2g}")
        )
        left, others = (by_name[n].at("Hebbian", 8.0) for n in ("residue", "collateral"))
        what = "Hebbian: of forgotten keys at most 5 % are found, of the others at least 95 %"
        made.append(Criterion(what, left <= 0.05 and others >= 0.95, f"{left:.3f}, {others:.3f}"))
        one, four = replay.at("Hebbian", 0.0), replay.at("Hebbian", 4.0)
        made.append(
            Criterion("Hebbian: replay scales the sum and changes no choice", one == four, f"{one:.3f}, {four:.3f}")
        )
    if {"Hebbian", "ridge"} <= close.found.keys():
        one, two = close.at("ridge", 0.7), close.at("Hebbian", 0.7)
        made.append(
            Criterion(
                "keys of cosine 0.7: ridge > Hebbian: it takes out what keys share", one > two, f"{one:.3f}, {two:.3f}"
            )
        )
    residue = by_name["residue"]
    if "ridge" in residue.found:
        left, others = (by_name[n].at("ridge", 8.0) for n in ("residue", "collateral"))
        what = "ridge: of forgotten keys at most 10 % are found, of the others at least 95 %"
        made.append(Criterion(what, left <= 0.1 and others >= 0.95, f"{left:.3f}, {others:.3f}"))
    if "modern Hopfield" in residue.found:
        left = residue.at("modern Hopfield", 8.0)
        made.append(Criterion("modern Hopfield: an item that is dropped is not found", left <= 0.05, f"{left:.3f}"))
    if "delta" in order.found:
        last, first = order.at("delta", 4.0), order.at("delta", 1.0)
        made.append(
            Criterion(
                "delta: the last quarter of a list is found no less than the first",
                last >= first,
                f"{last:.3f}, {first:.3f}",
            )
        )
        none, four = replay.at("delta", 0.0), replay.at("delta", 4.0)
        made.append(
            Criterion(
                "delta: replay finds no less, on the way to the least squares", four >= none, f"{four:.3f}, {none:.3f}"
            )
        )
    return tuple(made)
