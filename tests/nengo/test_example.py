"""The example of docs/nengo.md: PES learns to decode what a memory inside a Nengo model answers."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("nengo", reason="nengo is not installed: pip install 'spikemem[nengo]'")

EXAMPLE = Path(__file__).parents[2] / "examples" / "nengo_memory.py"
pytestmark = pytest.mark.skipif(not EXAMPLE.exists(), reason="examples/ are not part of the wheel")


@pytest.fixture(scope="module")
def example() -> Any:
    spec = spec_from_file_location("nengo_memory", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["nengo_memory"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run(example: Any) -> Any:
    return example.simulate()


def test_the_memory_answers_every_cue_with_its_content(example: Any, run: Any) -> None:
    for turn, content in zip(run.turns(example.ROUNDS - 1), example.CONTENTS, strict=True):
        assert np.flatnonzero(run.spikes[turn].any(axis=0)).tolist() == content


def test_what_is_decoded_becomes_right_and_stays_so_without_learning(example: Any, run: Any) -> None:
    errors = [run.error(k) for k in range(example.ROUNDS)]
    assert errors[0] > 0.5
    assert errors[0] > errors[1] > errors[2] > errors[3]
    assert errors[-1] < 0.15  # PES is off
    assert run.nearest(example.ROUNDS - 1) == [0, 1, 2, 3]


def test_the_figure_shows_spikes_and_what_is_decoded(example: Any, run: Any) -> None:
    above, below = example.draw(run).axes
    assert above.lines[0].get_xdata().size == np.count_nonzero(run.spikes)
    np.testing.assert_array_equal(below.lines[1].get_ydata(), run.decoded[:, 0])
