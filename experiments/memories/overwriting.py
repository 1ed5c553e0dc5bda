"""P3: a key gets a new value, again and again."""

from __future__ import annotations

from spikemem.experiment.study import Criterion
from spikemem.experiments.memories.entrants import Choice, Entrant
from spikemem.experiments.memories.spiking import VALUES
from spikemem.experiments.memories.stream import Stream, spaced
from spikemem.experiments.memories.suite import Suite
from spikemem.experiments.memories.sweep import Sweep, able, by_entrant, reason

TITLE = "P3 overwriting"
VALUES_A_KEY = (1, 2, 3, 4)
HALF = 0.5
"""A share of latest values that one who keeps them must pass, far from 1 / 4 and from 1."""


def keys(suite: Suite) -> int:
    """Return the keys that are overwritten: d / 4, and at most a fourth of the values of the book."""
    return min(suite.d // 4, 64)


def overwrite(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> list[float]:
    """Give every key value after value; return the share of the latest that are found, where they are asked."""
    count = keys(suite)
    stream = Stream(suite, entrant, choice, number, count * VALUES_A_KEY[-1])
    asked, found = spaced(count, suite.asked), []
    for stage in VALUES_A_KEY:
        order = suite.how.generator("overwrite", str(number), str(stage)).permutation(count).tolist()
        for k in order:
            stream.write(k, stream.book[k + (stage - 1) * count])
        found.append(stream.right(asked, [k + (stage - 1) * count for k in asked]))
    return found


def _score(suite: Suite, entrant: Entrant, choice: Choice, number: int) -> float:
    return overwrite(suite, entrant, choice, number)[-1]


def measure(suite: Suite, choices: dict[str, Choice]) -> Sweep:
    """Return the share of keys whose latest value is found, by values a key; ``choices`` gets what was tuned."""
    cannot = reason(suite, VALUES)
    asked = able(suite, cannot)
    choices |= suite.tuned(TITLE, asked, _score)
    found = by_entrant(suite, TITLE, asked, choices, overwrite)
    return Sweep("overwriting", "values a key", tuple(map(float, VALUES_A_KEY)), found, cannot)


def criteria(suite: Suite, sweep: Sweep) -> list[Criterion]:
    """Return what theory says: a sum cannot tell the latest of four values, which error-driven and replacing memories keep."""
    made, chance = [], 1.0 / VALUES_A_KEY[-1]
    for name in ("Hebbian", "modern Hopfield"):
        if name in sweep.found:
            got, asked = sweep.at(name, 4.0), suite.seeds * min(suite.asked, keys(suite))
            allowed = 4.0 * (chance * (1.0 - chance) / asked) ** 0.5
            what = f"{name}: of four values of a key, all are as strong: the latest is found by chance, 1/4"
            made.append(Criterion(what, abs(got - chance) <= allowed, f"{got:.3f}, at most {allowed:.3f} apart"))
    for name in ("delta", "novelty gate"):
        if name in sweep.found:
            got = sweep.at(name, 4.0)
            made.append(
                Criterion(f"{name}: a write replaces: the latest of four values is found", got >= 0.95, f"{got:.3f}")
            )
    if {"Hebbian", "Hebbian, decay"} <= sweep.found.keys():
        one, two = sweep.at("Hebbian, decay", 4.0), sweep.at("Hebbian", 4.0)
        what = "Hebbian, decay: finds the latest of four values more often than the sum, and than every second time"
        made.append(Criterion(what, one > max(two, HALF), f"{one:.3f}, {two:.3f}"))
    return made
