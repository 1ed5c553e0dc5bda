"""``spikemem export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from spikemem.backends.pynn.program import PyNNProgram
from spikemem.backends.pynn.script import TARGETS, script
from spikemem.cli.options import Decompose, Set, as_choice
from spikemem.errors import InvalidInput, choices
from spikemem.experiment import Choices, experiment_names, load_experiment, prepare
from spikemem.files import check_writable, whole_or_absent
from spikemem.provenance import versions


def export(
    experiment: Annotated[
        str, typer.Argument(help=f"An experiment's name ({', '.join(experiment_names())}) or a TOML file's path.")
    ],
    target: Annotated[str, typer.Option(help=f"The simulator: {' or '.join(TARGETS)}.")],
    to: Annotated[Literal["pynn"], typer.Option(help="The language.")] = "pynn",
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the script and its data.")] = Path("results"),
    changes: Set = None,
    decompose: Decompose = None,
) -> None:
    """Write an experiment as a plain PyNN script that runs without spikemem and gives the same spikes."""
    if target not in TARGETS:
        raise InvalidInput(f"--target {target!r} is unknown; {choices(target, TARGETS)}")
    loaded = load_experiment(experiment, changes or [])
    hardware = "virtual5" if target == "spinnaker" else None  # only named: nothing is mapped
    prepared = prepare(loaded, Choices(target, hardware, seed, as_choice(decompose)))
    program = prepared.program
    assert isinstance(program, PyNNProgram)
    stem = f"{loaded.name}_{target}".replace("-", "_")
    code, data, spikes = (out / f"{stem}{ending}" for ending in (".py", ".npz", "_spikes.csv"))
    for path in (code, data):
        check_writable(path)
    text, arrays = script(
        program.describe(program.feed(prepared.steps)),
        prepared.steps,
        target,
        versions()["spikemem"],
        data.name,
        spikes.name,
    )
    with whole_or_absent(data) as path, path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub takes a keyword of its own for one of them
    with whole_or_absent(code) as path:
        path.write_text(text)
    print(f"wrote {code} and {data}; run it with: python {code}")
