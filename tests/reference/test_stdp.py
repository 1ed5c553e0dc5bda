"""The interpreter's pair STDP, convention by convention, against weights worked out by hand.

The target fires in exactly the given steps, driven by a source of its own. In each step the potentiating trace halves
and the depressing one quarters; amplitudes are 1 and the weight starts at 10 within 0..20, unless a case differs.
"""

from math import log
from typing import Any

import pytest

from spikemem.ir import (
    AllToAll,
    IF_curr_delta,
    Network,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    Static,
)
from spikemem.passes import lower
from tests.reference.interpreter import ABILITIES, Outcome, interpret


def rule(**fields: Any) -> PairSTDP:
    base: dict[str, Any] = {
        "tau_plus": 1 / log(2), "tau_minus": 1 / log(4), "A_plus": 1.0, "A_minus": 1.0, "w_max": 20.0
    }  # fmt: skip
    return PairSTDP(**(base | fields))


def run(synapse: PairSTDP, d: int, pre: list[int], post: list[int], v_thresh: float = 1e6) -> Outcome:
    # The leak takes all but a thousandth of V in a step, so that spikes do not add up over time.
    target = IF_curr_delta(tau_m=1 / log(1024), tau_refrac=0.0, v_rest=0.0, v_reset=-1e-6, v_thresh=v_thresh)
    populations = (
        Population("pre", 1, SpikeSource()),
        Population("drive", 1, SpikeSource()),
        Population("post", 1, target),
    )
    projections = (
        Projection("drive", "drive", "post", AllToAll(), 1e12, 1.0, "excitatory", Static()),
        Projection("plastic", "pre", "post", AllToAll(), 10.0, float(d), "excitatory", synapse),
    )
    network = lower(Network("pair", 1.0, populations, projections), ABILITIES, "exact", seed=1)
    return interpret(network, {"pre": [(t, 0) for t in pre], "drive": [(t - 1, 0) for t in post]}, 13)


def weights(outcome: Outcome) -> tuple[float, float]:
    return outcome.weights("plastic")[0][3], outcome.weights("plastic", "effective")[0][3]


# (fields of the rule, delay in steps, pre spikes, post spikes, weight)
DIRECT: dict[str, Any] = {"delay": "ignored"}
PRODUCT: dict[str, Any] = DIRECT | {"weight_dependence": "multiplicative"}
FRACTION: dict[str, Any] = DIRECT | {"amplitude": "fraction_of_w_max"}
ONLINE: list[tuple[dict[str, Any], int, list[int], list[int], float]] = [
    ({}, 1, [5], [7], 10 + 1 / 8),  # dendritic: the post spike acts at 8
    ({}, 1, [5], [3], 10 - 1 / 4),
    ({}, 1, [5], [4], 10 - 1),
    ({}, 3, [5], [3], 10 + 1 / 2),
    ({"delay": "axonal"}, 2, [5], [8], 10 + 1 / 2),  # the pre spike acts at 7
    ({"delay": "axonal"}, 2, [5], [6], 10 - 1 / 4),
    (DIRECT, 3, [5], [6], 10 + 1 / 2),
    (DIRECT, 3, [6], [5], 10 - 1 / 4),
    (DIRECT, 1, [4, 5], [6], 10 + 3 / 4),
    (DIRECT | {"pairing": "nearest"}, 1, [4, 5], [6], 10 + 1 / 2),
    (DIRECT, 1, [6], [4, 5], 10 - 5 / 16),
    (DIRECT | {"pairing": "nearest"}, 1, [6], [4, 5], 10 - 1 / 4),
    (DIRECT | {"coincidence": "depress"}, 1, [4, 6], [6], 10 + 1 / 4 - 1),
    (DIRECT | {"coincidence": "potentiate"}, 1, [4, 6], [6], 10 + 5 / 4),
    (DIRECT | {"coincidence": "both"}, 1, [4, 6], [6], 10 + 5 / 4 - 1),
    (DIRECT | {"coincidence": "neither"}, 1, [4, 6], [6], 10 + 1 / 4),
    (DIRECT | {"coincidence": "neither", "pairing": "nearest"}, 1, [4, 6], [6], 10 + 1 / 4),
    (DIRECT | {"coincidence": "potentiate", "pairing": "nearest"}, 1, [4, 6], [6], 10 + 1),
    ({"delay": "axonal", "coincidence": "potentiate"}, 2, [5], [7], 10 + 1),
    (PRODUCT, 1, [5], [6], 10 + 10 / 2),
    (PRODUCT | {"w_min": 2.0}, 1, [6], [5], 10 - 8 / 4),
    (FRACTION | {"A_plus": 0.25}, 1, [5], [6], 10 + 5 / 2),
    (FRACTION | {"A_minus": 0.25}, 1, [6], [5], 10 - 5 / 4),
    (PRODUCT | {"coincidence": "both"}, 1, [5], [5], 0),
    (PRODUCT | {"coincidence": "both", "order": "depress_first"}, 1, [5], [5], 20),
    (DIRECT | {"A_plus": 16.0}, 1, [5, 7], [6], 10 + 8 - 1 / 4),
    (DIRECT | {"A_plus": 64.0}, 1, [5, 7], [6], 20 - 1 / 4),  # clipped before the depression
    (DIRECT | {"A_minus": 64.0, "w_min": 3.0}, 1, [5], [4, 6], 3 + 1 / 2),
]


