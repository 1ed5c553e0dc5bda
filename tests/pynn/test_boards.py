"""What boards hold, as sPyNNaker has it, and the networks that are refused by it before anything is drawn."""

from pathlib import Path

import pytest

import spikemem.session
from spikemem.backends.pynn.boards import (
    CHIPS,
    CORES_OF_A_CHIP,
    NEURONS_OF_A_CORE,
    PLASTIC_NEURONS_OF_A_CORE,
    check_size,
    cores_needed,
    neurons_of_a_core,
    ring_steps,
)
from spikemem.cli.main import main
from spikemem.errors import Unsupported
from spikemem.hardware import Board
from spikemem.ir import AllToAll, IF_curr_exp, Network, PairSTDP, Population, Projection, SpikeSource, Static


def network(targets: int, *, plastic: bool = False) -> Network:
    populations = (Population("in", 5000, SpikeSource()), Population("x", targets, IF_curr_exp(tau_refrac=1.0)))
    synapse = PairSTDP(w_max=9.0, update="deferred") if plastic else Static()
    return Network("n", 1.0, populations, (Projection("p", "in", "x", AllToAll(), 7.0, 1.0, "excitatory", synapse),))


@pytest.mark.parametrize(
    ("targets", "plastic", "cores"),
    [(1, False, 1), (256, False, 1), (257, False, 2), (254, True, 1), (255, True, 2), (257, True, 3)],
)
def test_the_cores_of_populations(targets: int, plastic: bool, cores: int) -> None:
    assert cores_needed(network(targets, plastic=plastic)) == 1 + cores


@pytest.mark.parametrize(
    ("neurons", "longest", "steps"),
    [(1, 1, 2), (64, 3, 4), (64, 128, 128), (100, 64, 64), (100, 128, 64), (128, 70, 64), (200, 32, 32), (254, 64, 32)],
)
def test_how_long_a_core_keeps_its_inputs(neurons: int, longest: int, steps: int) -> None:
    assert ring_steps(neurons, longest) == steps


@pytest.mark.parametrize(("neurons", "longest"), [(128, 64), (128, 128), (200, 32), (200, 64), (254, 16), (228, 16)])
def test_plastic_neurons_that_a_core_was_seen_not_to_hold_are_given_to_more(neurons: int, longest: int) -> None:
    most = neurons_of_a_core(neurons, plastic=True, longest=longest)
    assert neurons // 3 < most < neurons
    assert neurons_of_a_core(most, plastic=True, longest=longest) == most
    assert neurons_of_a_core(neurons, plastic=False, longest=longest) == neurons


@pytest.mark.parametrize(("neurons", "longest"), [(64, 128), (100, 64), (128, 32), (196, 16), (254, 8)])
def test_those_that_it_holds_are_left_together(neurons: int, longest: int) -> None:
    assert neurons_of_a_core(neurons, plastic=True, longest=longest) == neurons


def test_the_numbers_are_spynnakers() -> None:
    pytest.importorskip("spynnaker.pyNN.config_setup").unittest_setup()
    constants = pytest.importorskip("spynnaker.pyNN.utilities.constants")
    holder = pytest.importorskip("spinn_utilities.config_holder")
    view = pytest.importorskip("spynnaker.pyNN.data").SpynnakerDataView
    assert constants.POP_TABLE_MAX_ROW_LENGTH == NEURONS_OF_A_CORE == 2 * PLASTIC_NEURONS_OF_A_CORE
    for version, chips in CHIPS.items():
        pytest.importorskip("spynnaker.pyNN.config_setup").unittest_setup()
        holder.set_config("Machine", "version", str(version))
        board = view.get_machine_version()
        assert board.n_chips_per_board == chips
        assert board.max_cores_per_chip - board.n_scamp_cores - 1 == CORES_OF_A_CHIP


def test_the_largest_that_may_fit_and_the_next() -> None:
    board = Board(version=3, virtual=True)
    check_size(network(63 * 256), board)
    sentence = (
        "^backend spinnaker: n is too large for a machine of 4 chips: its populations need at least 65 cores, and 4 chips "
        "have 64; instead: fewer neurons, or more boards"
    )
    with pytest.raises(Unsupported, match=sentence):
        check_size(network(63 * 256 + 1), board)
    check_size(network(63 * 256 + 1), Board(version=5, virtual=True))
    with pytest.raises(
        Unsupported, match=r"n is too large for the boards of there: .* at least 2001 cores, and 96 chips"
    ):
        check_size(network(2000 * 256), Board(version=5, boards=2, server="there"))


def test_nothing_is_drawn_of_a_network_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("spynnaker")

    def draw(*arguments: object) -> None:
        raise AssertionError("lowered")

    monkeypatch.setattr(spikemem.session, "lower", draw)
    out = tmp_path / "out"
    arguments = [
        "deploy",
        "ca3-functional",
        "--hardware",
        "virtual3",
        "--set",
        "parameters.cues=20000",
        "--out",
        str(out),
    ]
    assert main(arguments) == 4
    said = capsys.readouterr().err
    assert "ca3-cam is too large for a machine of 4 chips: its populations need at least 402 cores, and 4 chips" in said
    assert not out.exists()
