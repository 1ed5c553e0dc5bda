"""Lesions: exactly the drawn share of a part falls silent, and what is left answers."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.layers import (
    HebbianLinear,
    HebbianLinearParameters,
    MixtureOfMemories,
    MixtureOfMemoriesParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
)
from tests.layers.cases import CASES, ITEMS
from tests.layers.support import directions, signs


@pytest.mark.parametrize("name", CASES)
def test_all_of_the_memory_lost_answers_nothing(name: str) -> None:
    """A share of 0 changes nothing, a share of 1 leaves no number of the part."""
    case = CASES[name]
    layer = case.filled()
    before = layer.state()
    assert layer.lesion("memory", 0.0) == 0
    assert all(np.array_equal(array, before[key]) for key, array in layer.state().items())
    silenced = layer.lesion("memory", 1.0)
    assert silenced > 0
    if layer.traits.attractor:  # nothing moves a state any more
        cue = case.keys[0] * np.where(np.arange(case.keys.shape[1]) < 4, -1.0, 1.0)
        assert np.array_equal(layer.read(cue).value, cue)
        assert not np.array_equal(case.filled().read(cue).value, cue)
    else:
        assert not any(np.any(case.read(layer, k).value) for k in range(ITEMS))
    assert layer.lesion("memory", 1.0) == 0


def test_exactly_the_share_is_cut() -> None:
    """A matrix without zeros loses round(share * n) of its numbers; the same seed cuts the same."""
    layers = [HebbianLinear(HebbianLinearParameters(d_k=16, d_v=12), seed=s) for s in (1, 1, 2)]
    for layer in layers:
        layer.write(np.arange(1.0, 17.0), np.ones(12))
        assert layer.lesion("memory", 0.3) == round(0.3 * 16 * 12)
    first, again, other = (layer.state()["S"] for layer in layers)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_routing_is_another_part() -> None:
    """Cutting all keys leaves the values, among which softmax attention then takes the mean."""
    keys, values = directions(1, "keys", 4, 16), signs(1, "values", 4, 12)
    layer = SoftmaxAttention(SoftmaxAttentionParameters(d_k=16, d_v=12, beta=30.0))
    for k, v in zip(keys, values, strict=True):
        layer.write(k, v)
    layer.lesion("routing", 1.0)
    assert np.allclose(layer.read(keys[0]).value, values.mean(axis=0))
    assert np.array_equal(layer.state()["values"], values)


def test_what_is_written_later_is_whole() -> None:
    """The damage is to what is stored."""
    layer = HebbianLinear(HebbianLinearParameters(d_k=4, d_v=2))
    layer.write([1, 0, 0, 0], [1, 1])
    layer.lesion("memory", 1.0)
    layer.write([1, 0, 0, 0], [1, -1])
    assert np.array_equal(layer.read([1, 0, 0, 0]).value, [1, -1])


@pytest.mark.parametrize(
    ("part", "share", "message"),
    [
        ("axon", 0.5, "HebbianLinear.lesion: part 'axon' is unknown; valid: memory"),
        ("routing", 0.5, "HebbianLinear.lesion: part 'routing' is unknown; valid: memory"),
        ("memory", 1.5, "HebbianLinear.lesion: share must be a number from 0 to 1, got 1.5"),
        ("memory", float("nan"), "HebbianLinear.lesion: share must be a number from 0 to 1, got nan"),
        ("memory", True, "HebbianLinear.lesion: share must be a number from 0 to 1, got True"),
    ],
)
def test_what_is_refused(part: str, share: float, message: str) -> None:
    """One sentence says what is wrong and what is valid."""
    with pytest.raises(InvalidInput) as refused:
        HebbianLinear(HebbianLinearParameters(d_k=4, d_v=2)).lesion(part, share)
    assert str(refused.value) == message


def test_a_router_may_be_cut() -> None:
    """Without its router a mixture sends all to its first memory."""
    layer = MixtureOfMemories(MixtureOfMemoriesParameters(d_k=16, d_v=12, blocks=3))
    assert layer.lesion("routing", 1.0) == 3 * 16
    for k, v in zip(directions(1, "keys", 6, 16), signs(1, "values", 6, 12), strict=True):
        layer.write(k, v)
    assert [bool(np.any(S)) for S in layer.state()["S"]] == [True, False, False]
