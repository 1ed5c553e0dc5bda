"""The pairing protocol of STDP: a user's PyNN script on a board in software, against the engine."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

from spikemem.backend import RunOptions, backend
from spikemem.ir import IF_curr_exp, Network, OneToOne, PairSTDP, Population, Projection, SpikeSource, Static
from spikemem.passes import lower
from tests.board.scripts import script

DISTANCES = [-30, -15, -5, -1, 2, 6, 16, 31]
PAIRS, EVERY, FIRST = 5, 100, 50
STEP = 2.0**-9
"""Of the weights: 16 bits hold the 40 nA of the teacher and more (nA)."""


def test_weights_after_pairs_are_the_engines_within_the_step_of_16_bits(tmp_path: Path) -> None:
    found = script("pairing.py", tmp_path)
    rule = PairSTDP(
        tau_plus=20.0, tau_minus=20.0, A_plus=0.1, A_minus=0.12, w_min=0.0, w_max=4.0, amplitude="absolute",
        update="deferred", history=15,
    )  # fmt: skip
    size = len(DISTANCES)
    cell = IF_curr_exp(tau_refrac=1.0, tau_syn_E=1.0)
    populations = (
        Population("pre", size, SpikeSource()), Population("teacher", size, SpikeSource()), Population("post", size, cell)
    )  # fmt: skip
    projections = (
        Projection("plastic", "pre", "post", OneToOne(), 1.0, 1.0, "excitatory", rule),
        Projection("taught", "teacher", "post", OneToOne(), 40.0, 1.0, "excitatory", Static()),
    )
    target = backend("numba")
    network = lower(Network("pairing", 1.0, populations, projections), target.abilities, "spinnaker", 1)
    engine = target.compile(network, RunOptions())
    times = np.array([FIRST + EVERY * k for k in range(PAIRS)])
    last = FIRST + EVERY * PAIRS
    fed = {
        "pre": sorted((int(t), n) for t in (*times, last) for n in range(size)),
        "teacher": sorted((int(t) + d - 1, n) for t in times for n, d in enumerate(DISTANCES)),
    }
    engine.stimulate({
        name: (np.array([t for t, _ in e], dtype=np.int64), np.array([n for _, n in e], dtype=np.int32))
        for name, e in fed.items()
    })  # fmt: skip
    engine.run(last + 20)
    steps, neurons = engine.spikes()["post"]
    assert found["fired"] == [steps[neurons == n].tolist() for n in range(size)]
    assert found["fired"] == [[float(t + d) for t in times] for d in DISTANCES]  # as taught, and at no other time

    weights, expected = np.array(found["weights"]), engine.weights("plastic", "stored").weight
    assert np.array_equal(np.rint(weights / STEP), weights / STEP)
    changes = 2 * PAIRS + 1
    assert np.abs(weights - expected).max() <= changes * STEP
    assert (weights[:4] < 1.0 - changes * STEP).all()
    assert (weights[4:] > 1.0 + changes * STEP).all()
