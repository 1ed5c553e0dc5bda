"""Well-known networks on a board in software: a user's PyNN script as it is, and a random network that NEST agrees with."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

from scipy import stats

from spikemem.backend import RunOptions, StepEvents, backend
from spikemem.hardware import find_hardware
from spikemem.ir import FixedNumberPre, IF_curr_exp, Network, Population, Projection, SpikeSource, Static
from spikemem.passes import lower
from tests.board.scripts import script


def test_a_pulse_runs_round_a_ring_of_izhikevich_neurons(tmp_path: Path) -> None:
    found = script("ring.py", tmp_path)
    starts = [train[0] for train in found["whole"]]
    assert starts == sorted(starts)
    assert len({b - a for a, b in pairwise(starts)}) == 1  # at one speed
    assert [[t for t in train if t < 150] for train in found["whole"]] == found["first"]
    assert any(t >= 150 for train in found["whole"] for t in train)
    assert found["again"] == found["first"]
    assert found["shape"] == [250, 20]


def test_long_delays_split_cores_and_long_recordings(tmp_path: Path) -> None:
    found = script("features.py", tmp_path, max_sdram_allowed_per_chip=1_000_000)
    assert found["late"] == [[6.0], [21.0], [22.0], [45.0], [155.0]]
    assert found["split"] == found["one"]
    assert sum(map(len, found["one"])) >= 50 * 125
    assert found["longest"] < 2500  # so it was run in pieces
    assert found["shape"] == [2500, 50]


STEPS, EXCITATORY, INHIBITORY, INPUTS = 1000, 160, 40, 100
CELL = IF_curr_exp(cm=0.25, tau_m=20.0, tau_syn_E=2.0, tau_syn_I=4.0, tau_refrac=2.0, v_reset=-65.0, v_rest=-65.0)


def balanced() -> Network:
    """After Brunel 2000: sparse random excitation and inhibition, four times as strong and a quarter of the cells."""
    weight = {"in": 0.6, "e": 0.1, "i": 0.6}
    sizes = {"in": (INPUTS, 20), "e": (EXCITATORY, 16), "i": (INHIBITORY, 8)}
    populations = (
        Population("in", INPUTS, SpikeSource()),
        Population("e", EXCITATORY, CELL),
        Population("i", INHIBITORY, CELL),
    )
    projections = tuple(
        Projection(
            f"{pre} {post}", pre, post, FixedNumberPre(sizes[pre][1]), weight[pre], 2.0,
            "inhibitory" if pre == "i" else "excitatory", Static(),
        )
        for pre in sizes
        for post in ("e", "i")
    )  # fmt: skip
    return Network("balanced", 1.0, populations, projections)


def counts(name: str, numerics: str) -> tuple[np.ndarray[Any, Any], float]:
    """The spikes of each excitatory neuron in a second, and the coefficient of variation of their intervals."""
    target = backend(name)
    options = RunOptions(hardware=find_hardware("software_spin3")) if name == "spinnaker" else RunOptions()
    program = target.compile(lower(balanced(), target.abilities, numerics, 1), options)  # type: ignore[arg-type]
    steps, neurons = np.nonzero(np.random.default_rng(5).random((STEPS, INPUTS)) < 0.02)
    fed: dict[str, StepEvents] = {"in": (steps.astype(np.int64), neurons.astype(np.int32))}
    program.stimulate(fed)
    program.run(STEPS)
    when, who = program.spikes()["e"]
    intervals = [np.diff(np.sort(when[who == n])) for n in range(EXCITATORY)]
    variation = [i.std() / i.mean() for i in intervals if i.size >= 5]
    return np.bincount(who, minlength=EXCITATORY), float(np.mean(variation))


def test_a_balanced_network_fires_as_on_nest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NEST integrates exactly and in floating point, so single spikes differ; rates and irregularity must not (level 1 %)."""
    pytest.importorskip("nest")
    monkeypatch.setenv("HOME", str(tmp_path))
    board, board_cv = counts("spinnaker", "spinnaker")
    nest, nest_cv = counts("nest", "exact")
    assert 2.0 < nest.mean() < 60.0
    assert stats.ks_2samp(board, nest).pvalue > 0.01
    assert stats.ttest_rel(board, nest).pvalue > 0.01
    assert abs(board.mean() / nest.mean() - 1.0) < 0.1
    assert abs(board_cv - nest_cv) < 0.1
