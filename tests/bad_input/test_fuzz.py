"""Whatever an experiment's file says, a command ends with a sentence and an exit code, never with a traceback."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_input.support import command, files_below

KEYS = (
    "model", "title", "source", "generate", "parameters", "parameters.cues", "parameters.bits", "run", "run.backend",
    "run.numerics", "run.seed", "run.dt", "run.duration_ms", "run.hardware", "run.weight_precision", "run.stimulus",
    "run.check_spacing", "operations", "at", "do", "cue", "content", "expect", "expect.content", "expect.cues", "",
)  # fmt: skip
VALUES = (
    "0", "1", "-1", "3", "12", "0.5", "1e300", "-0.0", "nan", "-inf", "9223372036854775808", "true", "''", "'learn'",
    "'recall'", "'forget'", "'ca3-cam'", "'a:b'", "'os:path'", "'spikemem.models:CA3CAM'", "'numba'", "'exact'", "'cpu'",
    "'\\U0001F600 [/b] $x$'", "'\\u0000'", "[]", "[0]", "[1, 1]", "[-1]", "[true]", "['a']", "[[0]]", "{}", "{a = 1}",
    "1979-05-27", "07:32:00", "= 3", "[", "\\xff",
)  # fmt: skip
BASE = {
    "model": "'ca3-cam'",
    "parameters.cues": "3",
    "parameters.bits": "4",
    "do": "'learn'",
    "at": "0",
    "cue": "1",
    "content": "[0, 2]",
}
OF_AN_OPERATION = ("at", "do", "cue", "content", "expect", "expect.content", "expect.cues", "")


def toml(keys: dict[str, str]) -> str:
    """Return an experiment with one operation; keys without a table come first."""
    root = [f"{key} = {value}" for key, value in keys.items() if key not in OF_AN_OPERATION]
    row = [f"{key} = {value}" for key, value in keys.items() if key in OF_AN_OPERATION]
    return "\n".join([*root, "[[operations]]", *row]) + "\n"


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changed=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=3),
    missing=st.sets(st.sampled_from(sorted(BASE)), max_size=1),
    dry=st.booleans(),
)
def test_no_experiment_ends_in_a_traceback(
    changed: dict[str, str], missing: set[str], dry: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        path = folder / "fuzz.toml"
        path.write_text(toml({k: v for k, v in (BASE | changed).items() if k not in missing}))
        options = ["--dry-run"] if dry else ["--out", folder / "out", "--json"]
        ended = command("run", path, *options, capsys=capsys)
        written = files_below(folder)
    assert ended.code in (0, 1, 2, 4)
    assert "Traceback" not in ended.said
    if ended.code >= 2:
        assert ended.said.splitlines()[-1].startswith("spikemem: ")
        assert ended.output == ""
    ran = ended.code < 2 and not dry
    assert written == sorted(["fuzz.toml", *(["out/fuzz.h5", "out/fuzz.png"] if ran else [])])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.sampled_from(KEYS), value=st.sampled_from(VALUES), text=st.text(max_size=8))
def test_no_change_by_set_ends_in_a_traceback(
    key: str, value: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for change in (f"{key}={value}", f"{key}={text}", text):
        ended = command("run", "ca3-functional", "--dry-run", "--json", f"--set={change}", capsys=capsys)
        assert ended.code in (0, 2, 4)
        assert "Traceback" not in ended.said


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_no_garbage_ends_in_a_traceback(content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with TemporaryDirectory() as made:
        path = Path(made) / "garbage.toml"
        path.write_bytes(content)
        assert command("run", path, "--dry-run", capsys=capsys).code == 2
