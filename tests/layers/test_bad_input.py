"""Wrong parameters and calls: one sentence each, and the layer stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spikemem.layers import (
    DenseHebbian,
    DenseHebbianParameters,
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    NormalisedHebbian,
    NormalisedHebbianParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
    SupervisedDense,
    SupervisedDenseParameters,
    TitansParameters,
    Willshaw,
    WillshawParameters,
)
from tests.bad_input.support import Wrong, assert_refused
from tests.layers.cases import CASES
from tests.layers.support import Layer

NAN, INF = float("nan"), float("inf")


def linear() -> HebbianLinear:
    return HebbianLinear(HebbianLinearParameters(d_k=2, d_v=3))


def dense() -> DenseHebbian:
    return DenseHebbian(DenseHebbianParameters(N=2, P=3))


def taught() -> SupervisedDense:
    return SupervisedDense(SupervisedDenseParameters(N=2, classes=4))


def does(make: Callable[[], Layer], name: str, *given: Any, **named: Any) -> Callable[[], object]:
    """The call, on a layer of its own, which must stay as it was."""

    def call() -> None:
        layer = make()
        before = {key: array.tobytes() for key, array in layer.state().items()}
        try:
            getattr(layer, name)(*given, **named)
        finally:
            assert {key: array.tobytes() for key, array in layer.state().items()} == before

    return call


K, V = [1.0, 0.0], [1.0, 2.0, 3.0]
WRONG: dict[str, Wrong] = {
    "no parameters": (
        lambda: HebbianLinearParameters(),
        "HebbianLinearParameters.d_k: is required",
    ),
    "unknown parameter": (
        lambda: HebbianLinearParameters(d_k=2, d_v=2, decoy=1.0),  # type: ignore[call-arg]
        "HebbianLinearParameters: unknown parameter 'decoy'; did you mean 'decay'? valid: d_k, d_v, decay",
    ),
    "no key": (lambda: HebbianLinearParameters(d_k=0, d_v=2), "HebbianLinearParameters.d_k: must be >= 1, got 0"),
    "half a key": (
        lambda: HebbianLinearParameters(d_k=1.5, d_v=2),  # type: ignore[arg-type]
        "HebbianLinearParameters.d_k: must be a whole number, got 1.5",
    ),
    "decay nan": (
        lambda: HebbianLinearParameters(d_k=2, d_v=2, decay=NAN),
        "HebbianLinearParameters.decay: must be a finite number, got nan",
    ),
    "decay above": (
        lambda: HebbianLinearParameters(d_k=2, d_v=2, decay=1.5),
        "HebbianLinearParameters.decay: must be <= 1, got 1.5",
    ),
    "beta": (
        lambda: GatedDeltaParameters(d_k=2, d_v=2, beta="1"),  # type: ignore[arg-type]
        "GatedDeltaParameters.beta: must be a number, got '1'",
    ),
    "theta": (lambda: TitansParameters(d_k=2, d_v=2, theta=-1.0), "TitansParameters.theta: must be >= 0, got -1.0"),
    "inverse temperature": (
        lambda: SoftmaxAttentionParameters(d_k=2, d_v=2, beta=INF),
        "SoftmaxAttentionParameters.beta: must be a finite number, got inf",
    ),
    "one body": (lambda: DenseHebbianParameters(N=5, P=1), "DenseHebbianParameters.P: must be >= 2, got 1"),
    "classes": (
        lambda: SupervisedDenseParameters(N=5),
        "SupervisedDenseParameters.classes: is required",
    ),
    "parameters of another": (
        lambda: GatedDelta(HebbianLinearParameters(d_k=2, d_v=2)),  # type: ignore[arg-type]
        "GatedDelta: parameters must be GatedDeltaParameters, got HebbianLinearParameters",
    ),
    "parameters as a number": (
        lambda: GatedDelta(3),  # type: ignore[arg-type]
        "GatedDelta: parameters must be GatedDeltaParameters, got int",
    ),
    "seed": (lambda: linear().reset(-1), "seed: must be a whole number >= 0, got -1"),
    "key of another size": (
        does(linear, "write", [1.0], V),
        "HebbianLinear.write: key must be 2 numbers (d_k), got the shape (1,)",
    ),
    "key a matrix": (
        does(linear, "write", [[1.0, 2.0]], V),
        "HebbianLinear.write: key must be 2 numbers (d_k), got the shape (1, 2)",
    ),
    "key ragged": (
        does(linear, "write", [[1.0], [1.0, 2.0]], V),
        "HebbianLinear.write: key must be 2 numbers (d_k), got [[1.0], [1.0, 2.0]]",
    ),
    "key text": (does(linear, "write", "ab", V), "HebbianLinear.write: key must be 2 numbers (d_k), got 'ab'"),
    "key none": (does(linear, "write", None, V), "HebbianLinear.write: key must be 2 numbers (d_k), got None"),
    "key complex": (
        does(linear, "write", [1j, 0.0], V),
        "HebbianLinear.write: key must be 2 numbers (d_k), got [1j, 0.0]",
    ),
    "key nan": (
        does(linear, "write", [1.0, NAN], V),
        "HebbianLinear.write: key must be finite numbers, got nan at 1",
    ),
    "value inf": (
        does(linear, "write", K, [1.0, -INF, 0.0]),
        "HebbianLinear.write: value must be finite numbers, got -inf at 1",
    ),
    "no value": (does(linear, "write", K), "HebbianLinear.write: value is required: 3 numbers (d_v)"),
    "value of another size": (
        does(linear, "write", K, K),
        "HebbianLinear.write: value must be 3 numbers (d_v), got the shape (2,)",
    ),
    "gate above 1": (
        does(linear, "write", K, V, gate=2.0),
        "HebbianLinear.write: gate must be a number from 0 to 1, got 2.0",
    ),
    "gate nan": (
        does(linear, "write", K, V, gate=NAN),
        "HebbianLinear.write: gate must be a number from 0 to 1, got nan",
    ),
    "an option that it has not": (
        does(linear, "write", K, V, label=1),
        "HebbianLinear.write: takes no label; valid: gate",
    ),
    "a reading option that it has not": (
        does(linear, "read", K, top_k=1),
        "HebbianLinear.read: takes no top_k; valid: (none)",
    ),
    "query nan": (does(linear, "read", [NAN, 0.0]), "HebbianLinear.read: query must be finite numbers, got nan at 0"),
    "no item at all": (
        does(lambda: SoftmaxAttention(SoftmaxAttentionParameters(d_k=2, d_v=3)), "read", K, top_k=0),
        "SoftmaxAttention.read: top_k: must be a whole number >= 1, got 0",
    ),
    "no step at all": (
        does(dense, "read", [1, 1], max_steps=0),
        "DenseHebbian.read: max_steps: must be a whole number >= 1, got 0",
    ),
    "negative key": (
        does(lambda: NormalisedHebbian(NormalisedHebbianParameters(d_k=2, d_v=3)), "write", [1.0, -1.0], V),
        "NormalisedHebbian.write: key must be finite numbers >= 0, got -1 at 1",
    ),
    "not signs": (does(dense, "write", [1, 0]), "DenseHebbian.write: key must be -1 or 1, got 0 at 1"),
    "a pattern with a value": (
        does(dense, "write", [1, -1], [1, -1]),
        "DenseHebbian.write: completes patterns and takes no value, got [1, -1]",
    ),
    "not binary": (
        does(lambda: Willshaw(WillshawParameters(d_k=2, d_v=2)), "write", [1, 1], [0.5, 1]),
        "Willshaw.write: value must be 0 or 1, got 0.5 at 0",
    ),
    "no label": (
        does(taught, "write", [1, 1]),
        "SupervisedDense.write: label is required",
    ),
    "label above": (
        does(taught, "write", [1, 1], label=4),
        "SupervisedDense.write: label 4 is out of range 0..3 (classes=4)",
    ),
    "label below": (
        does(taught, "write", [1, 1], label=-1),
        "SupervisedDense.write: label: must be a whole number >= 0, got -1",
    ),
    "unknown mode": (
        does(linear, "forget", "decai", 0.1),
        "HebbianLinear.forget: mode 'decai' is unknown; did you mean 'decay'? valid: decay, key, prune, quantise",
    ),
    "mode that it cannot have": (
        does(dense, "forget", "decay", 0.1),
        "DenseHebbian.forget: has no mode 'decay': its items are equally strong, and a factor common to all of them changes "
        "no answer; valid: key, prune, quantise",
    ),
    "decay above 1": (
        does(linear, "forget", "decay", 1.1),
        "HebbianLinear.forget: decay must be a number from 0 to 1, got 1.1",
    ),
    "decay of a key": (
        does(linear, "forget", "decay", K),
        "HebbianLinear.forget: decay must be a number from 0 to 1, got [1.0, 0.0]",
    ),
    "a key that is none": (
        does(linear, "forget", "key", 1),
        "HebbianLinear.forget: key must be 2 numbers (d_k), got the shape ()",
    ),
    "bits": (
        does(linear, "forget", "quantise", 0),
        "HebbianLinear.forget: quantise must be a whole number of bits from 1 to 32, got 0",
    ),
    "budget": (
        does(linear, "forget", "prune", -1),
        "HebbianLinear.forget: prune: must be a whole number >= 0, got -1",
    ),
    "replays": (
        does(linear, "consolidate", 0, []),
        "HebbianLinear.consolidate: replays: must be a whole number >= 1, got 0",
    ),
    "nothing to replay": (
        does(linear, "consolidate", 1),
        "HebbianLinear.consolidate: keeps no items to replay; give pairs",
    ),
    "not a pair": (
        does(linear, "consolidate", 1, [(K, V), 3]),
        "HebbianLinear.consolidate: pairs[1]: must be a key and a value, got 3",
    ),
    "a pair of a wrong value": (
        does(linear, "consolidate", 1, [(K, V), (K, K)]),
        "HebbianLinear.consolidate: pairs[1]: value must be 3 numbers (d_v), got the shape (2,)",
    ),
    "an argument of a pair that there is not": (
        does(linear, "consolidate", 1, [{"key": K, "valeu": V}]),
        "HebbianLinear.consolidate: pairs[0]: unknown argument 'valeu'; did you mean 'value'? valid: context, gate, key, "
        "label, value",
    ),
    "pairs of examples": (
        does(taught, "consolidate", 1, [[1, 1]]),
        "SupervisedDense.consolidate: pairs[0]: label is required",
    ),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_what_is_wrong_is_said_in_one_sentence(wrong: Wrong) -> None:
    assert_refused(wrong)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_refused_write_leaves_no_trace(case: Any) -> None:
    layer = case.filled()
    before, cost = {key: array.tobytes() for key, array in layer.state().items()}, layer.cost
    with pytest.raises(ValueError, match=r"key must be .*, got nan(\+0j)? at 0$"):
        layer.write(np.full_like(case.keys[0], NAN), None if case.values is None else case.values[0], **case.writing(0))
    assert {key: array.tobytes() for key, array in layer.state().items()} == before
    assert layer.cost == cost