@pytest.mark.parametrize(("fields", "d", "pre", "post", "weight"), ONLINE)
def test_online(fields: dict[str, Any], d: int, pre: list[int], post: list[int], weight: float) -> None:
    outcome = run(rule(**fields), d, pre, post)
    assert outcome.spikes["post"] == [(t, 0) for t in post]
    assert weights(outcome) == pytest.approx((weight, weight), rel=1e-12, abs=1e-12)


# (fields of the rule, delay in steps, pre spikes, post spikes, stored weight, effective weight)
DEFERRED: list[tuple[dict[str, Any], int, list[int], list[int], float, float]] = [
    # post events at 7 and 9; at 10 the depressing trace is that of the spike at 8
    ({}, 1, [5, 10], [6, 8], 10 + 5 / 16 - 17 / 64, 10 + 5 / 16 - 17 / 64),
    ({}, 1, [5], [6, 8], 10, 10 + 5 / 16),
    ({}, 1, [], [6, 8], 10, 10),
    ({}, 1, [5], [12], 10, 10),  # acts at 13, after the last step
    ({}, 1, [5, 10], [3], 10 - 4**-1 - 4**-6, 10 - 4**-1 - 4**-6),
    ({"depress_by": "latest_since_pre"}, 1, [5, 10], [3], 10 - 1 / 4, 10 - 1 / 4),
    (DIRECT | {"depress_by": "latest_since_pre"}, 1, [5, 8], [5], 10 - 1, 10 - 1),
    (DIRECT, 1, [5, 8], [5], 10 - 1 - 4**-3, 10 - 1 - 4**-3),
    (DIRECT, 1, [5], [12], 10, 10 + 2**-7),  # in the last step
    # a post spike is remembered from its own step on, before it acts
    ({"history": 1}, 1, [5, 10], [6, 8], 10 + 1 / 16 - 17 / 64, 10 + 1 / 16 - 17 / 64),
    ({"history": 1}, 1, [5, 10], [6, 10], 10, 10 + 33 / 64),
    ({"history": 2}, 1, [5, 10], [6, 10], 10 + 1 / 4 - 4**-3, 10 + 1 / 4 - 4**-3 + 33 / 64),
    # an event at a pre spike
    (DIRECT | {"coincidence": "depress"}, 1, [5, 8], [8], 10 + 1 / 8 - 1, 10 + 1 / 8 - 1),
    (DIRECT | {"coincidence": "potentiate"}, 1, [5, 8], [8], 10, 10 + 9 / 8),
    (DIRECT | {"coincidence": "both"}, 1, [5, 8], [8], 10 - 1, 10 - 1 + 9 / 8),
    (DIRECT | {"coincidence": "neither"}, 1, [5, 8], [8], 10 + 1 / 8, 10 + 1 / 8),
    (DIRECT | {"coincidence": "potentiate"}, 1, [5, 8, 9], [8], 10 + 9 / 8 - 1 / 4, 10 + 9 / 8 - 1 / 4),
    (DIRECT | {"coincidence": "neither"}, 1, [5, 8, 9], [8], 10 + 1 / 8 - 1 / 4, 10 + 1 / 8 - 1 / 4),
    (DIRECT | {"coincidence": "neither"}, 1, [8], [6, 8], 10 - 1 / 16, 10 - 1 / 16),
    ({"depression_delay": "ignored"}, 2, [5, 8], [7], 10 - 1 / 4, 10 - 1 / 4 + 9 / 16),
    (DIRECT, 2, [5, 8], [7], 10 + 1 / 4 - 1 / 4, 10 + 1 / 4 - 1 / 4),
    (DIRECT | {"A_plus": 16.0, "A_minus": 16.0}, 1, [5, 8], [6, 7], 20 - 5, 20 - 5),
    (DIRECT | {"A_plus": 16.0, "A_minus": 16.0, "clip": "end"}, 1, [5, 8], [6, 7], 22 - 5, 22 - 5),
    (DIRECT | {"A_plus": 16.0, "clip": "end"}, 1, [5], [6, 7], 10, 20),
    (DIRECT, 1, [4, 5, 8], [6], 10 + 3 / 4 - 1 / 16, 10 + 3 / 4 - 1 / 16),
    (DIRECT | {"pairing": "nearest"}, 1, [4, 5, 8], [6], 10 + 1 / 2 - 1 / 16, 10 + 1 / 2 - 1 / 16),
    (DIRECT | {"pairing": "nearest"}, 1, [5, 8], [6, 7], 10 + 3 / 4 - 1 / 4, 10 + 3 / 4 - 1 / 4),
    (PRODUCT, 1, [5, 8], [6, 7], 16.25 - 16.25 * 5 / 16, 16.25 - 16.25 * 5 / 16),
    (FRACTION | {"A_plus": 0.25, "A_minus": 0.0}, 1, [5, 8], [6], 10 + 5 / 2, 10 + 5 / 2),
]


