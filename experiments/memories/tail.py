"""P5: keys shown by Zipf's law; what is found of the frequent and of the rare ones, and how many directions are stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Criterion
from spikemem.experiments.memories.entrants import Choice, Entrant
from spikemem.experiments.memories.items import Array
from spikemem.experiments.memories.spiking import VALUES
from spikemem.experiments.memories.stream import BOOK, Stream, spaced
from spikemem.experiments.memories.suite import Part, Suite, chosen
from spikemem.experiments.memories.sweep import Sweep, able, by_entrant, points, reason, refused
from spikemem.experiments.memories.sweep_page import draw
from spikemem.layers import MemoryLayer

TITLE = "P5 tail"
EXPONENTS = (0.0, 1.0, 1.5)
SHOWN = 4
"""Times that a key is shown, on average."""
ASKED = 32


def keys(suite: Suite) -> int:
    """Return the keys: d, and at most the values of the book."""
    return min(suite.d, BOOK)


def counts(ranks: int, exponent: float) -> npt.NDArray[np.int64]:
    """Return how often the key of each rank is shown: by Zipf's law, rounded, and at least once.

    >>> counts(4, 1.0).tolist()
    [8, 4, 3, 2]
    """
    odds = np.arange(1.0, ranks + 1) ** -exponent
    return np.maximum(np.round(SHOWN * ranks * odds / odds.sum()).astype(np.int64), 1)


def effective_rank(singular: Array) -> float:
    r"""Return :math:`\exp(-\sum_i p_i \ln p_i)` of the singular values over their sum, :math:`p_i` (Roy & Vetterli 2007).

    >>> round(effective_rank(np.array([1.0, 1.0, 0.0])), 9)
    2.0
    """
    p = singular[singular > 0] / singular.sum()
    return float(np.exp(-np.sum(p * np.log(p))))


def stored(layer: MemoryLayer[Any]) -> Array | None:
    """Return the matrix from keys to values that a layer keeps; None if it keeps items, several matrices or none.

    Of ridge regression it is the sum of pairs, before the solve; of a matrix with slots beside it, the matrix alone.
    """
    if layer.traits.auto or layer.traits.growing:
        return None
    shape = (layer.parameters.d_v, layer.parameters.d_k)
    return next((S for S in layer.state().values() if S.shape == shape), None)


def shown(suite: Suite, entrant: Entrant, choice: Choice, number: int, exponent: float) -> Stream:
    """Return a memory that was shown every key as often as its rank says, in random order."""
    times = counts(keys(suite), exponent)
    stream = Stream(suite, entrant, choice, number, int(times.sum()))
    every = np.repeat(np.arange(times.size), times)
    for k in suite.how.generator("zipf", str(number), str(exponent)).permutation(every).tolist():
        stream.write(k, stream.book[k])
    return stream


def found_of(stream: Stream, ranks: int) -> tuple[float, float]:
    """Return the shares found of the head, a tenth of the ranks, and of the tail, half of them."""
    head, tail = list(range(-(-ranks // 10))), [ranks // 2 + k for k in spaced(ranks // 2, ASKED)]
    return stream.right(head, head), stream.right(tail, tail)


def profile(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Return the shares of heads by exponent, then those of tails, then the effective ranks over d."""
    rows = []
    for exponent in EXPONENTS:
        stream = shown(suite, entrant, choice, number, exponent)
        S = stored(stream.fitted.layer)
        width = np.nan if S is None else effective_rank(np.linalg.svd(S, compute_uv=False)) / suite.d
        rows.append([*found_of(stream, keys(suite)), width])
    return [float(v) for v in np.transpose(rows).ravel()]


def _score(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> float:
    return float(np.mean([
        found_of(shown(suite, entrant, choice, number, exponent), keys(suite)) for exponent in EXPONENTS[1:]
    ]))  # fmt: skip


def measure(suite: Suite) -> Part:
    """Measure head, tail and rank, with what was tuned on both exponents' heads and tails alike."""
    cannot = reason(suite, VALUES)
    asked, steps = able(suite, cannot), len(EXPONENTS)

    choices = suite.tuned(TITLE, asked, _score)
    found = by_entrant(suite, TITLE, asked, choices, profile)
    flat = {n for n, own in found.items() if np.isnan(own[:, 2 * steps :]).any()}
    none = dict.fromkeys(sorted(flat), "its state is not one matrix from keys to values")
    head, tail, width = (
        Sweep(name, "Zipf exponent", EXPONENTS, {n: own[:, k * steps : (k + 1) * steps] for n, own in found.items()})
        for k, name in enumerate(("head", "tail", "effective rank over d"))
    )
    head, tail = (replace(s, cannot=cannot) for s in (head, tail))
    width = replace(width, found={n: own for n, own in width.found.items() if n not in flat}, cannot=cannot | none)
    sweeps = (head, tail, width)
    ranks = replace(width, name="effective rank", found={n: own * suite.d for n, own in width.found.items()})
    heading = (
        f"Keys shown by Zipf's law, at equal bits: share found of the head (first tenth of {keys(suite)} ranks) and of the "
        f"tail (last half), and the effective rank of the matrix over d;\na key is shown {SHOWN} times on average; "
        f"mean and 95 % interval of {suite.seeds} seeds"
    )
    return Part(
        {f"{TITLE}: {s.name}": s.table() for s in (head, tail, ranks)} | {f"{TITLE}, cannot": refused([width])},
        {f"{TITLE}, points": points(suite, sweeps), f"{TITLE}, tuned": chosen(choices)},
        criteria(suite, head, tail, ranks),
        lambda: draw(suite, sweeps, heading),
    )


def criteria(suite: Suite, head: Sweep, tail: Sweep, ranks: Sweep) -> tuple[Criterion, ...]:
    """Return what theory says: a sum stores a pair as strongly as it is frequent, an error-driven memory each one once."""
    made: list[Criterion] = []
    if "Hebbian" in head.found:
        for x in EXPONENTS[1:]:
            one, two = tail.at("Hebbian", x), head.at("Hebbian", x)
            made.append(
                Criterion(
                    f"Hebbian, exponent {x:g}: tail < head: what is rare is drowned", one < two, f"{one:.3f}, {two:.3f}"
                )
            )
        expected, got = effective_rank(counts(keys(suite), 1.5).astype(float)), ranks.at("Hebbian", 1.5)
        # Schur and Horn: the singular values of a sum of projections majorise its weights, which orthogonal keys would give.
        what = "Hebbian, exponent 1.5: the rank is at most that of the frequencies, as keys share directions"
        made.append(Criterion(what, got <= expected, f"{got:.1f}, {expected:.1f}"))
    if {"Hebbian", "delta"} <= head.found.keys():
        for x in EXPONENTS[1:]:
            one, two = tail.at("delta", x), tail.at("Hebbian", x)
            made.append(
                Criterion(f"exponent {x:g}: delta's tail is not below Hebbian's", one >= two, f"{one:.3f}, {two:.3f}")
            )
        low, high = ranks.at("Hebbian", 1.5), ranks.at("delta", 1.5)
        what = "exponent 1.5: the Hebbian matrix has fewer directions than delta's"
        made.append(Criterion(what, low < high, f"{low:.1f}, {high:.1f}"))
    if "modern Hopfield" in tail.found:
        rare = tail.at("modern Hopfield", 1.5)
        made.append(Criterion("modern Hopfield: a rare item is a slot like any other", rare >= 0.95, f"{rare:.3f}"))
    return tuple(made)
