"""Every primitive and every option, on every installed backend: the spikes and the weights of the Numba engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from spikemem.backend import BACKENDS, Program, RunOptions, WeightForm, backend
from spikemem.errors import HardwareError, MissingDependency
from spikemem.ir import NUMERICS, Numerics, PairSTDP
from spikemem.passes import lower
from tests.conformance.cases import CASES, QUICK, STEPS, Case, network, stimulus
from tests.conformance.exemptions import EXEMPTIONS, exemption

pytestmark = pytest.mark.conformance

FORMS: tuple[WeightForm, ...] = ("stored", "effective")
COMPILED = [name for name in BACKENDS if name in ("brian2-cpp", "brian2-cuda")]
"""The backends that compile each run."""
STEPWISE = [name for name in BACKENDS if name not in ("numba", *COMPILED)]
PAIRS = [(case, numerics) for case in CASES for numerics in case.numerics]


def ran(name: str, cases: Sequence[Case], numerics: Numerics, steps: int = STEPS) -> Program:
    """Run the network of ``cases``, in two stretches if it may be; skip where the backend or its hardware is missing."""
    try:
        target = backend(name)
    except MissingDependency as error:
        pytest.skip(str(error))
    program = target.compile(lower(network(cases), target.abilities, numerics, seed=3), RunOptions())
    program.stimulate(stimulus())
    for stretch in (steps // 3, steps - steps // 3) if program.stepwise else (steps,):
        try:
            program.run(stretch)
        except HardwareError as error:
            pytest.skip(str(error))
    return program


def assert_same(case: Case, found: Program, wanted: Program) -> None:
    got, want = found.spikes(), wanted.spikes()
    for population in case.populations:
        own = case.renamed(population.name)
        assert np.array_equal(got[own], want[own]), own
        for variable in population.cell.state_variables:
            assert found.variable(own, variable) == pytest.approx(wanted.variable(own, variable), rel=1e-6, abs=1e-6)
    for projection in case.projections:
        for form in FORMS:
            ours, theirs = (p.weights(case.renamed(projection.name), form) for p in (found, wanted))
            for column in ("pre", "post", "delay"):
                assert np.array_equal(getattr(ours, column), getattr(theirs, column))
            assert ours.weight == pytest.approx(theirs.weight, rel=1e-6, abs=1e-6)


def agree(name: str, cases: Sequence[Case], numerics: Numerics) -> None:
    found, wanted = ran(name, cases, numerics), ran("numba", cases, numerics)
    for case in cases:
        assert_same(case, found, wanted)
    assert found.cost == wanted.cost


@pytest.mark.parametrize("name", STEPWISE)
@pytest.mark.parametrize(("case", "numerics"), PAIRS, ids=[f"{c.feature}-{n}" for c, n in PAIRS])
def test_a_backend_does_what_the_reference_does(case: Case, numerics: Numerics, name: str) -> None:
    if (exempt := exemption(name, case.feature)) is not None:
        pytest.skip(exempt.reason)
    agree(name, [case], numerics)


@pytest.mark.parametrize("name", COMPILED)
def test_a_backend_that_compiles_does_what_the_reference_does(name: str) -> None:
    """All in one network, for a compilation takes long."""
    agree(name, [c for c in CASES if c.feature in QUICK and exemption(name, c.feature) is None], "spinnaker")


@pytest.mark.slow
@pytest.mark.parametrize("numerics", NUMERICS)
@pytest.mark.parametrize("name", COMPILED)
def test_a_backend_that_compiles_does_all_that_the_reference_does(name: str, numerics: Numerics) -> None:
    agree(name, [c for c in CASES if numerics in c.numerics and exemption(name, c.feature) is None], numerics)


@pytest.mark.parametrize(("case", "numerics"), PAIRS, ids=[f"{c.feature}-{n}" for c, n in PAIRS])
def test_no_case_is_empty(case: Case, numerics: Numerics) -> None:
    """The target fires, some of its neurons more often than others, and what is plastic changes."""
    program = ran("numba", [case], numerics)
    fired = program.spikes()[case.renamed("t")][1]
    assert 10 <= fired.size < STEPS * case.populations[-1].size
    for projection in case.projections:
        if isinstance(projection.synapse, PairSTDP):
            fresh = ran("numba", [case], numerics, steps=1)
            name = case.renamed(projection.name)
            changed = np.abs(program.weights(name).weight - fresh.weights(name).weight) > 1e-3
            assert changed.mean() > 0.3


def test_every_exemption_is_of_a_backend_and_a_feature_that_exist() -> None:
    for name, feature, reason in EXEMPTIONS:
        assert name in BACKENDS
        assert any(case.feature.startswith(feature) for case in CASES)
        assert reason
