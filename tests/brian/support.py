"""Networks on Brian2 and on the Numba engine, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

from spikemem import Recording
from spikemem.backend import Program, RunOptions, StepEvents, WeightForm, backend
from spikemem.errors import MissingDependency
from spikemem.ir import Network, Numerics
from spikemem.passes import lower

# Not shrunk: every try generates code anew.
ANY = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)
MOVES = (("numba", "brian2"), ("brian2", "numba"), ("brian2", "brian2"))
"""The backends before and after a checkpoint."""
FORMS: tuple[WeightForm, ...] = ("stored", "effective")


def needs(name: str) -> None:
    """Skip the test if the backend's packages or compiler are not installed."""
    try:
        backend(name)
    except MissingDependency as error:
        pytest.skip(str(error))


def made(
    name: str, network: Network, *, numerics: Numerics = "spinnaker", seed: int = 1, options: RunOptions | None = None
) -> Program:
    target = backend(name)
    return target.compile(lower(network, target.abilities, numerics, seed), options or RunOptions())


def ran(
    name: str, network: Network, stimulus: Mapping[str, StepEvents], steps: int, *, numerics: Numerics = "spinnaker",
    seed: int = 1, options: RunOptions | None = None,
) -> Program:  # fmt: skip
    program = made(name, network, numerics=numerics, seed=seed, options=options)
    program.stimulate(stimulus)
    program.run(steps)
    return program


def moved(
    names: tuple[str, str], network: Network, stimulus: Mapping[str, StepEvents], at: int, steps: int, *,
    numerics: Numerics = "spinnaker", seed: int = 1,
) -> tuple[Program, Program]:  # fmt: skip
    """Save one backend's program at step ``at`` and have another go on; return that and the engine's, with the same spikes."""
    wanted = ran("numba", network, stimulus, steps, numerics=numerics, seed=seed)
    first = ran(names[0], network, stimulus, at, numerics=numerics, seed=seed)
    second = made(names[1], network, numerics=numerics, seed=seed)
    second.run(2)  # what it has done before does not matter
    second.load_state(first.save_state())
    second.run(steps - at)
    assert_same_spikes(first.spikes(), {n: (s[s < at], i[s < at]) for n, (s, i) in wanted.spikes().items()})
    assert_same_spikes(second.spikes(), wanted.spikes(since=at))
    return second, wanted


def assert_same_spikes(found: Mapping[str, StepEvents], wanted: Mapping[str, StepEvents]) -> None:
    assert found.keys() == wanted.keys()
    for name, (steps, neurons) in wanted.items():
        assert np.array_equal(found[name][0], steps), name
        assert np.array_equal(found[name][1], neurons), name


def assert_same_state(found: Program, wanted: Program, tolerance: float = 1e-6) -> None:
    """Compare weights in both forms, state variables and costs."""
    assert found.now == wanted.now
    for projection in wanted.network.projections:
        for form in FORMS:
            ours, theirs = found.weights(projection.name, form), wanted.weights(projection.name, form)
            for column in ("pre", "post", "delay"):
                assert np.array_equal(getattr(ours, column), getattr(theirs, column))
            assert ours.weight == pytest.approx(theirs.weight, rel=tolerance, abs=tolerance)
    for population in wanted.network.populations:
        for variable in population.cell.state_variables:
            ours_v, theirs_v = found.variable(population.name, variable), wanted.variable(population.name, variable)
            assert ours_v == pytest.approx(theirs_v, rel=tolerance, abs=tolerance)
    assert found.cost == wanted.cost


def assert_same_recording(found: Recording, wanted: Recording) -> None:
    """Compare spikes, answers, costs and final weights."""
    for name, (times, neurons) in wanted.spikes.items():
        assert np.array_equal(found.spikes[name][0], times), name
        assert np.array_equal(found.spikes[name][1], neurons), name
    for ours, theirs in zip(found.answers, wanted.answers, strict=True):
        assert (ours.answered, ours.latency_ms, ours.confidence) == (
            theirs.answered,
            theirs.latency_ms,
            theirs.confidence,
        )
        assert ours.cost == theirs.cost
    for name, weights in wanted.stored_weights.items():
        assert found.stored_weights[name].weight == pytest.approx(weights.weight, abs=1e-6)
        assert found.effective_weights[name].weight == pytest.approx(wanted.effective_weights[name].weight, abs=1e-6)
    assert found.cost == wanted.cost
