"""``spikemem deploy``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from spikemem.backends.pynn.load import estimate, load_line
from spikemem.backends.pynn.phases import Phase
from spikemem.backends.pynn.spinnaker import NOT_TIMED, SpinnakerProgram
from spikemem.cli.options import Decompose, Json, Set, as_choice, print_json, stdout
from spikemem.cli.run import finish
from spikemem.experiment import Choices, Prepared, experiment_names, load_experiment, prepare
from spikemem.experiment.reference import reference_spikes
from spikemem.files import check_writable, whole_or_absent
from spikemem.hardware import Board, find_hardware
from spikemem.report.placement import machine_line, populations_table, problems, weights_table

_BAR, _PHASE = 16, 30
"""Widths, for a terminal of 80 characters."""


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
    prepared = prepare(loaded, choices)
    program = prepared.program
    assert isinstance(program, SpinnakerProgram)
    placed = _mapped(prepared, program, *paths, as_json=as_json)
    board = find_hardware(hardware)
    if dry_run or (isinstance(board, Board) and board.virtual):
        if as_json:
            print_json(placed)
        return
    with _watched(program, f"running {loaded.name}", paths[2].with_name(f"{loaded.name}-run.log")):
        recording = prepared.run(None)
    finish(loaded, recording, out, as_json=as_json)
    if program.pace is not None and not as_json:
        ms, seconds = program.pace
        stdout().print(
            f"the board in software ran {ms:.0f} ms in {seconds:.3g} s of a processor; {NOT_TIMED}", soft_wrap=True
        )


def _mapped(
    prepared: Prepared, program: SpinnakerProgram, data: Path, picture: Path, log: Path, *, as_json: bool
) -> dict[str, Any]:
    """Map the experiment, write and print the report; return it."""
    from spikemem.report.cores import cores_picture  # matplotlib is slow to import
    from spikemem.report.raster import save_figure

    with _watched(program, "mapping with sPyNNaker", log):
        prepared.rehearse()
    with Console(stderr=True).status("estimating the load (the first start compiles the engine)"):
        fired = reference_spikes(program.network, program.feed(prepared.steps), prepared.steps)
        placed: dict[str, Any] = {**program.placement, "load": estimate(program.network, fired, program.placement)}
    placed["problems"] = found = problems(placed)
    with whole_or_absent(data) as path:
        path.write_text(json.dumps(placed, indent=1) + "\n")
    save_figure(cores_picture(placed), picture)
    console = Console(stderr=True) if as_json else stdout()
    console.print(populations_table(placed))
    console.print(weights_table(placed))
    console.print(machine_line(placed), soft_wrap=True)
    console.print(load_line(placed), soft_wrap=True)
    for problem in found:
        console.print(f"problem: {problem}", soft_wrap=True, markup=False)
    console.print(f"wrote {data}, {picture} and {log}", soft_wrap=True)
    return placed


@contextmanager
def _watched(program: SpinnakerProgram, what: str, log: Path) -> Iterator[None]:
    """Show on stderr which phase sPyNNaker is in and how far it is; write what it printed to ``log``, whatever happens."""
    console = Console(stderr=True)
    name, phase = (TextColumn(f"{{task.{field}}}", markup=False) for field in ("description", "fields[phase]"))
    columns = (name, BarColumn(_BAR), TimeElapsedColumn(), phase)
    with Progress(*columns, console=console, transient=console.is_terminal) as bar:
        task = bar.add_task(what, total=None, phase="")

        def show(phase: Phase) -> None:
            # Without a total the bar says that something goes on, and not how far it is.
            bar.tasks[0].total = None if phase.done is None else 1.0
            bar.update(task, completed=phase.done or 0.0, phase=f"{phase.number}. {phase.name}"[:_PHASE])

        program.watch = show
        try:
            yield
        finally:
            if program.log:
                with whole_or_absent(log) as path:
                    path.write_text(program.log)
