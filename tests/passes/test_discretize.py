"""Delays become whole steps, or are refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spikemem.errors import NetworkError
from spikemem.ir import (
    AllToAll,
    Explicit,
    FromList,
    IF_curr_exp,
    Network,
    Normal,
    Numbers,
    Population,
    Projection,
    SpikeSource,
    Static,
    Steps,
    Uniform,
)
from spikemem.ir.lowered import LoweredNetwork
from spikemem.passes import Discretize, lower, whole_steps
from tests.engine.support import engine


def network(delay: Any, dt: float = 1.0, size: int = 30) -> Network:
    populations = (Population("in", size, SpikeSource()), Population("out", size, IF_curr_exp()))
    projection = Projection("p", "in", "out", AllToAll(), 1.0, delay, "excitatory", Static())
    return Network("n", dt, populations, (projection,))


def discretized(delay: Any, dt: float) -> Any:
    return Discretize(dt)(network(delay)).projections[0].delay


@pytest.mark.parametrize(
    ("delay", "dt", "steps"), [(1.0, 1.0, 1), (3.0, 0.1, 30), (0.3, 0.1, 3), (0.7, 0.1, 7), (2.0, 0.5, 4), (1e4, 0.1, 10**5)]
)  # fmt: skip
def test_a_delay_in_ms_is_exactly_so_many_steps(delay: float, dt: float, steps: int) -> None:
    assert discretized(delay, dt) == Steps(steps)


@pytest.mark.parametrize(
    ("delay", "dt", "message"),
    [
        (1.25, 0.5, "projection p: delay: 1.25 ms is not a multiple of dt = 0.5 ms; nearest: 1 or 1.5 ms"),
        (0.5, 1.0, "projection p: delay must be at least dt = 1 ms, got 0.5 ms"),
        (1.0000001, 1.0, "projection p: delay: 1 ms is not a multiple of dt = 1 ms; nearest: 1 or 2 ms"),
    ],
)
def test_a_delay_that_does_not_fit_is_refused(delay: float, dt: float, message: str) -> None:
    with pytest.raises(NetworkError) as raised:
        discretized(delay, dt)
    assert str(raised.value) == message


def test_one_explicit_delay_that_does_not_fit_is_refused() -> None:
    pairs = FromList(((0, 0), (1, 1)))
    good, bad = Explicit(Numbers([1.0, 2.0])), Explicit(Numbers([1.0, 2.3]))
    for delay in (good, bad):
        given = network(delay)
        given = given.with_projections({"p": replace(given.projections[0], connector=pairs)})
        if delay is bad:
            with pytest.raises(NetworkError, match=r"^projection p: delay: 2\.3 ms is not a multiple of dt = 1 ms; "):
                Discretize(1.0)(given)
        else:
            assert Discretize(1.0)(given).projections[0].delay == Steps(drawn=good)


@pytest.mark.parametrize(("ms", "dt"), [(0.1 + 0.2, 0.1), (1e9, 1.0), (1e8 + 0.1, 0.1), (0.0, 0.1)])
def test_rounding_errors_of_the_time_itself_are_forgiven(ms: float, dt: float) -> None:
    assert whole_steps(ms, dt, "at") == round(ms / dt)


@pytest.mark.parametrize("ms", [1e9 + 0.5, 1e6 + 0.1, 0.01, 1e7 + 0.01])
def test_late_times_are_no_less_exact(ms: float) -> None:
    with pytest.raises(NetworkError, match=r"^at: .* ms is not a multiple of dt = 1 ms"):
        whole_steps(ms, 1.0, "at")


def test_another_dt_keeps_the_ms() -> None:
    given = network(3.0)
    for dt, steps in ((1.0, 3), (0.5, 6), (0.1, 30)):
        at_dt = Discretize(dt)(given)
        assert (at_dt.dt, at_dt.projections[0].delay) == (dt, Steps(steps))
    coarse = Discretize(1.0)(given)
    assert Discretize(1.0)(coarse) == coarse
    assert Discretize(0.5)(coarse) == Discretize(0.5)(given)
    with pytest.raises(NetworkError, match=r"^projection p: delay: 3 ms is not a multiple of dt = 2 ms"):
        Discretize(2.0)(coarse)


def lowered(delay: Any, dt: float, seed: int = 1) -> LoweredNetwork:
    return lower(network(delay), engine().abilities, "exact", seed, dt)


def delays(made: LoweredNetwork) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the delay (ms) of each synapse by pre and post."""
    found = np.zeros((30, 30))
    for bucket in made.projections[0].buckets:
        layout: Any = bucket.layout
        pre = np.repeat(np.arange(30), np.diff(layout.indptr))
        assert (found[pre, layout.targets] == 0).all()
        found[pre, layout.targets] = bucket.delay * made.dt
    return found


@pytest.mark.parametrize("delay", [Uniform(0.2, 4.4), Normal(2.0, 1.0, 0.1, 6.0)])
def test_drawn_delays_are_the_same_ms_rounded_to_the_step(delay: Any) -> None:
    fine = delays(lowered(delay, 1e-4))
    assert len(np.unique(fine)) > 500
    for dt in (0.1, 0.5, 1.0):
        coarse = delays(lowered(delay, dt))
        assert coarse.min() >= dt - 1e-12
        ties = np.abs(fine / dt % 1.0 - 0.5) < 1e-3
        nearest = np.maximum(dt, np.rint(fine / dt) * dt)
        assert ties.sum() < 30
        np.testing.assert_allclose(coarse[~ties], nearest[~ties], rtol=1e-12)
    assert not np.array_equal(fine, delays(lowered(delay, 1e-4, seed=2)))


def test_buckets_come_shortest_delay_first() -> None:
    steps = [bucket.delay for bucket in lowered(Uniform(0.2, 4.4), 1.0).projections[0].buckets]
    assert steps == [1, 2, 3, 4]
