"""Plastic populations that are too large for the memory of one core are given to more, and fire as on the engine."""

import re
from pathlib import Path

import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

import spikemem
from spikemem.backends.pynn.software_board import MACHINE_OPTIONS, software_board
from spikemem.ir import AllToAll, IF_curr_exp, Network, OneToOne, PairSTDP, Population, Projection, SpikeSource, Static
from tests.board.scripts import against

SIZE, PLASTIC_DELAY, LONGEST = 160, 17.0, 70.0
RULE = PairSTDP(
    tau_plus=20.0, tau_minus=20.0, A_plus=0.01, A_minus=0.01, w_min=0.0, w_max=40.0, update="deferred", history=15
)
NETWORK = Network(
    "large", 1.0,
    (
        Population("in", SIZE, SpikeSource()), Population("far", 1, SpikeSource()),
        Population("x", SIZE, IF_curr_exp(tau_refrac=1.0)),
    ),
    (
        Projection("plastic", "in", "x", OneToOne(), 30.0, PLASTIC_DELAY, "excitatory", RULE),
        Projection("late", "far", "x", AllToAll(), 20.0, LONGEST, "excitatory", Static()),
    ),
)  # fmt: skip


def spikes(backend: str, hardware: str | None) -> tuple[list[float], list[int]]:
    fed = {"in": ([float(5 + n % 7) for n in range(SIZE)], list(range(SIZE))), "far": ([3.0], [0])}
    run = spikemem.run(
        NETWORK, stimulus=fed, duration_ms=90.0, backend=backend, hardware=hardware, numerics="spinnaker"
    )
    times, neurons = run.spikes["x"]
    return times.tolist(), neurons.tolist()


def test_a_plastic_population_with_long_delays_fires_as_on_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = spikes("spinnaker", "software_spin3")
    assert found == spikes("numba", None)
    assert set(found[1]) == set(range(SIZE))
    assert min(found[0]) == 5.0 + PLASTIC_DELAY
    assert max(found[0]) >= 3.0 + LONGEST


def test_a_program_that_stops_itself_is_named(tmp_path: Path) -> None:
    """In a script that is not ours, and puts all on one core, whose memory does not hold them."""
    with software_board(3) as running:
        lines = ["[Machine]", "version = 3", f"machine_name = {running.address}"]
        options = [f"{key} = {value}" for key, value in MACHINE_OPTIONS.items()]
        assert "RUN_TIME_EXCEPTION" in against([*lines, *options], "crowded.py", tmp_path)["said"]
        (said,) = running.said()
    assert re.fullmatch(r"core \d+ of chip 0, 0: its program has stopped itself \(run time exception 19\)", said)
