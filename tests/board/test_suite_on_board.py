"""A suite on the board in software: streams of operations, and their answers, by the real binaries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spikemem.suite.condition import Condition
from spikemem.suite.tasks.stress import Stress
from spikemem.suite.trials import run_condition

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")


@pytest.mark.filterwarnings("ignore:backend spinnaker. SpikeSourceArray has no spike times")
def test_the_reliable_memory_answers_right_and_as_on_numba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keys = Stress(items=3, bits=6, active=2, operations=20).model_dump()
    task = "spikemem.suite.tasks.stress:Stress"
    board = run_condition(
        Condition(
            task, keys, "reliable-cam", backend="spinnaker", hardware="software_spin3", seeds=1, numerics="spinnaker"
        )
    )
    numba = run_condition(Condition(task, keys, "reliable-cam", seeds=1, numerics="spinnaker"))
    assert board.queries["exact"].size == 14
    assert board.queries["exact"].all()
    for name in ("kind", "at_ms", "latency_ms", "exact"):
        np.testing.assert_array_equal(board.queries[name], numba.queries[name], err_msg=name)
