"""Every primitive and every option, on every installed backend: the spikes and the weights of the Numba engine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikemem.backend import BACKENDS, Backend, Program, RunOptions, WeightForm, backend
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.errors import HardwareError, MissingDependency, Unsupported
from spikemem.hardware import find_hardware
from spikemem.ir import NUMERICS, FadingOneShot, Numerics, OneShot, PairSTDP, Population, Segment, TagAndCapture
from spikemem.passes import lower
from tests.conformance.case import STEPS, Case, network, stimulus
from tests.conformance.cases import CASES, QUICK
from tests.conformance.exemptions import EXEMPTIONS, TOLERANCES, Exemption, Tolerance, exemption, largest_difference
from tests.conformance.facts import FACTS
from tests.conformance.page import page

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.filterwarnings("ignore:backend brian2-cuda:spikemem.errors.SpikememWarning"),
]

FORMS: tuple[WeightForm, ...] = ("stored", "effective")
COMPILED = [name for name in BACKENDS if FACTS[name].compiles]
"""The backends that compile each run."""
OTHERS = [name for name in BACKENDS if name not in ("numba", "spinnaker", *COMPILED)]


def numerics_of(case: Case, name: str) -> tuple[Numerics, ...]:
    """Return the numerics to run a case under: those of its own that the backend has, or else the backend's."""
    offered = FACTS[name].numerics
    return tuple(n for n in case.numerics if n in offered) or offered[:1]


RUNS = [(name, case, numerics) for name in OTHERS for case in CASES for numerics in numerics_of(case, name)]


def installed(name: str) -> Backend:
    """Return the backend; skip where a package or a tool of it is missing."""
    try:
        return backend(name)
    except MissingDependency as error:
        pytest.skip(str(error))


def options_of(name: str) -> RunOptions:
    """Return how to run: on the virtual board where it must be some board."""
    return RunOptions(hardware=find_hardware("virtual5")) if name == "spinnaker" else RunOptions()


