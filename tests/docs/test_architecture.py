"""The worked example of docs/architecture.md runs as it stands there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from spikemem.cli.main import main

DOCUMENT = Path(__file__).parents[2] / "docs" / "architecture.md"


def written() -> dict[str, str]:
    """Return the document's files by name."""
    return dict(re.findall(r"```\w+ file=(\S+)\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL))


@pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/ is not part of the wheel")
def test_the_worked_example_of_a_study_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("coincidences.py", "coincidences.toml"):
        (tmp_path / name).write_text(written()[name])
    assert main(["run", str(tmp_path / "coincidences.toml"), "--out", str(tmp_path / "out"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    columns = found["tables"]["matches"]
    assert columns["a"] == [10, 20, 30]
    assert columns["simulated"] == pytest.approx(columns["theory"], abs=0.03)
    assert [c["passed"] for c in found["criteria"]] == [True]
    assert {f.name for f in (tmp_path / "out").iterdir()} == {"coincidences.h5", "coincidences.png"}


@pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/ is not part of the wheel")
def test_the_worked_example_of_a_new_primitive_runs(tmp_path: Path) -> None:
    blocks = written()
    primitive, rule, use = blocks["ir/coincidence.py"], blocks["backends/numba_cpu/coincidence.py"], blocks["use"]
    (tmp_path / "coincidence_ir.py").write_text(primitive)
    (tmp_path / "coincidence_numba.py").write_text(rule)
    (tmp_path / "use.py").write_text(
        "import spikemem.backends.numba_cpu.engine\nimport coincidence_numba\nfrom coincidence_ir import Coincidence\n"
        f"{use}\nprint(recording.cost.spikes)\n"
    )
    done = subprocess.run([sys.executable, "use.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "4", "")
