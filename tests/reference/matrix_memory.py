"""The matrix memory of Titans (Behrouz et al. 2024, arXiv:2501.00663) as a recursion, and as a network that learns by tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.ir import AllToAll, IF_curr_delta, Network, Population, Projection, SpikeSource, TagAndCapture
from tests.reference.interpreter import Spike

LINES, VALUES, WRITES, SPACING = 5, 3, 20, 8
ETA, THETA, RETAIN, C = 0.75, 0.125, 0.875, 0.5


@dataclass(frozen=True)
class Written:
    """A network and its stimulus, and the matrix S (values, lines) that the same writes make by the recursion."""

    network: Network
    stimulus: dict[str, list[Spike]]
    steps: int
    S: npt.NDArray[np.float64]

    def wanted(self) -> npt.NDArray[np.float64]:
        """Return what the weights should be, (pre, post): those of the lines, then of the opposite lines."""
        return np.concatenate([self.S.T, -self.S.T])


def written(delay: int) -> Written:
    """Return 20 random writes: m <- eta m + theta (v - c S k) k^T; S <- retain S + m."""
    draws = np.random.default_rng(7)
    keys, values = draws.choice([-1, 1], (WRITES, LINES)), draws.choice([-1, 0, 1], (WRITES, VALUES))
    S, m = np.zeros((VALUES, LINES)), np.zeros((VALUES, LINES))
    sizes = {"pre": 2 * LINES, "gate": 1, "capture": 1, "teacher": 2 * VALUES}
    stimulus: dict[str, list[Spike]] = {name: [] for name in sizes}
    for write, (k, v) in enumerate(zip(keys, values, strict=True)):
        for step, sign in ((write * SPACING, 1), (write * SPACING + 1, -1)):
            stimulus["pre"] += [(step, _line(j, sign * x, LINES)) for j, x in enumerate(k)]
            stimulus["teacher"] += [(step + delay, _line(i, sign * x, VALUES)) for i, x in enumerate(v) if x]
            stimulus["gate"].append((step + delay, 0))
        stimulus["capture"].append((write * SPACING + 1 + delay, 0))
        m = ETA * m + THETA * np.outer(v - C * S @ k, k)
        S = RETAIN * S + m
    rule = TagAndCapture(
        gate="gate", capture="capture", teacher="teacher", rate=THETA, prediction=C, momentum=ETA, retain=RETAIN
    )
    populations = (*(Population(name, size, SpikeSource()) for name, size in sizes.items()),)
    post = Population("post", VALUES, IF_curr_delta())
    projection = Projection("s", "pre", "post", AllToAll(), 0.0, float(delay), "excitatory", rule)
    network = Network("titans", 1.0, (*populations, post), (projection,)).verify()
    return Written(network, stimulus, WRITES * SPACING + delay, S)


def _line(number: int, sign: Any, lines: int) -> int:
    """Return the line that stands for a sign."""
    return number if sign > 0 else lines + number
