"""A source whose delay extension would need stages of two lengths is refused with a sentence that names it."""

from pathlib import Path

import pytest

from spikemem.backend import RunOptions, backend
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.errors import MissingDependency, Unsupported
from spikemem.hardware import find_hardware
from spikemem.ir import AllToAll, IF_curr_exp, Network, Population, Projection, SpikeSource, Static
from spikemem.passes import lower


def program(large_delay: float) -> SpinnakerProgram:
    try:
        target = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    sizes = {"small": 100, "large": 200}  # their cores keep inputs for 64 and 32 steps
    delays = {"small": 70.0, "large": large_delay}
    populations = [Population("a", 1, SpikeSource())]
    populations += [Population(name, size, IF_curr_exp(tau_refrac=1.0)) for name, size in sizes.items()]
    projections = tuple(
        Projection(f"to {name}", "a", name, AllToAll(), 1.0, delay, "excitatory", Static())
        for name, delay in delays.items()
    )
    network = Network("late", 1.0, tuple(populations), projections)
    made = target.compile(
        lower(network, target.abilities, "spinnaker", 1), RunOptions(hardware=find_hardware("virtual3"))
    )
    assert isinstance(made, SpinnakerProgram)
    return made


def test_two_lengths_of_stages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    sentence = (
        "^backend spinnaker: late cannot be mapped onto a machine of 4 chips: a has delays longer than the 64 steps for which "
        "small's cores keep inputs and than the 32 of large's, and sPyNNaker has one delay extension a source"
    )
    with pytest.raises(Unsupported, match=sentence):
        program(40.0).rehearse(10)


def test_one_length_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    mapped = program(30.0)
    mapped.rehearse(10)
    assert {row["population"]: row["extended"] for row in mapped.placement["delays"]} == {"small": True, "large": False}
