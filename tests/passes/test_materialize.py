"""Everything random is drawn on the host, keyed by seed and name."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, kstest

from spikemem.errors import NetworkError
from spikemem.ir import (
    AllToAll,
    Connector,
    Explicit,
    FixedNumberPre,
    FixedProbability,
    FromList,
    FromMatrix,
    IF_curr_exp,
    Network,
    Normal,
    Numbers,
    OneToOne,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    Static,
    Uniform,
)
from spikemem.ir.lowered import Connections, Dense, LoweredNetwork, Sparse, connection_list
from spikemem.passes import lower
from tests.engine.support import Bits, engine


def projection(name: str, connector: Connector, weight: Any = 1.0, delay: Any = 2.0) -> Projection:
    return Projection(name, "in", "out", connector, weight, delay, "excitatory", Static())


def network(*projections: Projection, pre: int = 40, post: int = 60) -> Network:
    cell = IF_curr_exp(i_offset=Uniform(0.0, 0.1))
    populations = (Population("in", pre, SpikeSource()), Population("out", post, cell, (("v", Normal(-65.0, 2.0)),)))
    return Network("n", 1.0, populations, projections)


def lowered(given: Network, seed: int = 1) -> LoweredNetwork:
    return lower(given, engine().abilities, "exact", seed)


def connections(given: Network, name: str = "p", seed: int = 1) -> Connections:
    made = lowered(given, seed)
    found = next(p for p in made.projections if p.name == name)
    parts = [connection_list(b, given.population("in").size, given.population("out").size, 1.0) for b in found.buckets]
    return Connections(*(np.concatenate([getattr(c, f) for c in parts]) for f in ("pre", "post", "weight", "delay")))


def arrays(made: LoweredNetwork) -> dict[str, Bits]:
    """Return all arrays of the lowered network, by population and projection."""
    found: dict[str, Bits] = {p.name: {"i_offset": p.i_offset, **p.initial} for p in made.populations}
    for p in made.projections:
        own = found[p.name] = {}
        for bucket in p.buckets:
            layout = bucket.layout
            own[f"{bucket.delay} weights"] = np.asarray(layout.weights)
            if isinstance(layout, Sparse):
                own[f"{bucket.delay} indptr"], own[f"{bucket.delay} targets"] = layout.indptr, layout.targets
    return found


def as_bytes(bits: Bits) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in bits.items()}


MIXED = network(
    projection("dense", AllToAll(), Uniform(0.0, 1.0)),
    projection("sparse", FixedProbability(0.3), Normal(1.0, 0.2, 0.0), Uniform(1.0, 4.0)),
    projection("fixed", FixedNumberPre(5), Uniform(0.0, 1.0)),
)


def test_the_same_seed_gives_the_same_arrays_and_another_seed_others() -> None:
    one, again, other = (arrays(lowered(MIXED, seed)) for seed in (1, 1, 2))
    for name, own in one.items():
        assert as_bytes(own) == as_bytes(again[name])
        if name != "in":
            assert as_bytes(own) != as_bytes(other[name]), name


def test_renaming_or_adding_a_projection_leaves_the_others_as_they_are() -> None:
    before = arrays(lowered(MIXED))
    renamed = replace(MIXED, projections=(replace(MIXED.projections[0], name="other"), *MIXED.projections[1:]))
    after = arrays(lowered(renamed))
    assert as_bytes(after["other"]) != as_bytes(before["dense"])
    turned = replace(MIXED, projections=(projection("new", FixedProbability(0.5)), *MIXED.projections[::-1]))
    for changed in (after, arrays(lowered(turned))):
        for name in ("sparse", "fixed", "out"):
            assert as_bytes(changed[name]) == as_bytes(before[name])


def test_drawing_weights_does_not_change_the_connections() -> None:
    plain = connections(network(projection("p", FixedProbability(0.3))))
    drawn = connections(network(projection("p", FixedProbability(0.3), Uniform(0.0, 1.0))))
    assert (plain.pre.tolist(), plain.post.tolist()) == (drawn.pre.tolist(), drawn.post.tolist())


@pytest.mark.parametrize("p", [0.0, 0.02, 0.5, 1.0])
def test_a_fixed_probability_joins_as_many_pairs(p: float) -> None:
    found = connections(network(projection("p", FixedProbability(p)), pre=200, post=300))
    low, high = binom.interval(0.9999, 200 * 300, p)
    assert low <= found.pre.size <= high
    pairs = np.stack([found.pre, found.post])
    assert np.unique(pairs, axis=1).shape == pairs.shape
    if p == 0.5:
        for own, others in ((found.pre, 300), (found.post, 200)):
            low, high = binom.interval(1 - 1e-4 / 500, others, p)
            counts = np.bincount(own)
            assert low <= counts.min() <= counts.max() <= high


@pytest.mark.parametrize(("pre", "post"), [(40, 60), (60, 40), (50, 50)])
@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("itself", [False, True])
def test_a_fixed_number_of_pre_neurons(pre: int, post: int, repeats: bool, itself: bool) -> None:
    connector = FixedNumberPre(12, with_replacement=repeats, allow_self_connections=itself)
    totals = np.zeros(pre)
    for seed in range(4):
        found = connections(network(projection("p", connector), pre=pre, post=post), seed=seed)
        assert np.bincount(found.post, minlength=post).tolist() == [12] * post
        pairs = set(zip(found.pre.tolist(), found.post.tolist(), strict=True))
        assert (len(pairs) == 12 * post) is not repeats
        assert itself or all(i != j for i, j in pairs)
        totals += np.bincount(found.pre, minlength=pre)
    low, high = binom.interval(1 - 1e-4 / pre, 4 * 12 * post, 1 / pre)
    assert low <= totals.min() <= totals.max() <= high


def test_no_pre_neuron_is_left_out_where_there_are_more_post_neurons() -> None:
    connector = FixedNumberPre(3, allow_self_connections=False)
    found = connections(network(projection("p", connector), pre=4, post=200))
    last = np.count_nonzero(found.pre[found.post >= 4] == 3)
    low, high = binom.interval(0.9999, 196, 3 / 4)
    assert low <= last <= high


@pytest.mark.parametrize(
    "connector",
    [
        AllToAll(allow_self_connections=False),
        FixedProbability(0.7, allow_self_connections=False),
        FixedProbability(1.0, allow_self_connections=False),
        FixedNumberPre(20, allow_self_connections=False),
    ],
)
@pytest.mark.parametrize("delay", [2.0, Uniform(1.0, 4.0)])
def test_no_neuron_is_joined_to_itself(connector: Connector, delay: Any) -> None:
    found = connections(network(projection("p", connector, Uniform(0.1, 1.0), delay)))
    assert found.pre.size > 100
    assert (found.pre != found.post).all()


@pytest.mark.parametrize("delay", [1.0, Uniform(1.0, 3.0)])
def test_explicit_weights_are_in_the_connectors_order(delay: Any) -> None:
    for connector, pairs in (
        (AllToAll(), [(i, j) for i in range(3) for j in range(4)]),
        (AllToAll(allow_self_connections=False), [(i, j) for i in range(3) for j in range(4) if i != j]),
        (FromList(((2, 3), (0, 1), (2, 0))), [(2, 3), (0, 1), (2, 0)]),
        (FromMatrix(Numbers([[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]])), [(0, 1), (0, 2), (1, 0), (2, 3)]),
    ):
        numbers = Explicit(Numbers([1.0 + i + 10.0 * j for i, j in pairs]))
        found = connections(network(projection("p", connector, numbers, delay), pre=3, post=4))
        listed = zip(found.pre.tolist(), found.post.tolist(), found.weight.tolist(), strict=True)
        assert sorted(listed) == sorted((i, j, 1.0 + i + 10.0 * j) for i, j in pairs)


def test_a_plastic_dense_block_without_itself_takes_drawn_weights() -> None:
    rule = PairSTDP(w_min=0.5, w_max=1.0)
    p = replace(projection("p", AllToAll(allow_self_connections=False), Uniform(0.5, 1.0)), synapse=rule)
    found = connections(network(p, pre=30, post=30))
    assert found.weight.size == 30 * 29
    assert kstest(found.weight, "uniform", args=(0.5, 0.5)).pvalue > 1e-4


def test_complete_connections_need_no_index() -> None:
    made = lowered(network(projection("one", AllToAll()), projection("own", AllToAll(), Uniform(0.0, 1.0))))
    layouts = [p.buckets[0].layout for p in made.projections]
    assert all(isinstance(layout, Dense) for layout in layouts)
    assert layouts[0].weights == 1.0


REFUSED: list[tuple[Projection, str]] = [
    (projection("p", OneToOne()), "projection p: OneToOne: both populations must have the same size, got 40 and 60"),
    (projection("p", FixedNumberPre(41)), "projection p: FixedNumberPre: n=41 exceeds the 40 pre neurons available"),
    (
        projection("p", FixedNumberPre(40, allow_self_connections=False)),
        "projection p: FixedNumberPre: n=40 exceeds the 39 pre neurons available",
    ),
    (projection("p", FromList(((0, 60),))), "projection p: FromList: post index 60 is out of range 0..59"),
    (projection("p", FromList(((-1, 0),))), "projection p: FromList: pre index -1 is out of range 0..39"),
    (
        projection("p", FromMatrix(Numbers([[1.0]]))),
        "projection p: FromMatrix: shape must be (40, 60), got (1, 1)",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_does_not_fit_is_refused(wrong: Projection, message: str) -> None:
    with pytest.raises(NetworkError) as raised:
        lowered(network(wrong))
    assert str(raised.value) == message


def test_explicit_numbers_must_be_as_many_as_the_connections() -> None:
    with pytest.raises(NetworkError, match=r"^projection p: Explicit: 2 numbers given where 3 are needed$"):
        lowered(network(projection("p", FromList(((0, 1), (1, 1), (2, 1))), Explicit(Numbers([1.0, 2.0])))))


def test_a_lone_neuron_cannot_have_an_input_that_is_not_itself() -> None:
    alone = FixedNumberPre(1, with_replacement=True, allow_self_connections=False)
    with pytest.raises(NetworkError, match=r"^projection p: FixedNumberPre: n=1 exceeds the 0 pre neurons available$"):
        lowered(network(projection("p", alone), pre=1, post=1))
