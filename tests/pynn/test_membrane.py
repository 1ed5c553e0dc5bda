"""Membranes that fixed point cannot follow are named before anything runs, with what to change."""

from pathlib import Path

import numpy as np
import pytest

from spikemem.backend import RunOptions, backend
from spikemem.backends.pynn.membrane import STEP, leak_error
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.errors import MissingDependency
from spikemem.hardware import find_hardware
from spikemem.ir import AllToAll, IF_curr_delta, IF_curr_exp, Network, Population, Projection, SpikeSource, Static
from spikemem.models import hebbian_associator
from spikemem.passes import lower
from spikemem.report.placement import problems

SLOW = IF_curr_delta(cm=1.0, tau_m=700.0, tau_refrac=0.0, v_rest=-1.0, v_reset=-1.0, v_thresh=50.0)
"""Its resistance is 700 MOhm, and a weight (mV) is as good as a current (nA) there."""


def test_leaks_of_whole_steps_that_are_rounded_are_right() -> None:
    for steps in (42, 43, 100, 1000):
        assert leak_error(-1.0 / np.log1p(-steps * STEP), 1.0) < 1e-6
    assert leak_error(hebbian_associator.TAU, 1.0) < 1e-6
    assert leak_error(-1.0 / np.log1p(-32 * STEP), 1.0) == pytest.approx(1 / 32)
    assert leak_error(1000.0, 1.0) == pytest.approx(1 / 32.75, rel=1e-3)
    assert leak_error(1000.0, 20.0) == leak_error(50.0, 1.0) < 1e-3


def test_leaks_and_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        target = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path))
    populations = (
        Population("in", 1, SpikeSource()), Population("slow", 1, IF_curr_exp(tau_m=1000.0, tau_refrac=1.0)),
        Population("wide", 1, SLOW),
        Population("fair", 1, SLOW),
    )  # fmt: skip
    weights = {"slow": 1e5, "wide": -93.7, "fair": 93.5}
    projections = tuple(
        Projection(
            f"to {name}",
            "in",
            name,
            AllToAll(),
            abs(weight),
            1.0,
            "inhibitory" if weight < 0 else "excitatory",
            Static(),
        )
        for name, weight in weights.items()
    )
    program = target.compile(
        lower(Network("membranes", 1.0, populations, projections), target.abilities, "spinnaker", 1),
        RunOptions(hardware=find_hardware("virtual3")),
    )
    assert isinstance(program, SpinnakerProgram)
    program.stimulate({"in": (np.array([1]), np.array([0], dtype=np.int32))})
    assert program.remarks == ()
    program.rehearse(10)
    told = [line for line in problems({**program.placement, "load": {"cores": []}}) if "SpiNNaker" in line]
    assert [line.split(":")[0] for line in told] == ["population slow", "projection to wide"]
    assert "with tau_m = 1000 ms the leak of a step may be 3.1 % wrong on SpiNNaker" in told[0]
    assert "a weight of 93.6331 nA times tau_m / cm = 700 MOhm of wide is beyond 65536 mV" in told[1]
    assert program.remarks == tuple(f"backend spinnaker: {line}" for line in told)
