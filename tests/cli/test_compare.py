"""spikemem compare: two backends, spike by spike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikemem import run
from spikemem.backend import BACKENDS, Entry, RunOptions
from spikemem.backends.numba_cpu.engine import NumbaBackend
from spikemem.backends.numba_cpu.program import NumbaProgram
from spikemem.cli.main import main
from spikemem.comparison import compare
from spikemem.ir.lowered import LoweredNetwork
from spikemem.language import call
from spikemem.models import CA3CAM

PROTOCOL = [call(0.0, "learn", cue=1, content=[0, 2]), call(10.0, "recall", cue=1)]


class Deaf(NumbaBackend):
    """The engine, but nothing reaches the output cells of the content."""

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[NumbaProgram]:
        kept = tuple(p for p in network.projections if p.post != "out_content")
        return super().programs(replace(network, projections=kept), options, count)


@pytest.fixture(autouse=True)
def two_more_backends(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {
        "twin": Entry("spikemem.backends.numba_cpu:make", "the same"),
        "deaf": Entry(f"{__name__}:Deaf", "another"),
    }
    monkeypatch.setattr("spikemem.backend.BACKENDS", {**BACKENDS, **others})


def test_equal_recordings_are_graded_exact() -> None:
    model = CA3CAM(cues=2, bits=3)
    found = compare(run(model, protocol=PROTOCOL), run(model, protocol=PROTOCOL))
    assert (found.grade, found.first, found.weight_difference) == ("exact", None, 0.0)


def test_missing_and_extra_spikes_and_weights_are_found() -> None:
    model = CA3CAM(cues=2, bits=3)
    reference = run(model, protocol=PROTOCOL)
    times, neurons = reference.spikes["out_cue"]
    changed = {**reference.spikes, "out_cue": (np.append(times[1:], 20.0), np.append(neurons[1:], np.int32(0)))}
    weights = {n: replace(c, weight=c.weight + 0.25) for n, c in reference.stored_weights.items()}
    found = compare(reference, replace(reference, spikes=changed, stored_weights=weights))
    assert (found.grade, found.missing_count, found.extra_count, found.weight_difference) == ("differs", 1, 1, 0.25)
    assert str(found.first) == "missing spike of out_cue neuron 1 at 5 ms"


def test_backends_that_agree_end_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "ca3-functional", "--backends", "numba,twin", "--out", str(tmp_path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["backends"]["twin"]["grade"] == "exact"
    assert sum(p["common"] for p in data["backends"]["twin"]["populations"].values()) == 322
    assert (tmp_path / "ca3-functional-numba-twin.png").read_bytes()[:4] == b"\x89PNG"


def test_backends_that_differ_end_with_1_and_say_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "ca3-functional", "--backends", "numba,twin,deaf", "--out", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "missing spike of out_content neuron 0 at 5 ms" in printed.out
    assert printed.err.endswith("spikemem: ca3-functional: deaf not the same as numba\n")


@pytest.mark.parametrize("backends", ["numba", "numba,numba", ""])
def test_fewer_than_two_backends_are_refused(backends: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "ca3-functional", "--backends", backends]) == 2
    assert "--backends: give at least two different ones, such as numba,brian2; got " in capsys.readouterr().err
