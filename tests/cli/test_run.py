"""``spikemem run`` and ``spikemem inspect``: what they print, what they write, and that the two agree."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import spikemem
from spikemem.cli.main import main
from spikemem.models import CA3CAM

WRONG = """
title = "[bold] $x$ :smile: \\u6f22"
model = "ca3-cam"
[[operations]]
at = 0
do = "learn"
cue = 0
content = [0, 1]
[[operations]]
at = 10
do = "recall"
cue = 0
expect.content = [0, 2]
"""


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    output: str
    said: str

    @property
    def data(self) -> Any:
        return json.loads(self.output)


def command(*arguments: str | Path) -> Ran:
    output, said = StringIO(), StringIO()
    with redirect_stdout(output), redirect_stderr(said):
        code = main([str(a) for a in arguments])
    return Ran(code, output.getvalue(), said.getvalue())


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def text(out: Path) -> Ran:
    return command("run", "ca3-functional", "--seed", "7", "--out", out)


@pytest.fixture(scope="module")
def ran(out: Path, text: Ran) -> Ran:
    """The same, as JSON: it replaces the files."""
    return command("run", "ca3-functional", "--seed", "7", "--out", out, "--json")


def test_results_go_to_stdout_and_progress_to_stderr(text: Ran, out: Path) -> None:
    assert text.code == 0
    assert "CA3 memory: learn, recall by cue and by content, relearn" in text.output
    assert "│ recall content 0 4           │ cues 0 3" in text.output
    assert text.output.count(" right ") >= 5
    assert "5 of 5 answers right; 90 ms on numba (spinnaker, seed 7): " in text.output
    assert text.output.endswith(f"wrote {out}/ca3-functional.h5 and {out}/ca3-functional.png\n")
    assert "90 of 90 ms" in text.said


def test_json_says_the_same(ran: Ran, out: Path) -> None:
    assert ran.code == 0
    assert (ran.data["right"], ran.data["wrong"], ran.data["duration_ms"]) == (5, 0, 90.0)
    assert ran.data["provenance"]["seed"] == 7
    assert ran.data["files"] == [f"{out}/ca3-functional.h5", f"{out}/ca3-functional.png"]
    recall = ran.data["operations"][5]
    assert (recall["at_ms"], recall["operation"], recall["arguments"]) == (50.0, "recall", {"content": [0, 4]})
    assert (recall["expected"], recall["answered"]["cues"], recall["latency_ms"]) == ({"cues": [0, 3]}, [0, 3], 6.0)
    assert (recall["confidence"], recall["correct"]) == (1.0, True)


def test_only_the_two_files_are_written(ran: Ran, out: Path) -> None:
    assert sorted(f.name for f in out.iterdir()) == ["ca3-functional.h5", "ca3-functional.png"]
    picture = (out / "ca3-functional.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(picture[k : k + 4], "big") for k in (16, 20))
    assert width > 800
    assert height > 400


def test_the_file_has_sonatas_layout(ran: Ran, out: Path) -> None:
    recording = spikemem.run(CA3CAM(cues=5, bits=10), stimulus=_stimulus(out), duration_ms=90.0)
    with h5py.File(out / "ca3-functional.h5") as file:
        assert (file.attrs["format"], file.attrs["schema_version"]) == ("spikemem", 1)
        assert set(file) == {"spikes", "weights", "operations", "metrics", "provenance"}
        assert set(file["spikes"]) == set(recording.spikes)
        for name, (times, neurons) in recording.spikes.items():
            group = file[f"spikes/{name}"]
            assert set(group) == {"timestamps", "node_ids"}
            assert (group["timestamps"].dtype, group["node_ids"].dtype) == (np.float64, np.uint64)
            assert group["timestamps"].attrs["units"] == "milliseconds"
            np.testing.assert_array_equal(group["timestamps"], times)
            np.testing.assert_array_equal(group["node_ids"], neurons)
        for name, weights in recording.stored_weights.items():
            group = file[f"weights/{name}"]
            assert set(group) == {"pre", "post", "delay_ms", "stored", "effective"}
            np.testing.assert_array_equal(group["stored"], weights.weight)
            np.testing.assert_array_equal(group["effective"], recording.effective_weights[name].weight)
        metrics = dict(file["metrics"].attrs)
        assert (metrics["right"], metrics["wrong"], metrics["duration_ms"], metrics["dt_ms"]) == (5, 0, 90.0, 1.0)
        assert json.loads(metrics["sizes"]) == dict(recording.sizes)
        source = json.loads(file["provenance"].attrs["json"])
    assert source["experiment"]["name"] == "ca3-functional"
    assert source["experiment"]["run"]["numerics"] == "spinnaker"
    assert len(source["experiment"]["operations"]) == 9
    assert {"python", "spikemem", "numpy", "numba", "h5py"} <= set(source["versions"])


def _stimulus(out: Path) -> dict[str, tuple[Any, Any]]:
    """Return the input spikes of the file: as a stimulus they must give the rest of it."""
    with h5py.File(out / "ca3-functional.h5") as file:
        return {
            name: (file[f"spikes/{name}/timestamps"][()], file[f"spikes/{name}/node_ids"][()])
            for name in ("in_cue", "in_content")
        }


def test_inspect_tells_what_run_printed(ran: Ran, out: Path) -> None:
    found = command("inspect", out / "ca3-functional.h5", "--json").data
    assert found["operations"] == ran.data["operations"]
    assert found["spikes"] == ran.data["spikes"]
    assert {k: found["provenance"][k] for k in ran.data["provenance"]} == ran.data["provenance"]
    assert found["checkpoint"] == {}
    assert found["weights"]["cue_from_cue->content_from_cue"]["synapses"] == 50


def test_inspect_prints_the_table_of_run(text: Ran, out: Path) -> None:
    printed = command("inspect", out / "ca3-functional.h5").output
    rows = [line for line in text.output.splitlines() if line.startswith("│")]
    assert len(rows) == 9
    assert all(row in printed for row in rows)
    assert printed.startswith(f"{out}/ca3-functional.h5  ca3-cam {{'cues': 5, 'bits': 10}}\n")
    assert "checkpoint" not in printed


def test_inspect_reads_a_saved_memory(tmp_path: Path) -> None:
    memory = spikemem.open(CA3CAM(cues=2, bits=3))
    memory.learn(cue=1, content=[0, 2])
    memory.recall(cue=1)
    memory.save(tmp_path / "memory.h5")
    found = command("inspect", tmp_path / "memory.h5", "--json").data
    assert [row["operation"] for row in found["operations"]] == ["learn", "recall"]
    assert found["operations"][1]["answered"]["content"] == [0, 2]
    assert found["checkpoint"]
    assert "spikemem.load goes on from it" in command("inspect", tmp_path / "memory.h5").output


def test_a_dry_run_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = command("run", "ca3-stress", "--dry-run")
    assert (ran.code, ran.said) == (0, "")
    assert "ca3-cam" in ran.output.splitlines()[0]
    assert ran.output.endswith("would run 60 operations, 851 steps of 1 ms, on numba; ran nothing\n")
    planned = command("run", "ca3-stress", "--dry-run", "--json", "--out", tmp_path / "out").data
    assert planned == {
        "experiment": "ca3-stress", "backend": "numba", "numerics": "spinnaker", "seed": 1, "steps": 851, "dt_ms": 1.0,
        "operations": 60, "neurons": 86, "rehearsed": None,
    }  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_set_and_seed_change_the_run() -> None:
    changes = ("--set", "run.numerics=exact", "--set", "parameters.cues=6", "--set", "run.seed=3")
    planned = command("run", "ca3-functional", "--dry-run", "--json", *changes).data
    assert (planned["numerics"], planned["seed"]) == ("exact", 3)
    wider = command("run", "ca3-functional", "--dry-run", "--json").data
    assert planned["neurons"] - wider["neurons"] == 5  # one more cue, in each of five populations of cues
    seeded = command("run", "ca3-functional", "--dry-run", "--json", *changes, "--seed", "9").data
    assert seeded["seed"] == 9


def test_hardware_is_taken_and_written_down(tmp_path: Path) -> None:
    ran = command("run", "ca3-functional", "--hardware", "cpu", "--backend", "numba", "--out", tmp_path, "--json")
    assert (ran.code, ran.data["provenance"]["hardware"]) == (0, "cpu")


def test_a_wrong_answer_ends_with_1_and_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "wrong_answer.toml"
    path.write_text(WRONG)
    ran = command("run", path, "--out", tmp_path)
    assert ran.code == 1
    assert "WRONG" in ran.output
    assert "[bold] $x$ :smile: \u6f22" in ran.output
    assert ran.said.endswith("spikemem: wrong-answer: 1 of 1 answers are wrong\n")
    assert sorted(f.name for f in tmp_path.iterdir()) == ["wrong-answer.h5", "wrong-answer.png", "wrong_answer.toml"]
    ran = command("run", path, "--out", tmp_path, "--json")
    assert (ran.code, ran.data["wrong"], ran.data["operations"][1]["correct"]) == (1, 1, False)


def test_a_stimulus_file_replays_a_recording(ran: Ran, out: Path, tmp_path: Path) -> None:
    stimulus = _stimulus(out)
    rows = [f"{t:g},{name},{n}" for name, (times, ids) in stimulus.items() for t, n in zip(times, ids, strict=True)]
    (tmp_path / "spikes.csv").write_text("\n".join(["time_ms,population,neuron", *rows]))
    arrays = {f"{name}_times_ms": times for name, (times, _) in stimulus.items()}
    np.savez(tmp_path / "spikes.npz", **arrays, **{f"{name}_neurons": ids for name, (_, ids) in stimulus.items()})
    for suffix in ("csv", "npz"):
        path = tmp_path / f"{suffix}.toml"
        path.write_text(f'model = "ca3-cam"\n[run]\nduration_ms = 90\nstimulus = "spikes.{suffix}"\n')
        replayed = command("run", path, "--out", tmp_path, "--json")
        assert (replayed.code, replayed.data["spikes"], replayed.data["operations"]) == (0, ran.data["spikes"], [])
