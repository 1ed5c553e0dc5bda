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


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("delay", [1.0, 3.0])
def test_signs_as_pairs_of_lines_make_the_matrix_memory_of_titans(
    precision: Literal["float64", "float32"], delay: float
) -> None:
    d, n, writes, spacing = 5, 3, 20, 8
    eta, theta, retain, c = 0.75, 0.125, 0.875, 0.5
    draws = np.random.default_rng(7)
    keys, values = draws.choice([-1, 1], (writes, d)), draws.choice([-1, 0, 1], (writes, n))
    rule = TagAndCapture(
        gate="gate", capture="capture", teacher="teacher", rate=theta, prediction=c, momentum=eta, retain=retain
    )
    sizes = {"pre": 2 * d, "gate": 1, "capture": 1, "teacher": 2 * n}
    populations = [Population(name, size, SpikeSource()) for name, size in sizes.items()]
    post = Population("post", n, IF_curr_delta())
    projection = Projection("s", "pre", "post", AllToAll(), 0.0, delay, "excitatory", rule)
    stimulus: dict[str, list[Spike]] = {name: [] for name in sizes}
    S, m = np.zeros((n, d)), np.zeros((n, d))
    for at, (k, v) in zip(range(0, writes * spacing, spacing), zip(keys, values, strict=True), strict=True):
        for step, sign in ((at, 1), (at + 1, -1)):
            stimulus["pre"] += [(step, j + d * int(sign * k[j] < 0)) for j in range(d)]
            arrives = step + int(delay)
            stimulus["teacher"] += [(arrives, i + n * int(sign * v[i] < 0)) for i in range(n) if v[i]]
            stimulus["gate"].append((arrives, 0))
        stimulus["capture"].append((at + 1 + int(delay), 0))
        m = eta * m + theta * np.outer(v - c * S @ k, k)
        S = retain * S + m
    program = started(
        Network("titans", 1.0, (*populations, post), (projection,)).verify(), stimulus,
        options=RunOptions(weight_precision=precision),
    )  # fmt: skip
    program.run(writes * spacing + 8)
    found = program.weights("s").matrix(2 * d, n)
    np.testing.assert_allclose(found[:d], S.T, rtol=0, atol=1e-12 if precision == "float64" else 1e-5)
    np.testing.assert_allclose(found[d:], -S.T, rtol=0, atol=1e-12 if precision == "float64" else 1e-5)
