"""P3: items are held while others come, which nobody asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from spikemem.experiment.study import Columns, Criterion, columns
from spikemem.experiments.memories.entrants import Choice, Entrant
from spikemem.experiments.memories.items import Array
from spikemem.experiments.memories.stream import BOOK, Stream, spaced
from spikemem.experiments.memories.suite import Suite
from spikemem.experiments.memories.sweep import Samples, Sweep, by_entrant

TITLE = "P3 fillers"
FILLERS = (0, 16, 64, 256, 1024, 4096)
TUNED_AT = 64
FORGOTTEN = 1 / 8
"""The share of items found (above what is found by chance) below which, in some seed, no more fillers come."""


@dataclass(frozen=True)
class Held:
    """What fillers leave: the share of items found, and the strength of their values in the answers, 1 without fillers."""

    right: Sweep
    strength: Sweep
    choices: Mapping[str, Choice]


def targets(suite: Suite) -> int:
    """Return the items that are held: d / 4, and half of the book at most."""
    return min(suite.d // 4, BOOK // 2)


class Holding:
    """A memory with the items to be held, and ever more fillers, whose values are the rest of the book in turn."""

    def __init__(self, suite: Suite, entrant: Entrant, choice: Choice, number: int) -> None:
        self.count, self.fillers = targets(suite), 0
        self.stream = Stream(suite, entrant, choice, number, self.count + TUNED_AT)
        self.asked = spaced(self.count, suite.asked)
        for k in range(self.count):
            self.stream.write(k, self.stream.book[k])

    def fill(self, fillers: int) -> None:
        """Write further fillers, up to so many in all."""
        for n in range(self.fillers, fillers):
            self.stream.write(self.count + n, self.stream.book[self.count + n % (BOOK - self.count)])
        self.fillers = fillers

    def ask(self) -> tuple[float, float]:
        """Return the share of items found, and the mean product of answers and values."""
        right = self.stream.right(self.asked, self.asked)
        if self.stream.entrant.answers == "known":
            return right, np.nan
        return right, float((self.stream.scores(self.asked) * self.stream.book[self.asked]).mean())


def measure(suite: Suite) -> Held:
    """Return what is left after more and more fillers; where a seed has forgotten all but an eighth, no more are written."""
    everyone = list(suite.entrants.values())
    choices = suite.tuned(TITLE, everyone, _score)
    found = by_entrant(suite, TITLE, everyone, choices, _held)
    x, steps = tuple(map(float, FILLERS)), len(FILLERS)
    right, strength = ({name: _whole(own[:, part]) for name, own in found.items()} for part in (
        slice(steps), slice(steps, None)
    ))  # fmt: skip
    return Held(Sweep("fillers", "fillers", x, right), Sweep("strength", "fillers", x, strength), choices)


def _score(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> float:
    holding = Holding(suite, entrant, choice, number)
    holding.fill(TUNED_AT)
    return holding.ask()[0]


def _held(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Return, by fillers, the share of items found, then their strength over that without fillers."""
    holding = Holding(suite, entrant, choice, number)
    chance = 0.5 if entrant.answers == "known" else 0.0
    asked = np.full((2, len(FILLERS)), np.nan)
    for k, fillers in enumerate(FILLERS):
        holding.fill(fillers)
        asked[:, k] = holding.ask()
        if asked[0, k] - chance <= FORGOTTEN * (1.0 - chance):
            break
    asked[1] /= asked[1, 0]
    return [float(v) for v in asked.ravel()]


def _whole(samples: Samples) -> Samples:
    """Return samples up to where each seed was asked."""
    return np.where(np.isnan(samples).any(axis=0), np.nan, samples)


def half_life(fillers: Sequence[float], strength: Array) -> float:
    r"""Return the writes in which the strength is halved: between the points about 1/2, where its logarithm is a line.

    If it stays above 1/2, the last point's mean rate goes on; if it does not fall, infinity.

    >>> round(half_life((0, 16, 64), 0.9 ** np.array([0, 16, 64])), 3), round(log(2) / -log(0.9), 3)
    (6.579, 6.579)
    """
    below = np.flatnonzero(strength < 0.5)
    k = int(below[0]) if below.size else int(np.flatnonzero(~np.isnan(strength))[-1])
    start, end = log(max(strength[k - 1], 1e-9)), log(max(strength[k], 1e-9))
    if end >= start:
        return float("inf")
    return float(fillers[k - 1] + (log(0.5) - start) / (end - start) * (fillers[k] - fillers[k - 1]))


