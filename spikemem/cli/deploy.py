"""``spikemem deploy``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.cli.options import Decompose, Json, Set, as_choice, print_json, stdout
from spikemem.cli.run import finish, run_with_progress
from spikemem.experiment import Choices, Experiment, Prepared, experiment_names, load_experiment, prepare
from spikemem.files import check_writable, whole_or_absent
from spikemem.hardware import Board, find_hardware
from spikemem.report.placement import machine_line, populations_table, problems, weights_table


def deploy(
    experiment: Annotated[
        str, typer.Argument(help=f"An experiment's name ({', '.join(experiment_names())}) or a TOML file's path.")
    ],
    hardware: Annotated[str, typer.Option(help="The hardware file of SpiNNaker boards: a name or a path.")],
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report, sPyNNaker's log and the results.")] = Path(
        "results"
    ),
    changes: Set = None,
    decompose: Decompose = None,
    as_json: Json = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Map and report; do not run.")] = False,
) -> None:
    """Map an experiment onto SpiNNaker boards and report how it fits; then, unless they are virtual, run it there."""
    loaded = load_experiment(experiment, changes or [])
    choices = Choices("spinnaker", hardware, seed, as_choice(decompose))
    paths = [out / f"{loaded.name}-board{ending}" for ending in (".json", ".png", ".log")]
    for path in paths:
        check_writable(path)
    placed = _mapped(loaded, choices, *paths, as_json=as_json)
    board = find_hardware(hardware)
    if dry_run or (isinstance(board, Board) and board.virtual):
        if as_json:
            print_json(placed)
        return
    prepared = prepare(loaded, choices)
    assert isinstance(prepared.program, SpinnakerProgram)
    prepared.program.placement = placed  # so that it is known how many cores must be free
    try:
        recording = run_with_progress(loaded, prepared)
    finally:
        _write_log(prepared, paths[2].with_name(f"{loaded.name}-run.log"))
    finish(loaded, recording, out, as_json=as_json)


def _mapped(
    loaded: Experiment, choices: Choices, data: Path, picture: Path, log: Path, *, as_json: bool
) -> dict[str, Any]:
    """Map the experiment, write and print the report; return it."""
    from spikemem.report.cores import cores_picture  # matplotlib is slow to import
    from spikemem.report.raster import save_figure

    prepared = prepare(loaded, choices)
    program = prepared.program
    assert isinstance(program, SpinnakerProgram)
    with Console(stderr=True).status("mapping with sPyNNaker") as status:
        program.phase = lambda line: status.update(f"mapping with sPyNNaker: {line}") if line.isascii() else None
        try:
            prepared.rehearse()
        finally:
            _write_log(prepared, log)
    found = problems(program.placement)
    placed: dict[str, Any] = {**program.placement, "problems": found}
    with whole_or_absent(data) as path:
        path.write_text(json.dumps(placed, indent=1) + "\n")
    save_figure(cores_picture(program.placement), picture)
    console = Console(stderr=True) if as_json else stdout()
    console.print(populations_table(program.placement))
    console.print(weights_table(program.placement))
    console.print(machine_line(program.placement), soft_wrap=True)
    for problem in found:
        console.print(f"problem: {problem}", soft_wrap=True, markup=False)
    console.print(f"wrote {data}, {picture} and {log}", soft_wrap=True)
    return placed


def _write_log(prepared: Prepared, log: Path) -> None:
    program = prepared.program
    if isinstance(program, SpinnakerProgram) and program.log:
        with whole_or_absent(log) as path:
            path.write_text(program.log)
