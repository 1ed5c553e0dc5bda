"""The worked example of docs/architecture.md runs as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "architecture.md"


@pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/ is not part of the wheel")
def test_the_worked_example_of_a_new_primitive_runs(tmp_path: Path) -> None:
    blocks = dict(re.findall(r"```python file=(\S+)\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL))
    primitive, rule, use = blocks["ir/coincidence.py"], blocks["backends/numba_cpu/coincidence.py"], blocks["use"]
    (tmp_path / "coincidence_ir.py").write_text(primitive)
    (tmp_path / "coincidence_numba.py").write_text(rule)
    (tmp_path / "use.py").write_text(
        "import spikemem.backends.numba_cpu.engine\nimport coincidence_numba\nfrom coincidence_ir import Coincidence\n"
        f"{use}\nprint(recording.cost.spikes)\n"
    )
    done = subprocess.run([sys.executable, "use.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "4", "")
