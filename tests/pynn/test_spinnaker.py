"""The backend spinnaker on virtual boards: placement is read from sPyNNaker, and what does not fit is told."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.backend import RunOptions, backend
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.cli.main import main
from spikemem.errors import HardwareError, InvalidInput, MissingDependency, SpikememError, Unsupported
from spikemem.hardware import find_hardware
from spikemem.ir import AllToAll, IF_curr_exp, Network, Population, Projection, SpikeSource, Static
from spikemem.language import call
from spikemem.models import HeteroAssociative
from spikemem.passes import lower
from spikemem.report.placement import problems

LEARN = [call(0.0, "learn", cue=1, content=[0, 2])]


@pytest.fixture(autouse=True)
def spynnaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


def deployed(out: Path, *arguments: str, hardware: str = "virtual3") -> dict[str, Any]:
    assert main(["deploy", *arguments, "--hardware", hardware, "--out", str(out)]) == 0
    (data,) = out.glob("*-board.json")
    found: dict[str, Any] = json.loads(data.read_text())
    assert (out / data.name.replace(".json", ".png")).stat().st_size > 10_000
    assert "Placing Vertices" in (out / data.name.replace(".json", ".log")).read_text()
    return found


@pytest.mark.parametrize(
    ("arguments", "cores", "neurons"),
    [
        (["ca3-functional"], 12, 86),
        (["ca3-state-map"], 12, 117),
        (["hetero-functional"], 3, 20),
        (["sparsey-race-letters"], 11, 184),
        (["reliable-cam"], 12, 57),
    ],
    ids=lambda value: str(value),
)
@pytest.mark.parametrize("hardware", ["virtual3", "virtual5"])
def test_the_experiments_fit(
    hardware: str, arguments: list[str], cores: int, neurons: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = deployed(tmp_path / "out", *arguments, hardware=hardware)
    told = capsys.readouterr()
    assert "mapping with sPyNNaker" in told.err
    assert "estimated load (timing is not modelled): at most " in told.out
    loads = found["load"]["cores"]
    own = {(c["x"], c["y"], c["core"]) for c in found["cores"] if not c["kind"].startswith("SpikeSource")}
    assert {(row["x"], row["y"], row["core"]) for row in loads} == own
    assert all(0 < row["peak_events"] < 200 for row in loads)
    assert found["machine"]["chips"] == {"virtual3": 4, "virtual5": 48}[hardware]
    assert (found["cores_used"], found["chips_used"]) == (cores, 1)
    assert sum(core["neurons"] for core in found["cores"]) == neurons
    assert found["problems"] == []
    assert len({(c["x"], c["y"], c["core"]) for c in found["cores"]}) == cores
    assert f"{cores} of {found['machine']['cores']} cores, on 1 of" in told.out.replace("\n", " ")
    assert not list((tmp_path / "home").glob(".s*"))  # sPyNNaker's configuration is the run's own


def test_a_map_of_256_by_256_loses_precision_and_says_so(tmp_path: Path) -> None:
    found = deployed(tmp_path, "ca3-functional", "--set", "parameters.cues=256", "--set", "parameters.bits=256")
    rows = {row["projection"]: row for row in found["weights"]}
    inhibition = rows["cue_from_cue-|cue_from_content@3"]
    assert inhibition["largest_weight"] == 6.0 * 256
    assert inhibition["resolution"] == 32.0
    assert inhibition["values"] == [{"weight": 1536.0, "held": 1536.0}]
    plastic = [c["neurons"] for c in found["cores"] if c["population"] == "content_from_cue"]
    assert plastic == [128, 128]  # rows of 256 plastic synapses do not fit


def test_what_16_bits_do_to_weights_is_a_problem(tmp_path: Path) -> None:
    found = deployed(tmp_path, "ca3-functional", "--set", "parameters.cues=256", "--set", "parameters.bits=10")
    (row,) = found["weights"][:1]
    coarse = {"values": [{"weight": 6.0, "held": 8.0}], "saturating": 1, "largest_sum": 2.0 * row["capacity"]}
    told = problems({**found, "weights": [{**row, **coarse}]})
    assert [sentence.split(";")[0].split(":")[0] for sentence in told] == ["projection in_cue->cue_from_cue@1"] * 3
    assert "1 weights saturate at" in told[0]
    assert "a weight of 6 becomes 8, for the steps are" in told[1]
    assert "if they arrive in one step" in told[2]


@pytest.mark.parametrize(("delay", "extended"), [(40.0, False), (3000.0, True)])
def test_long_delays_and_dense_input_are_told(delay: float, extended: bool) -> None:
    populations = (Population("in", 300, SpikeSource()), Population("x", 4, IF_curr_exp(tau_refrac=1.0)))
    far = Projection("far", "in", "x", AllToAll(), 7.0, delay, "excitatory", Static())
    target = backend("spinnaker")
    lowered = lower(Network("far", 1.0, populations, (far,)), target.abilities, "spinnaker", 1)
    program = target.compile(lowered, RunOptions(hardware=find_hardware("virtual3")))
    assert isinstance(program, SpinnakerProgram)
    program.stimulate({"in": (np.zeros(300, dtype=np.int64), np.arange(300, dtype=np.int32))})
    program.rehearse(20)
    told = problems({**program.placement, "load": {"cores": []}})
    assert any(core["kind"].startswith("DelayExtension") for core in program.placement["cores"]) == extended
    assert any(s.startswith("population x: delays of 3000 steps are longer than") for s in told) == extended
    assert "population in: fires 300 spikes in one step, and a core's buffer holds 256" in told[-1]


def relays(pairs: int, delay: float) -> tuple[tuple[Population, ...], tuple[Projection, ...]]:
    """Return sources with a target each."""
    populations = [
        p
        for k in range(pairs)
        for p in (Population(f"s{k}", 1, SpikeSource()), Population(f"x{k}", 100, IF_curr_exp(tau_refrac=1.0)))
    ]
    projections = [
        Projection(f"p{k}", f"s{k}", f"x{k}", AllToAll(), 7.0, delay, "excitatory", Static()) for k in range(pairs)
    ]
    return tuple(populations), tuple(projections)


@pytest.mark.parametrize(
    ("pairs", "delay", "why"),
    [
        (30, 500.0, "sPyNNaker's partition of it needs 6 chips"),  # a delay extension for each source
        (32, 1.0, r"sPyNNaker finds no core for all of it \(No more chips to start with for x\d+\)"),
    ],
)
def test_what_spynnaker_cannot_place_is_told(pairs: int, delay: float, why: str) -> None:
    """As many populations as there are cores beside two a chip, or fewer; what sPyNNaker itself adds is too much."""
    target = backend("spinnaker")
    lowered = lower(Network("many", 1.0, *relays(pairs, delay)), target.abilities, "spinnaker", 1)
    program = target.compile(lowered, RunOptions(hardware=find_hardware("virtual3")))
    sentence = f"^backend spinnaker: many is too large for a machine of 4 chips: {why}; instead: fewer neurons, or more"
    with pytest.raises(Unsupported, match=sentence):
        program.rehearse(10)


def test_a_virtual_board_computes_nothing() -> None:
    with pytest.raises(
        Unsupported, match="a virtual board maps a network and computes nothing; instead: spikemem deploy"
    ):
        spikemem.run(HeteroAssociative(), protocol=LEARN, backend="spinnaker", hardware="virtual3")
    with pytest.raises(Unsupported, match="backend spinnaker runs whole protocols only"):
        spikemem.open(HeteroAssociative(), backend="spinnaker", hardware="virtual3")


def test_other_numerics_are_refused() -> None:
    with pytest.raises(Unsupported, match="numerics 'exact': not offered; instead: spinnaker"):
        spikemem.run(HeteroAssociative(), protocol=LEARN, backend="spinnaker", hardware="virtual3", numerics="exact")


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("", InvalidInput, "give exactly one of virtual = true, software = true, address and server; got none of them"),
        ('virtual = true\naddress = "1.2.3.4"', InvalidInput, "got virtual and address"),
        ("version = 4\nvirtual = true", InvalidInput, "version"),
        ("boards = 2\nversion = 3\nvirtual = true", InvalidInput, "several boards are of version 5"),
        ("boards = 2\nsoftware = true", InvalidInput, "several boards are of version 5, virtual or from a server"),
        ('adress = "1.2.3.4"', InvalidInput, "unknown key 'adress'; did you mean 'address'"),
        ('address = ""', InvalidInput, "address"),
    ],
)
def test_a_wrong_hardware_file_is_told(text: str, error: type[SpikememError], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    path.write_text(f'backend = "spinnaker"\n{text}\n')
    with pytest.raises(error, match=sentence):
        find_hardware(str(path))


@pytest.mark.parametrize("name", ["spin3", "spin5", "spalloc", "virtual3", "virtual5", "virtual-large"])
def test_the_hardware_files_are_right(name: str) -> None:
    assert find_hardware(name).backend == "spinnaker"


def test_an_unreachable_board_ends_with_5_and_leaves_only_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "board.toml"
    path.write_text('backend = "spinnaker"\nversion = 3\naddress = "no-board.invalid"\n')
    assert main(["deploy", "hetero-functional", "--hardware", str(path), "--out", str(tmp_path / "out")]) == 5
    assert "spikemem: the board at no-board.invalid: no such address" in capsys.readouterr().err
    assert sorted(p.suffix for p in (tmp_path / "out").iterdir()) == [".json", ".log", ".png"]
    assert issubclass(HardwareError, SpikememError)


@pytest.mark.parametrize("lost", [(), ("core 0,0,5: 3 packets were lost",)], ids=["clean", "lost packets"])
def test_what_a_board_gives_back_is_read_and_what_it_lost_is_kept(
    lost: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The board is played by the engine: its spikes and weights, in sPyNNaker's times and units."""
    from spikemem.backends.pynn import spinnaker
    from spikemem.backends.pynn.job import Result
    from spikemem.backends.pynn.program import Outcome

    path = tmp_path / "board.toml"
    path.write_text('backend = "spinnaker"\nversion = 3\naddress = "board.invalid"\n')
    memory = HeteroAssociative(cues=3, bits=5)
    protocol = [*LEARN, call(40.0, "recall", cue=1, expect={"content": [0, 2]})]
    wanted = spikemem.run(memory, protocol=protocol, numerics="spinnaker")
    weights = wanted.stored_weights["in_cue->out"]
    unit = memory.network().population("out").cell.threshold_weight("excitatory", 1.0, "exact")
    given: list[Any] = []

    def play(self: object, description: Any, steps: int, board: object) -> Result:
        given.append(description)
        (part,) = description.of("in_cue->out")
        scale = (
            part.plasticity.w_max
            / memory.network().population("out").cell.threshold_weight("excitatory", 1.0, "exact")
            / 1.5
        )
        rows = np.column_stack([weights.pre, weights.post, weights.weight * scale])
        return Result({}, Outcome({"out": wanted.spikes["out"]}, {part.label: rows}), lost)

    monkeypatch.setattr(spinnaker.SpinnakerProgram, "_worker", play)
    monkeypatch.setattr(spinnaker, "preflight", lambda board, cores: "there")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = spikemem.run(memory, protocol=protocol, backend="spinnaker", hardware=str(path))
    assert [str(w.message) for w in told] == [f"backend spinnaker: {sentence}" for sentence in lost]
    assert found.provenance.get("notes", []) == list(lost)
    assert found.right == 1
    for name, (times, neurons) in wanted.spikes.items():
        assert np.array_equal(found.spikes[name][0], times)
        assert np.array_equal(found.spikes[name][1], neurons)
    assert found.stored_weights["in_cue->out"].weight == pytest.approx(weights.weight, abs=1e-9)
    assert found.cost == wanted.cost
    # R w_max (1 - e)/dt is what w_max times e is to our membrane: e = exp(-0.1), R = 10 MOhm
    e = np.exp(-0.1)
    assert given[0].of("in_cue->out")[0].plasticity.w_max * 10.0 * (1 - e) == pytest.approx(1.5 * unit * e)
