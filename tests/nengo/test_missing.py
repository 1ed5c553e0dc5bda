"""Without nengo one sentence says how it is had, and nothing else of spikemem needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
sys.modules["nengo"] = None
import spikemem, spikemem.layers
from spikemem.errors import MissingDependency
try:
    import spikemem.nengo
except MissingDependency as error:
    print(error.exit_code, error)
"""


def test_a_missing_nengo_is_told_in_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (
        "3 spikemem.nengo: nengo is not installed: pip install 'spikemem[nengo]'\n",
        "",
    )
