"""The printed form of a network is the golden test of what it is."""

from dataclasses import replace
from pathlib import Path

import pytest

from spikemem.cli.main import main
from spikemem.ir import (
    AllToAll,
    Explicit,
    FromList,
    IF_curr_exp,
    Network,
    Normal,
    Numbers,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    Static,
    Steps,
    Threshold,
    Uniform,
    format_network,
    format_node,
)
from spikemem.models import CA3CAM

GOLDEN = (Path(__file__).parent / "golden" / "ca3-cam.txt").read_text(encoding="utf-8")


def test_the_ca3_memory_prints_as_the_golden_text() -> None:
    assert format_network(CA3CAM().network()) == GOLDEN


def test_show_prints_the_golden_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "ca3-cam"]) == 0
    assert capsys.readouterr().out == GOLDEN


def test_show_prints_another_size(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "ca3-cam", "--set", "cues=6"]) == 0
    assert capsys.readouterr().out == format_network(CA3CAM(cues=6).network()) != GOLDEN


def small() -> Network:
    populations = (
        Population("in", 2, SpikeSource()),
        Population("out", 3, IF_curr_exp(i_offset=Uniform(0.0, 0.5)), (("v", Normal(-60.0, 1.0)),)),
    )
    projection = Projection("p", "in", "out", AllToAll(), 1.5, 2.0, "inhibitory", Static())
    return Network("small", 0.5, populations, (projection,))


def test_every_part_of_a_network_is_printed() -> None:
    assert format_network(small()) == (
        "network small  dt=0.5 ms\n"
        "  population in[2]  SpikeSource()\n"
        "  population out[3]  IF_curr_exp(i_offset=Uniform(low=0.0, high=0.5))  v(0)=Normal(mean=-60.0, sd=1.0)\n"
        "  projection p  in -> out  AllToAll()  inhibitory  weight=1.5 nA  delay=2.0 ms  Static()\n"
    )


CHANGES = {
    "connector": replace(small().projections[0], connector=AllToAll(allow_self_connections=False)),
    "weight": replace(small().projections[0], weight=1.5000000000000002),
    "threshold weight": replace(small().projections[0], weight=Threshold(1.5)),
    "delay": replace(small().projections[0], delay=2.5),
    "steps": replace(small().projections[0], delay=Steps(4)),
    "drawn delay": replace(small().projections[0], delay=Uniform(1.0, 2.0)),
    "receptor": replace(small().projections[0], receptor="excitatory"),
    "synapse": replace(small().projections[0], synapse=PairSTDP(w_max=2.0)),
    "convention": replace(small().projections[0], synapse=PairSTDP(w_max=2.0, coincidence="both")),
}


def test_every_change_of_a_projection_shows() -> None:
    texts = {format_network(small().with_projections({"p": changed})) for changed in CHANGES.values()}
    assert len(texts | {format_network(small())}) == len(CHANGES) + 1


def test_lists_and_arrays_print() -> None:
    assert format_node(FromList(((0, 1), (1, 0)))) == "FromList(connections=((0, 1), (1, 0)))"
    assert format_node(Explicit(Numbers([1.0, 2.5]))) == "Explicit(numbers=Numbers(shape=(2,), min=1, max=2.5))"
    assert format_node(Explicit(Numbers([]))) == "Explicit(numbers=Numbers(shape=(0,)))"
