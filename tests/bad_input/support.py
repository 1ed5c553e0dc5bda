"""What all bad input must end in: one sentence, the right exit code, and no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from spikemem.backend import BACKENDS
from spikemem.cli.main import main
from spikemem.errors import InvalidInput
from spikemem.experiment import experiment_names
from spikemem.models import MODELS

VALID_BACKENDS, VALID_MODELS = (f"valid: {', '.join(sorted(names))}" for names in (BACKENDS, MODELS))
VALID_HARDWARE = "valid: " + ", ".join(
    sorted(f.name.removesuffix(".toml") for f in files("spikemem.hw_configs").iterdir() if f.name.endswith(".toml"))
)
VALID_EXPERIMENTS = f"valid: {', '.join(sorted(experiment_names()))}, or the path of a .toml file"


Wrong = tuple[Callable[[], object], str]
"""A wrong call, and the sentence that it must end in."""


def assert_refused(case: Wrong) -> None:
    """Make the call and compare the whole sentence."""
    wrong, sentence = case
    with pytest.raises(InvalidInput) as raised:
        wrong()
    assert str(raised.value) == sentence


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, its standard output, and what it said on standard error."""

    code: int
    output: str
    said: str


def command(*arguments: str | Path, capsys: pytest.CaptureFixture[str]) -> Ended:
    """Run a command in this process."""
    capsys.readouterr()
    code = main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return Ended(code, captured.out, captured.err)


def refused(ended: Ended, sentence: str, code: int = 2) -> None:
    """Assert that a command ended with ``sentence`` and nothing else."""
    assert (ended.said, ended.output, ended.code) == (f"spikemem: {sentence}\n", "", code)


def files_below(folder: Path) -> list[str]:
    """Return every file below ``folder``, hidden ones too."""
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if not f.is_dir())