@pytest.mark.parametrize(("fields", "d", "pre", "post", "stored", "effective"), DEFERRED)
def test_deferred(
    fields: dict[str, Any], d: int, pre: list[int], post: list[int], stored: float, effective: float
) -> None:
    outcome = run(rule(update="deferred", **fields), d, pre, post)
    assert outcome.spikes["post"] == [(t, 0) for t in post]
    assert weights(outcome) == pytest.approx((stored, effective), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("delay", ["dendritic", "axonal", "ignored"])
@pytest.mark.parametrize("pre", [[5], [3, 5]])
def test_the_emitted_weight_is_that_after_the_updates_of_the_pre_spikes_step(delay: str, pre: list[int]) -> None:
    # 10.1 units fire the target. The post event at 5 (6 for a delay of 2) adds 4 if an earlier pre spike left a trace.
    fields = {"delay": delay, "A_plus": 16.0, "A_minus": 0.0}
    post = 3 if delay == "dendritic" else 5
    outcome = run(rule(**fields), 2, pre, [post], v_thresh=10.1 / 1024)
    # Over an axon the pre spike of 3 acts at 5 itself, where (coincidence "depress") it does not potentiate yet.
    stronger = pre == [3, 5] and delay != "axonal"
    assert ((7, 0) in outcome.spikes["post"]) is stronger
