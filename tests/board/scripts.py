"""PyNN scripts of users, run against a board in software as programs of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from spikemem.backends.pynn.software_board import MACHINE_OPTIONS, software_board


def script(name: str, folder: Path, *arguments: object, real_time: bool = False, **options: object) -> Any:
    """Run a script against a board of 4 chips, configured as ``spikemem board`` says; return its result."""
    with software_board(3, real_time=real_time) as running:
        machine = {"version": 3, "machine_name": running.address, **MACHINE_OPTIONS, **options}
        found = against(
            ["[Machine]", *(f"{key} = {value}" for key, value in machine.items())], name, folder, *arguments
        )
        assert running.said() == ()
    return found


def against(configuration: list[str], name: str, folder: Path, *arguments: object) -> Any:
    """Run a script with a configuration of sPyNNaker's, in a home folder of its own; return its result."""
    (folder / ".spynnaker.cfg").write_text("\n".join([*configuration, "[Mode]", "mode = Production", ""]))
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(name)), *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("result ")]
    return json.loads(line.removeprefix("result "))
