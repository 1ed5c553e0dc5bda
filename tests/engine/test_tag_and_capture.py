"""Tagging and capture in the Numba engine, computed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pytest

from spikemem.backend import RunOptions
from spikemem.ir import (
    AllToAll,
    Explicit,
    FromList,
    IF_curr_delta,
    Network,
    Numbers,
    OneToOne,
    Population,
    Projection,
    SpikeSource,
    Static,
    TagAndCapture,
)
from tests.engine.support import started
from tests.reference.interpreter import Spike
from tests.reference.matrix_memory import written

POST = IF_curr_delta(tau_refrac=0.0, v_thresh=-64.0)
Stimulus = Mapping[str, Sequence[Spike]]


def network(rule: TagAndCapture, *, connector: Any = AllToAll(), weight: Any = 0.0, delay: Any = 1.0) -> Network:  # noqa: B008
    """Return three pre neurons onto four post, which also ``force`` makes fire; gates of one, two and four neurons."""
    sources = {"pre": 3, "force": 4, "gate": 1, "halves": 2, "each": 4, "teacher": 8}
    populations = [Population(name, size, SpikeSource()) for name, size in sources.items()]
    forcing = Projection("forcing", "force", "post", OneToOne(), 9.0, 1.0, "excitatory", Static())
    learning = Projection("learning", "pre", "post", connector, weight, delay, "excitatory", rule)
    return Network("tagging", 1.0, (*populations, Population("post", 4, POST)), (forcing, learning)).verify()


def weights(net: Network, stimulus: Stimulus, steps: int = 10) -> tuple[Any, int]:
    """Return the weights of "learning", (pre, post), after ``steps``, and the number of updates."""
    program = started(net, stimulus)
    program.run(steps)
    return program.weights("learning").matrix(3, 4), program.cost.weight_updates


def test_what_fires_when_input_arrives_is_tagged_and_captured_by_the_gate() -> None:
    stimulus = {"pre": [(2, 0), (2, 2), (3, 1)], "force": [(2, 1)], "gate": [(3, 0)]}
    found, updates = weights(network(TagAndCapture(gate="gate", rate=0.5)), stimulus)
    wanted = np.zeros((3, 4))
    wanted[[0, 2], 1] = 0.5
    assert found.tolist() == wanted.tolist()
    assert updates == 2


def test_without_gate_nothing_is_learned() -> None:
    stimulus = {"pre": [(2, 0)], "force": [(2, 1)], "gate": [(4, 0)]}
    found, updates = weights(network(TagAndCapture(gate="gate")), stimulus)
    assert not found.any()
    assert updates == 0


def test_a_tag_waits_for_its_capture_and_decays_by_captures() -> None:
    rule = TagAndCapture(gate="gate", capture="halves", momentum=0.5, retain=0.25)
    stimulus = {
        "pre": [(2, 0)], "force": [(2, 0), (2, 3)], "gate": [(3, 0)],
        "halves": [(6, 0), (7, 0), (7, 1), (8, 0)],
    }  # fmt: skip
    found, updates = weights(network(rule), stimulus)
    w, m = 0.0, 1.0
    for _ in range(3):
        w, m = 0.25 * w + m, 0.5 * m
    assert found[0].tolist() == [w, 0.0, 0.0, 1.0]
    assert updates == 4


def test_the_window_counts_from_the_last_arrival() -> None:
    rule = TagAndCapture(gate="gate", window=(0.0, 4.0, 2.0))
    stimulus = {"pre": [(1, 0), (2, 0), (1, 1), (0, 2), (3, 2)], "force": [(3, 2)], "gate": [(4, 0)]}
    found, _ = weights(network(rule), stimulus)
    # Arrivals before step 4 at 2 and 3; 2; 1 and 4: lags 1, 2 and 0.
    assert found[:, 2].tolist() == [4.0, 2.0, 0.0]


def test_the_teacher_says_both_signs_and_predictions_are_taken_from_it() -> None:
    rule = TagAndCapture(gate="each", teacher="teacher", prediction=0.5, w_min=-3.0, w_max=2.0)
    weight = Explicit(Numbers(np.array([[1.0, -1.0, 2.0, -2.0]] * 3)))
    stimulus = {
        "pre": [(1, 0), (1, 1), (1, 2)], "teacher": [(2, 0), (2, 4), (2, 2), (2, 7)], "each": [(2, 0), (2, 2), (2, 3)],
    }  # fmt: skip
    found, updates = weights(network(rule, weight=weight), stimulus)
    # u = 3, -3, 6, -6: e = 0 - 1.5, closed, 1 - 3, -1 + 3.
    assert found.tolist() == [[-0.5, -1.0, 0.0, 0.0]] * 3
    assert updates == 9
    found, _ = weights(network(rule, weight=weight), {**stimulus, "teacher": [(2, 0), (2, 3)]})
    assert found.tolist() == [[0.5, -1.0, -1.0, 2.0]] * 3  # -2 + 1 + 3, clipped


def test_several_delays_hear_one_prediction() -> None:
    rule = TagAndCapture(gate="gate", teacher="teacher", prediction=1.0)
    pairs, delays = FromList(((0, 0), (1, 0), (2, 0))), Explicit(Numbers(np.array([1.0, 2.0, 2.0])))
    net = network(rule, connector=pairs, weight=Explicit(Numbers(np.array([1.0, 2.0, 4.0]))), delay=delays)
    stimulus = {"pre": [(3, 0), (2, 1), (3, 2)], "gate": [(4, 0)], "teacher": [(4, 4)]}
    found, updates = weights(net, stimulus)
    assert found[:, 0].tolist() == [1.0 - 4.0, 2.0 - 4.0, 4.0]  # e = -1 - (1 + 2)
    assert updates == 2


@pytest.mark.parametrize(("precision", "largest"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("delay", [1, 3])
def test_signs_as_pairs_of_lines_make_the_matrix_memory_of_titans(
    precision: Literal["float64", "float32"], largest: float, delay: int
) -> None:
    case = written(delay)
    program = started(case.network, case.stimulus, options=RunOptions(weight_precision=precision))
    program.run(case.steps)
    found = program.weights("s").matrix(*case.wanted().shape)
    np.testing.assert_allclose(found, case.wanted(), rtol=0, atol=largest)
