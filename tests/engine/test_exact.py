"""The numerics ``exact`` against solutions of the equations by scipy, step by step."""

from dataclasses import dataclass
from itertools import pairwise
from math import exp

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from spikemem.backend import Program
from spikemem.ir import (
    AllToAll,
    Cell,
    Explicit,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Numbers,
    Population,
    Projection,
    Receptor,
    SpikeSource,
    Static,
)
from tests.engine.support import as_spikes, started

SOURCES = 4
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A neuron with four excitatory and four inhibitory inputs, and when those fire (step, neuron)."""

    cell: Cell
    dt: float
    weights: tuple[Floats, Floats]
    spikes: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]

    def program(self, delay: int = 1) -> Program:
        populations = [Population("cell", 1, self.cell)]
        projections = []
        kinds: tuple[tuple[str, Receptor], ...] = (("exc", "excitatory"), ("inh", "inhibitory"))
        for (name, receptor), weight in zip(kinds, self.weights, strict=True):
            populations.append(Population(name, SOURCES, SpikeSource()))
            given = Explicit(Numbers(weight))
            projections.append(Projection(name, name, "cell", AllToAll(), given, delay * self.dt, receptor, Static()))
        network = Network("one", self.dt, tuple(populations), tuple(projections))
        stimulus = {
            name: [(int(t), int(n)) for t, n in np.argwhere(fired)]
            for name, fired in zip(("exc", "inh"), self.spikes, strict=True)
        }
        return started(network, stimulus)

    def arriving(self, step: int, delay: int = 1) -> tuple[float, float]:
        """Return the sums of the weights that arrive in ``step``."""
        if step < delay:
            return 0.0, 0.0
        exc, inh = (float(f[step - delay] @ w) for f, w in zip(self.spikes, self.weights, strict=True))
        return exc, inh


def random_case(seed: int, *, fires: bool) -> Case:
    rng = np.random.default_rng(seed)
    dt = float(rng.choice([0.1, 0.5, 1.0]))
    tau_m, cm = float(rng.uniform(0.5, 30.0)), float(rng.uniform(0.1, 2.0))
    tau_syn = rng.uniform(0.2, 10.0, 2)
    match seed % 4:  # equal, and nearly equal down to the last bits
        case 0:
            tau_syn[0] = tau_m
        case 1:
            tau_syn = tau_m * (1.0 + rng.choice([-1.0, 1.0], 2) * 10.0 ** rng.uniform(-16.0, -2.0, 2))
    cell = IF_curr_exp(
        cm=cm, tau_m=tau_m, tau_syn_E=float(tau_syn[0]), tau_syn_I=float(tau_syn[1]), v_rest=-65.0,
        v_reset=float(rng.uniform(-75.0, -60.0)), v_thresh=-50.0 if fires else 1e6,
        tau_refrac=float(rng.choice([0.0, 0.04, dt, 3 * dt, 2.4 * dt])), i_offset=float(rng.uniform(-0.2, 0.4)),
    )  # fmt: skip
    unit = 15.0 * cm * (1.0 / tau_m + 1.0 / float(tau_syn[0]))  # about what moves V by 15 mV
    weights = rng.uniform(0.0, 2.0 * unit, SOURCES), rng.uniform(0.0, 0.2 * unit, SOURCES)
    spikes = rng.random((150, SOURCES)) < 0.2, rng.random((150, SOURCES)) < 0.2
    return Case(cell, dt, weights, spikes)


def propagators(cell: IF_curr_exp, dt: float) -> tuple[Floats, Floats]:
    """Return the matrices that advance (V - v_rest, E, I, 1) by dt, free and refractory."""
    currents = [1.0 / cell.cm, -1.0 / cell.cm, float(np.asarray(cell.i_offset)) / cell.cm]
    free = np.zeros((4, 4))
    free[0] = [-1.0 / cell.tau_m, *currents]
    free[1, 1], free[2, 2] = -1.0 / cell.tau_syn_E, -1.0 / cell.tau_syn_I
    frozen = free.copy()
    frozen[0] = 0.0
    return expm(free * dt), expm(frozen * dt)


@pytest.mark.parametrize("fires", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_curr_exp_follows_the_matrix_exponential(seed: int, fires: bool) -> None:
    case = random_case(seed, fires=fires)
    cell = case.cell
    assert isinstance(cell, IF_curr_exp)
    free, frozen = propagators(cell, case.dt)
    program = case.program()
    state, still, spikes = np.array([0.0, 0.0, 0.0, 1.0]), 0, []
    for step in range(len(case.spikes[0])):
        exc, inh = case.arriving(step)
        state += np.array([0.0, exc, inh, 0.0])
        state = (frozen if still else free) @ state
        still = max(0, still - 1)
        v = cell.v_rest + state[0]
        assert abs(v - cell.v_thresh) > 1e-6, "which side of the threshold must not hang on the last bits"
        if v >= cell.v_thresh:
            spikes.append((step, 0))
            state[0], still = cell.v_reset - cell.v_rest, round(cell.tau_refrac / case.dt)
        program.run(1)
        assert program.variable("cell", "v")[0] == pytest.approx(cell.v_rest + state[0], rel=0, abs=1e-9)
        assert program.variable("cell", "isyn_exc")[0] == pytest.approx(state[1], rel=1e-12, abs=1e-12)
        assert program.variable("cell", "isyn_inh")[0] == pytest.approx(state[2], rel=1e-12, abs=1e-12)
    assert as_spikes(program.spikes()["cell"]) == spikes
    assert bool(spikes) == fires


def test_a_current_fades_until_1e_30_and_is_0_then() -> None:
    fired = np.zeros((2, SOURCES), dtype=bool)
    fired[0] = True
    weights = np.full(SOURCES, 0.5), np.full(SOURCES, 0.25)
    case = Case(IF_curr_exp(tau_syn_E=2.0, tau_syn_I=3.0), 1.0, weights, (fired, fired))
    program = case.program()
    program.run(1)
    for step in range(1, 300):
        program.run(1)
        for name, start, tau in (("isyn_exc", 2.0, 2.0), ("isyn_inh", 1.0, 3.0)):
            wanted = start * exp(-step / tau)
            assert program.variable("cell", name)[0] == pytest.approx(
                wanted if wanted > 1e-30 else 0.0, rel=1e-12, abs=0
            )


def test_curr_delta_is_exact() -> None:
    rng = np.random.default_rng(5)
    spikes = rng.random((200, SOURCES)) < 0.1, rng.random((200, SOURCES)) < 0.05
    weights = rng.uniform(0.0, 2.0, SOURCES), rng.uniform(0.0, 2.0, SOURCES)
    cell = IF_curr_delta(cm=0.7, tau_m=7.3, i_offset=0.13, v_thresh=1e6)
    case = Case(cell, 0.5, weights, spikes)
    program = case.program()
    settled = -65.0 + 0.13 * 7.3 / 0.7
    for step in range(200):
        program.run(1)
        jumps = sum((np.subtract(*case.arriving(k)) * exp(-(step + 1 - k) * 0.5 / 7.3) for k in range(step + 1)), 0.0)
        relaxed = settled + (-65.0 - settled) * exp(-(step + 1) * 0.5 / 7.3)
        assert program.variable("cell", "v")[0] == pytest.approx(relaxed + jumps, rel=0, abs=1e-11)


def test_curr_delta_fires_resets_and_loses_input_while_refractory() -> None:
    rng = np.random.default_rng(6)
    cell = IF_curr_delta(tau_m=9.0, tau_refrac=2.0, v_reset=-71.0)
    spikes = rng.random((300, SOURCES)) < 0.2, rng.random((300, SOURCES)) < 0.1
    case = Case(cell, 1.0, (rng.uniform(0.0, 9.0, SOURCES), rng.uniform(0.0, 3.0, SOURCES)), spikes)
    program, v, until, wanted = case.program(), -65.0, -1, []
    for step in range(300):
        exc, inh = case.arriving(step)
        if step > until:
            v = -65.0 + exp(-1.0 / 9.0) * (v + exc - inh + 65.0)
        if v >= -50.0:
            wanted.append((step, 0))
            v, until = -71.0, step + 2
        program.run(1)
        assert program.variable("cell", "v")[0] == pytest.approx(v, rel=0, abs=1e-11)
    assert as_spikes(program.spikes()["cell"]) == wanted
    assert len(wanted) > 10


def conductance(dt: float) -> Case:
    """Return a conductance-based neuron whose inputs fire at the same whole ms for every dt."""
    rng = np.random.default_rng(7)
    every = round(1.0 / dt)
    spikes = tuple(np.zeros((40 * every, SOURCES), dtype=bool) for _ in range(2))
    for fired, rate in zip(spikes, (0.15, 0.1), strict=True):
        fired[::every] = rng.random((40, SOURCES)) < rate
    weights = rng.uniform(0.001, 0.02, SOURCES), rng.uniform(0.001, 0.02, SOURCES)
    cell = IF_cond_exp(cm=0.4, tau_m=12.0, tau_syn_E=3.0, tau_syn_I=6.0, v_thresh=1e6, i_offset=0.1)
    return Case(cell, dt, weights, (spikes[0], spikes[1]))


def by_solve_ivp() -> Floats:
    """Return V after each whole ms."""
    case = conductance(1.0)
    cell = case.cell
    assert isinstance(cell, IF_cond_exp)

    def slope(_: float, y: Floats) -> list[float]:
        v, exc, inh = y
        current = exc * (cell.e_rev_E - v) + inh * (cell.e_rev_I - v) + float(np.asarray(cell.i_offset))
        return [(cell.v_rest - v) / cell.tau_m + current / cell.cm, -exc / cell.tau_syn_E, -inh / cell.tau_syn_I]

    y, found = np.array([cell.v_rest, 0.0, 0.0]), []
    for step in range(40):
        y = y + np.array([0.0, *case.arriving(step)])
        y = solve_ivp(slope, (0.0, 1.0), y, method="DOP853", rtol=1e-13, atol=1e-13).y[:, -1]
        found.append(y[0])
    return np.array(found)


def test_cond_exp_converges_with_the_fourth_power_of_dt() -> None:
    wanted, errors = by_solve_ivp(), []
    assert np.ptp(wanted) > 10.0
    for every in (1, 2, 4, 8, 16):
        program = conductance(1.0 / every).program(delay=every)
        found = []
        for _ in range(40):
            program.run(every)
            found.append(program.variable("cell", "v")[0])
        errors.append(float(np.abs(np.array(found) - wanted).max()))
    assert 1e-8 < errors[2] < 1e-5
    for coarse, fine in pairwise(errors):
        assert 12.0 < coarse / fine < 20.0, errors