def summary(suite: Suite, held: Held) -> Columns:
    """Return what is left after 64 fillers, and the writes after which half of the items, or of their strength, is left."""
    rows = []
    for name, right in held.right.found.items():
        own = right.mean(axis=0)
        last = int(np.flatnonzero(~np.isnan(own))[-1])
        half = _half(held.right.x, own / own[0])
        strength = held.strength.means(name)
        known = suite.entrants[name].answers == "known"
        rows.append(
            {"entrant": name}
            | suite.spread("after 64", f"fillers {name}", right[:, 2])
            | {
                "half of items, writes": half, "still half at": held.right.x[last] if np.isnan(half) else np.nan,
                "half of strength, writes": np.nan if known else half_life(held.strength.x, strength),
            }
        )  # fmt: skip
    return columns(rows)


def _half(fillers: Sequence[float], share: Array) -> float:
    """Return the fillers at which half is left, by a line over log(1 + fillers); not a number if half is left at the end."""
    below = np.flatnonzero(share < 0.5)
    if not below.size:
        return float("nan")
    k = int(below[0])
    a, b = np.log1p(fillers[k - 1]), np.log1p(fillers[k])
    return float(np.expm1(a + (share[k - 1] - 0.5) / (share[k - 1] - share[k]) * (b - a)))


def criteria(suite: Suite, held: Held) -> list[Criterion]:
    """Return what theory says of strengths: a part of each is left by a write, so half after ln 2 / -ln(part) writes."""
    made = []
    parts: Mapping[str, tuple[str, Callable[[Choice], float]]] = {
        "Hebbian, decay": ("gamma", lambda c: float(c["decay"])),
        "delta": ("(1 - beta / d)", lambda c: 1.0 - c["beta"] / suite.d),
    }
    for name, (symbol, part) in parts.items():
        if name in held.strength.found:
            left = part(held.choices[name])
            found, due = half_life(held.strength.x, held.strength.means(name)), log(2) / -log(left)
            allowed = _noise(suite, left, due)
            what = f"{name}: the strength's half-life is ln 2 / -ln {symbol} writes"
            heard = f"{found:.1f}, due {due:.1f} ({symbol} = {left:.4g}), at most {allowed:.0%} apart"
            made.append(Criterion(what, abs(found / due - 1.0) <= allowed, heard))
    if "Hebbian" in held.strength.found:
        got, count = held.strength.at("Hebbian", 64.0), suite.seeds * min(suite.asked, targets(suite))
        allowed = 4.0 * 64**0.5 / (suite.d * count**0.5)
        what = "Hebbian: what is stored does not weaken by others: strength 1 after 64 fillers"
        made.append(Criterion(what, abs(got - 1.0) <= allowed, f"{got:.3f}, at most {allowed:.3f} apart"))
    if "softmax attention" in held.right.found:
        room = int(suite.d**2 // (suite.d * (1.0 + held.choices["softmax attention"]["keys"])))
        kept = [x for x in held.right.x if x + targets(suite) <= room]
        lost = [x for x in held.right.x if x >= room]
        before, after = held.right.at("softmax attention", kept[-1]), held.right.at("softmax attention", lost[0])
        what = f"softmax attention: {room} slots: all are found while there is room, and then none"
        heard = f"{before:.3f} after {kept[-1]:g}, {after:.3f} after {lost[0]:g} fillers"
        made.append(Criterion(what, before >= 0.95 and after <= 0.05, heard))
    return made


def _noise(suite: Suite, left: float, writes: float) -> float:
    """Return four standard deviations of a half-life, over it: what fillers leave in d answers of d signs each."""
    fillers = (1.0 - left ** (2.0 * writes)) / (1.0 - left**2)
    deviation = fillers**0.5 / suite.d / (suite.seeds * min(suite.asked, targets(suite))) ** 0.5
    return float(min(4.0 * deviation / (0.5 * log(2)), 0.4))