def ran(name: str, cases: Sequence[Case], numerics: Numerics, steps: int = STEPS) -> Program:
    """Run the network of ``cases``, in two stretches if it may be; skip where the backend or its hardware is missing."""
    target = installed(name)
    program = target.compile(lower(network(cases), target.abilities, numerics, seed=3), RunOptions())
    program.stimulate(stimulus())
    for stretch in (steps // 3, steps - steps // 3) if program.stepwise else (steps,):
        try:
            program.run(stretch)
        except HardwareError as error:
            pytest.skip(str(error))
    return program


def assert_same(case: Case, found: Program, wanted: Program, largest: float) -> None:
    got, want = found.spikes(), wanted.spikes()
    for population in case.populations:
        own = case.renamed(population.name)
        assert np.array_equal(got[own], want[own]), own
        for variable in population.cell.state_variables:
            assert found.variable(own, variable) == pytest.approx(wanted.variable(own, variable), rel=1e-6, abs=largest)
    for projection in case.projections:
        for form in FORMS:
            ours, theirs = (p.weights(case.renamed(projection.name), form) for p in (found, wanted))
            for column in ("pre", "post", "delay"):
                assert np.array_equal(getattr(ours, column), getattr(theirs, column))
            assert ours.weight == pytest.approx(theirs.weight, rel=1e-6, abs=1e-6)


def agree(name: str, cases: Sequence[Case], numerics: Numerics) -> None:
    found, wanted = ran(name, cases, numerics), ran("numba", cases, numerics)
    for case in cases:
        assert_same(case, found, wanted, largest_difference(name, case.feature))
    assert found.cost == wanted.cost


@pytest.mark.parametrize(("name", "case", "numerics"), RUNS, ids=[f"{c.feature}-{n}-{b}" for b, c, n in RUNS])
def test_a_backend_does_what_the_reference_does_or_refuses_it(name: str, case: Case, numerics: Numerics) -> None:
    exempt = exemption(name, case.feature)
    if exempt is None:
        agree(name, [case], numerics)
        return
    with pytest.raises(Unsupported, match=re.escape(exempt.reason)):
        lower(network([case]), installed(name).abilities, numerics, seed=3)


@pytest.mark.parametrize("name", COMPILED)
def test_a_backend_that_compiles_does_what_the_reference_does(name: str) -> None:
    """All in one network, for a compilation takes long."""
    agree(name, [c for c in CASES if c.feature in QUICK and exemption(name, c.feature) is None], "spinnaker")


@pytest.mark.slow
@pytest.mark.parametrize("numerics", NUMERICS)
@pytest.mark.parametrize("name", COMPILED)
def test_a_backend_that_compiles_does_all_that_the_reference_does(name: str, numerics: Numerics) -> None:
    agree(name, [c for c in CASES if numerics in c.numerics and exemption(name, c.feature) is None], numerics)


@pytest.mark.parametrize("case", [c for c in CASES if exemption("spinnaker", c.feature)], ids=str)
def test_spinnaker_refuses_what_it_would_do_otherwise(case: Case) -> None:
    exempt = exemption("spinnaker", case.feature)
    assert exempt is not None
    with pytest.raises(Unsupported, match=re.escape(exempt.reason)):
        lower(network([case]), installed("spinnaker").abilities, "spinnaker", seed=3)


def test_spinnaker_maps_all_that_it_does_not_refuse() -> None:
    """Placed and routed on a virtual board, each population on cores of its own."""
    cases, target = [c for c in CASES if exemption("spinnaker", c.feature) is None], installed("spinnaker")
    program = target.compile(lower(network(cases), target.abilities, "spinnaker", seed=3), options_of("spinnaker"))
    program.stimulate(stimulus())
    assert str(program.rehearse(STEPS)).startswith("sPyNNaker placed it on ")
    assert isinstance(program, SpinnakerProgram)
    placed = program.placement["cores"]
    assert {core["population"] for core in placed} == {p.name for p in program.network.populations}
    assert len({(core["x"], core["y"], core["core"]) for core in placed}) == len(placed)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_case_is_empty(case: Case) -> None:
    """The target fires, some of its neurons more often than others, and what is plastic changes."""
    for numerics in case.numerics:
        assert_not_empty(case, numerics)


def assert_not_empty(case: Case, numerics: Numerics) -> None:
    program = ran("numba", [case], numerics)
    fired = program.spikes()[case.renamed("t")][1]
    (target,) = [p for p in case.populations if p.name == "t"]
    assert 10 <= fired.size < STEPS * target.size
    for population in case.populations:
        if isinstance(population.cell, Segment):
            assert_dendrites_matter(case, population, population.cell, program)
    for projection in case.projections:
        if isinstance(projection.synapse, PairSTDP):
            fresh = ran("numba", [case], numerics, steps=1)
            name = case.renamed(projection.name)
            changed = np.abs(program.weights(name).weight - fresh.weights(name).weight) > 1e-3
            assert changed.mean() > 0.3
        if isinstance(projection.synapse, TagAndCapture):
            fresh = ran("numba", [case], numerics, steps=1)
            name = case.renamed(projection.name)
            assert (program.weights(name).weight != fresh.weights(name).weight).mean() > 0.3
        if isinstance(projection.synapse, OneShot | FadingOneShot):
            increased = program.weights(case.renamed(projection.name)).weight > 0
            assert 0.05 < increased.mean() < 1.0


def assert_dendrites_matter(case: Case, population: Population, cell: Segment, program: Program) -> None:
    """They spike, not always, and the target's spikes depend on their current."""
    own, target = case.renamed(population.name), case.renamed("t")
    assert 10 <= program.spikes()[own][1].size < STEPS * population.size / 2
    if cell.current:
        idle = replace(population, cell=replace(cell, current=0.0))
        without = replace(case, populations=tuple(idle if p is population else p for p in case.populations))
        other = ran("numba", [without], program.network.numerics).spikes()[target]
        assert [part.tolist() for part in other] != [part.tolist() for part in program.spikes()[target]]


def test_every_exemption_is_of_a_backend_and_a_feature_that_exist() -> None:
    assert FACTS.keys() == BACKENDS.keys()
    rows: tuple[Exemption | Tolerance, ...] = (*EXEMPTIONS, *TOLERANCES)
    for row in rows:
        assert row.backend in BACKENDS
        assert any(case.feature.startswith(row.feature) for case in CASES)


@pytest.mark.parametrize("name", BACKENDS)
def test_the_facts_are_those_of_the_backend(name: str) -> None:
    target, facts = installed(name), FACTS[name]
    assert target.abilities.numerics == facts.numerics
    program = target.compile(lower(network(CASES[:1]), target.abilities, facts.numerics[0], seed=1), options_of(name))
    assert program.stepwise == facts.stepwise
    if facts.checkpoints:
        assert program.save_state()
    else:
        with pytest.raises(Unsupported):
            program.save_state()


def test_the_page_of_backends_is_what_the_command_prints() -> None:
    path = Path(__file__).parents[2] / "docs" / "backends.md"
    if not path.is_file():
        pytest.skip("needs the checkout's docs, and this runs against an installed package")
    assert path.read_text() == page(), "run: python -m tests.conformance.page > docs/backends.md"
