"""Stimuli that cannot be spikes, as arrays and as files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput
from spikemem.language import call
from spikemem.models import CA3CAM
from tests.bad_input.support import command, files_below, refused

MODEL = CA3CAM(cues=3, bits=4)
PAIR = "must be a pair (times_ms, neurons) of equally long lists of numbers"
SOURCE = "stimulus of in_cue: "

ARRAYS: dict[str, tuple[Any, str]] = {
    "list": ([1], "stimulus: must map populations to (times_ms, neurons), got list"),
    "no source": (
        {"out_cue": ([0], [0])},
        "stimulus: 'out_cue' is no spike source of ca3-cam; did you mean 'in_cue'? valid: in_content, in_cue",
    ),
    "unknown": (
        {"incue": ([0], [0])},
        "stimulus: 'incue' is no spike source of ca3-cam; did you mean 'in_cue'? valid: in_content, in_cue",
    ),
    "none": ({"in_cue": None}, SOURCE + PAIR),
    "three": ({"in_cue": ([0], [0], [0])}, SOURCE + PAIR),
    "ragged": ({"in_cue": ([[0], [0, 1]], [0])}, SOURCE + PAIR),
    "time text": ({"in_cue": (["1"], [0])}, SOURCE + PAIR),
    "time truth": ({"in_cue": ([True], [0])}, SOURCE + PAIR),
    "scalar": ({"in_cue": (0, 0)}, SOURCE + "times and neurons must be equally long lists, got shapes () and ()"),
    "lengths": (
        {"in_cue": ([0, 1], [0])},
        SOURCE + "times and neurons must be equally long lists, got shapes (2,) and (1,)",
    ),
    "time negative": ({"in_cue": ([-1], [0])}, SOURCE + "every time must be a number of ms >= 0, got -1"),
    "time nan": ({"in_cue": ([float("nan")], [0])}, SOURCE + "every time must be a number of ms >= 0, got nan"),
    "time off the grid": ({"in_cue": ([0.25], [0])}, SOURCE + "0.25 ms is not a multiple of dt = 1 ms"),
    "time endless": ({"in_cue": ([1e300], [0])}, SOURCE + "every time must be at most 9.0072e+15 ms, got 1e+300"),
    "neuron": ({"in_cue": ([0], [3])}, SOURCE + "neuron 3 is out of range 0..2"),
    "neuron negative": ({"in_cue": ([0], [-1])}, SOURCE + "neuron -1 is out of range"),
    "neuron of 64 bits": ({"in_cue": ([0], [2**32 + 1])}, SOURCE + "neuron 4294967297 is out of range"),
    "neuron fraction": ({"in_cue": ([0], [0.5])}, SOURCE + "neurons must be whole numbers, got [0.5]"),
    "neuron truth": ({"in_cue": ([0], [True])}, SOURCE + "neurons must be whole numbers, got [True]"),
    "neuron text": ({"in_cue": ([0], ["a"])}, SOURCE + "neurons must be whole numbers, got ['a']"),
    "twice": ({"in_cue": ([0, 0], [1, 1])}, SOURCE + "neuron 1 fires twice at 0 ms"),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_a_stimulus_that_cannot_be_is_refused(case: str) -> None:
    stimulus, sentence = ARRAYS[case]
    with pytest.raises(InvalidInput) as raised:
        spikemem.run(MODEL, stimulus=stimulus, duration_ms=20.0)
    assert str(raised.value) == sentence


def test_a_stimulus_and_a_protocol_that_meet_are_refused() -> None:
    protocol = [call(0.0, "recall", cue=1)]
    with pytest.raises(InvalidInput) as raised:
        spikemem.run(MODEL, protocol=protocol, stimulus={"in_cue": ([0.0], [1])}, duration_ms=20.0)
    assert str(raised.value) == SOURCE + "neuron 1 fires twice at 0 ms"


def test_a_stimulus_needs_a_duration() -> None:
    with pytest.raises(InvalidInput) as raised:
        spikemem.run(MODEL, stimulus={"in_cue": ([0.0], [1])})
    assert str(raised.value) == "duration_ms: is required unless a protocol alone says how long the run is"


def npz(**arrays: Any) -> bytes:
    data = io.BytesIO()
    np.savez(data, **arrays)
    return data.getvalue()


def npy() -> bytes:
    data = io.BytesIO()
    np.save(data, np.zeros(3))
    return data.getvalue()


HEAD = b"time_ms,population,neuron\n"
ROW = "must be a time in ms, a population and a neuron, got "
FIRST = "{path}: the first line must be time_ms,population,neuron, got "
NO_ZIP = "{path}: is no NPZ file of arrays: File is not a zip file"
NAMES = "{path}: must hold NAME_times_ms and NAME_neurons for each source, got "

FILES: dict[str, tuple[str, bytes, str]] = {
    "csv empty": ("a.csv", b"", FIRST + "''"),
    "csv header": ("a.csv", b"t,pop,id\n0,in_cue,0\n", FIRST + "'t,pop,id'"),
    "csv semicolons": ("a.csv", HEAD.replace(b",", b";"), FIRST + "'time_ms;population;neuron'"),
    "csv binary": ("a.csv", b"\x00\xff", FIRST + "'\\x00\ufffd'"),
    "csv garbage": ("a.csv", HEAD + b"0,in_cue,0\nhello\n", "{path}, line 3: " + ROW + "'hello'"),
    "csv too few": ("a.csv", HEAD + b"0,in_cue\n", "{path}, line 2: " + ROW + "'0,in_cue'"),
    "csv too many": ("a.csv", HEAD + b"0,in_cue,1,9\n", "{path}, line 2: " + ROW + "'0,in_cue,1,9'"),
    "csv time": ("a.csv", HEAD + b"soon,in_cue,1\n", "{path}, line 2: " + ROW + "'soon,in_cue,1'"),
    "csv neuron": ("a.csv", HEAD + b"0,in_cue,1.5\n", "{path}, line 2: " + ROW + "'0,in_cue,1.5'"),
    "csv big neuron": ("a.csv", HEAD + b"0,in_cue,4294967297\n", "{path}, line 2: neuron 4294967297 is out of range"),
    "csv nan": ("a.csv", HEAD + b"nan,in_cue,1\n", SOURCE + "every time must be a number of ms >= 0, got nan"),
    "csv no source": (
        "a.csv",
        HEAD + b"0,out_cue,1\n",
        "stimulus: 'out_cue' is no spike source of ca3-cam; did you mean 'in_cue'? valid: in_content, in_cue",
    ),
    "csv twice": ("a.csv", HEAD + b"0,in_cue,1\n0,in_cue,1\n", SOURCE + "neuron 1 fires twice at 0 ms"),
    "npz empty": ("a.npz", b"", NO_ZIP),
    "npz text": ("a.npz", HEAD, NO_ZIP),
    "npz is npy": ("a.npz", npy(), NO_ZIP),
    "npz truncated": ("a.npz", npz(in_cue_times_ms=[0.0], in_cue_neurons=[0])[:200], NO_ZIP),
    "npz nothing": ("a.npz", npz(), NAMES + "none"),
    "npz half": ("a.npz", npz(in_cue_times_ms=[0.0]), NAMES + "in_cue_times_ms"),
    "npz objects": (
        "a.npz",
        npz(in_cue_times_ms=np.array([None]), in_cue_neurons=[0]),
        "{path}: is no NPZ file of arrays: Object arrays cannot be loaded when allow_pickle=False",
    ),
    "npz lengths": (
        "a.npz",
        npz(in_cue_times_ms=[0.0, 1.0], in_cue_neurons=[0]),
        SOURCE + "times and neurons must be equally long lists, got shapes (2,) and (1,)",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_wrong_stimulus_file_gives_one_sentence(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, content, sentence = FILES[case]
    (tmp_path / name).write_bytes(content)
    path = tmp_path / "e.toml"
    path.write_text(f'model = "ca3-cam"\n[run]\nduration_ms = 20\nstimulus = "{name}"\n')
    expected = sentence.format(path=tmp_path / name)
    refused(command("run", path, "--dry-run", capsys=capsys), expected)
    ended = command("run", path, "--out", tmp_path / "out", capsys=capsys)
    assert (ended.code, ended.output) == (2, "")
    assert ended.said.endswith(f"spikemem: {expected}\n")
    assert files_below(tmp_path) == sorted([name, "e.toml"])


def test_a_stimulus_file_of_a_spreadsheet_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It begins with a byte order mark, ends its lines with CR LF, and may have empty ones."""
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbf" + (HEAD + b"0,in_cue,1\n\n").replace(b"\n", b"\r\n"))
    path = tmp_path / "e.toml"
    path.write_text('model = "ca3-cam"\n[run]\nduration_ms = 20\nstimulus = "a.csv"\n')
    assert command("run", path, "--out", tmp_path / "out", capsys=capsys).code == 0


def test_a_stimulus_file_that_is_a_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").mkdir()
    path = tmp_path / "e.toml"
    path.write_text('model = "ca3-cam"\n[run]\nduration_ms = 20\nstimulus = "a.csv"\n')
    refused(command("run", path, capsys=capsys), f"{tmp_path}/a.csv: cannot be read: Is a directory")
