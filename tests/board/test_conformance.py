"""What the engine and sPyNNaker's binaries share, feature by feature: the same spikes, and weights within their 16 bits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

from spikemem.backend import Program, RunOptions, backend
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.errors import SpikememWarning
from spikemem.hardware import find_hardware
from spikemem.ir import AllToAll, IF_curr_exp, Network, PairSTDP, Population, Projection, SpikeSource, Static
from spikemem.passes import lower
from tests.conformance.case import STEPS, network, stimulus
from tests.conformance.cases import CASES
from tests.conformance.exemptions import exemption

SILENT = "sPyNNaker's STDP onto IF_curr_delta"
"""Its plastic synapses have a delay of 2 steps, the longest onto their target: see below."""
SHARED = [c for c in CASES if exemption("spinnaker", c.feature) is None and "spinnaker" in c.numerics]
SAME = [case for case in SHARED if case.feature != SILENT]
NETWORK = network(SAME)


def ran(name: str, options: RunOptions) -> Program:
    target = backend(name)
    program = target.compile(lower(NETWORK, target.abilities, "spinnaker", 1), options)
    program.stimulate(stimulus())
    program.run(STEPS)
    return program


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, Program]:
    """All features beside each other, on the engine and on a board of 48 chips."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        board = ran("spinnaker", RunOptions(hardware=find_hardware("software_spin5")))
    return ran("numba", RunOptions()), board


def test_it_is_about_all_that_the_backend_can(programs: tuple[Program, Program]) -> None:
    assert len(SAME) > 30
    assert {case.feature for case in SHARED} - {case.feature for case in SAME} == {SILENT}


@pytest.mark.parametrize("population", [p.name for p in NETWORK.populations])
def test_spikes_are_the_engines(population: str, programs: tuple[Program, Program]) -> None:
    (steps, neurons), (found_steps, found_neurons) = (program.spikes()[population] for program in programs)
    assert steps.size > 0
    assert found_steps.tolist() == steps.tolist()
    assert found_neurons.tolist() == neurons.tolist()


@pytest.mark.parametrize("projection", [p.name for p in NETWORK.projections if isinstance(p.synapse, PairSTDP)])
def test_weights_are_the_engines_within_the_step_of_16_bits(projection: str, programs: tuple[Program, Program]) -> None:
    """A weight changes, and is rounded to its step, with each spike of its pre and of its post neuron."""
    engine, board = programs
    assert isinstance(board, SpinnakerProgram)
    expected, found = (p.weights(projection, "stored").weight for p in programs)
    (own,) = (p for p in NETWORK.projections if p.name == projection)
    changes = sum(np.bincount(engine.spikes()[name][1]).max() for name in (own.pre, own.post))
    step = 2.0**-9  # what sPyNNaker chooses for a w_max of 7.3 nA
    assert np.abs(found - expected).max() <= changes * step
    assert np.unique(expected).size > 3


def test_plastic_synapses_of_the_longest_delay_are_silent_if_it_is_a_power_of_two(tmp_path: Path) -> None:
    """Found so with the binaries of sPyNNaker 7.4.1; a longer static delay onto the same target mends it."""
    (rule,) = {p.synapse for c in SAME if c.feature == "sPyNNaker's STDP" for p in c.projections if p.name == "tested"}
    assert isinstance(rule, PairSTDP)
    strong = replace(rule, w_max=40.0)
    populations = [Population("a", 1, SpikeSource())]
    projections = []
    for name, delay in (("two", 2.0), ("three", 3.0), ("two, with three", 2.0)):
        populations.append(Population(name, 1, IF_curr_exp(tau_refrac=1.0)))
        projections.append(Projection(f"to {name}", "a", name, AllToAll(), 30.0, delay, "excitatory", strong))
    longer = Projection("longer", "a", "two, with three", AllToAll(), 0.01, 3.0, "excitatory", Static())
    silent = Network("silent", 1.0, tuple(populations), (*projections, longer))
    target = backend("spinnaker")
    program = target.compile(
        lower(silent, target.abilities, "spinnaker", 1), RunOptions(hardware=find_hardware("software_spin3"))
    )
    program.stimulate({"a": (np.array([5]), np.array([0], dtype=np.int32))})
    with pytest.warns(SpikememWarning) as told:
        program.run(15)
    fired = {name: steps[:1].tolist() for name, (steps, _) in program.spikes().items()}
    assert fired == {"a": [5], "two": [], "three": [8], "two, with three": [7]}
    (sentence,) = {str(w.message) for w in told}
    assert sentence.startswith(
        "backend spinnaker: projection to two: plastic synapses with a delay of 2 ms (2 steps) do nothing"
    )
    assert program.notes == (sentence.removeprefix("backend spinnaker: "),)
