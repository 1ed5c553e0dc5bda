"""Resonators in the Numba engine against the solution of their equation, and against what a resonator is for."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from spikemem.backend import Program
from spikemem.ir import AllToAll, Network, Population, Projection, ResonateAndFire, SpikeSource, Static
from tests.engine.support import fired, started
from tests.reference.interpreter import Spike


def driven(cell: ResonateAndFire, weight: float, spikes: list[Spike], dt: float = 1.0) -> Program:
    """Return one resonator and what arrives at it: spikes of neuron 0 excite, one step later."""
    onto = Projection("onto", "in", "cell", AllToAll(), weight, dt, "excitatory", Static())
    network = Network("one", dt, (Population("in", 1, SpikeSource()), Population("cell", 1, cell)), (onto,))
    return started(network.verify(), {"in": spikes})


def test_between_inputs_it_is_the_solution_of_its_equation() -> None:
    cell = ResonateAndFire(frequency=37.0, tau_m=11.0, v_thresh=100.0)
    program = driven(cell, 2.5, [(0, 0), (7, 0)], dt=0.5)
    slope = complex(-1.0 / 11.0, 2.0 * pi * 0.037)
    z, at = 2.5 + 0.0j, 1
    for arrives, until in ((8, 8), (None, 30)):
        solved = solve_ivp(lambda _, y: slope * y, (0.0, 0.5 * (until - at)), [z], rtol=1e-12, atol=1e-14)
        z, at = solved.y[0, -1] + (0.0 if arrives is None else 2.5), until
        program.run(until + 1 - program.now)
        found = complex(program.variable("cell", "v")[0], program.variable("cell", "v_imag")[0])
        assert found == pytest.approx(z, rel=1e-9)


def test_it_fires_by_inputs_in_its_period_and_not_by_others() -> None:
    """Two inputs of less than the threshold: one period apart they add up, half a period apart they cancel."""
    cell = ResonateAndFire(frequency=50.0, tau_m=200.0, tau_refrac=5.0, v_thresh=1.5)
    in_phase, opposite = (driven(cell, 1.0, [(0, 0), (gap, 0)]) for gap in (20, 10))
    in_phase.run(40)
    opposite.run(40)
    assert fired(in_phase)["cell"] == [(21, 0)]
    assert fired(opposite)["cell"] == []


def test_without_reset_the_phase_goes_on_and_a_refractory_neuron_keeps_still() -> None:
    times = {}
    for refractory in (0.0, 1.0, 5.0):
        program = driven(ResonateAndFire(100.0, float("inf"), refractory, 0.75), 1.0, [(0, 0)])
        program.run(25)
        times[refractory] = [t for t, _ in fired(program)["cell"]]
    # Re z = cos(2 pi (t - 1) / 10): above 0.75 one step before and after each turn's begin.
    assert times == {0.0: [1, 2, 10, 11, 12, 20, 21, 22], 1.0: [1, 10, 12, 20, 22], 5.0: [1, 10, 20]}


def test_a_reset_begins_anew() -> None:
    cell = ResonateAndFire(frequency=100.0, tau_m=float("inf"), v_thresh=0.75, v_reset=0.5, resets=True)
    program = driven(cell, 1.0, [(0, 0)])
    program.run(3)
    found = (program.variable("cell", "v")[0], program.variable("cell", "v_imag")[0])
    assert found == pytest.approx((0.5 * np.cos(0.2 * pi), 0.5 * np.sin(0.2 * pi)))
    program.run(40)
    assert fired(program)["cell"] == [(1, 0)]
