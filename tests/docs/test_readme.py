"""What the README shows is so."""

from __future__ import annotations

import doctest
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import spikemem

ROOT = Path(__file__).parents[2]
README, EXAMPLE = ROOT / "README.md", ROOT / "examples" / "pairs.py"
needs_checkout = pytest.mark.skipif(not README.exists(), reason="README.md and examples/ are not part of the wheel")


@needs_checkout
def test_the_sessions_of_the_readme_run_as_shown() -> None:
    failed, tried = doctest.testfile(str(README), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 10
    assert failed == 0


@needs_checkout
@pytest.mark.parametrize("numerics", ["spinnaker", "exact"])
def test_the_memory_that_the_readme_writes_works(numerics: str) -> None:
    code = EXAMPLE.read_text(encoding="utf-8")
    assert code[code.index("HEBBIAN") :] in README.read_text(encoding="utf-8")
    spec = spec_from_file_location("pairs", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["pairs"] = module
    spec.loader.exec_module(module)
    memory = spikemem.open(module.Pairs(), numerics=numerics)
    contents = [{0, 1}, {1, 5, 7}, {2}, {0, 3, 4, 6}]
    for cue, content in enumerate(contents):
        memory.learn(cue=cue, content=content)
    assert [memory.recall(cue=cue).content for cue in range(4)] == contents
