"""``spikemem run``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from spikemem.cli.options import Decompose, Json, Set, as_choice, print_json, stdout
from spikemem.cli.study import run_study
from spikemem.errors import CriterionFailed
from spikemem.experiment import (
    Choices,
    Experiment,
    Prepared,
    experiment_names,
    is_study,
    load_experiment,
    load_study,
    prepare,
    read_experiment,
)
from spikemem.files import check_writable
from spikemem.hdf5 import write_recording
from spikemem.recording import Recording
from spikemem.report.table import operations_table, recording_data


def run(
    experiment: Annotated[
        str, typer.Argument(help=f"An experiment's name ({', '.join(experiment_names())}) or a TOML file's path.")
    ],
    backend: Annotated[str | None, typer.Option(help="Backend; see spikemem backends.")] = None,
    hardware: Annotated[str | None, typer.Option(help="A hardware file's name or path.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the HDF5 file and the raster plot.")] = Path("results"),
    changes: Set = None,
    decompose: Decompose = None,
    as_json: Json = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check, lower and compile everything; run and write nothing.")
    ] = False,
) -> None:
    """Run an experiment: print its operations and answers, write an HDF5 file, draw the raster. Exit code 1 if any is wrong."""
    if is_study(read_experiment(experiment, changes or [])[1]):
        run_study(
            load_study(experiment, changes or []),
            Choices(backend, hardware, seed, as_choice(decompose)),
            out,
            as_json,
            dry_run,
        )
        return
    loaded = load_experiment(experiment, changes or [])
    prepared = prepare_with_status(loaded, Choices(backend, hardware, seed, as_choice(decompose)))
    if dry_run:
        with Console(stderr=True).status(f"rehearsing {loaded.name} on {prepared.setup.backend}"):
            done = prepared.rehearse()
        _print_remarks(prepared)
        _print_plan(loaded, prepared, done, as_json)
        return
    data, picture = out / f"{loaded.name}.h5", out / f"{loaded.name}.png"
    for path in (data, picture):
        check_writable(path)
    recording = run_with_progress(loaded, prepared)
    _print_remarks(prepared)
    finish(loaded, recording, out, as_json=as_json)


def _print_remarks(prepared: Prepared) -> None:
    for remark in prepared.program.remarks:
        print(f"spikemem: {remark}", file=sys.stderr)


def finish(loaded: Experiment, recording: Recording, out: Path, *, as_json: bool) -> None:
    """Write and print what came of an experiment; raise :class:`CriterionFailed` if an answer is wrong."""
    data, picture = out / f"{loaded.name}.h5", out / f"{loaded.name}.png"
    _write(loaded, recording, data, picture)
    if as_json:
        print_json({"experiment": loaded.name, **recording_data(recording), "files": [str(data), str(picture)]})
    else:
        _print(loaded, recording, data, picture)
    if recording.wrong:
        raise CriterionFailed(
            f"{loaded.name}: {recording.wrong} of {recording.right + recording.wrong} answers are wrong"
        )


def prepare_with_status(experiment: Experiment, choices: Choices) -> Prepared:
    """Prepare an experiment, and say on stderr what takes so long the first time."""
    with Console(stderr=True).status(f"preparing {experiment.name} (the first start compiles the engine)"):
        return prepare(experiment, choices)


def run_with_progress(experiment: Experiment, prepared: Prepared) -> Recording:
    """Run a prepared experiment, with a progress bar on stderr."""
    console = Console(stderr=True)
    name = TextColumn("{task.description}", markup=False)
    columns = (name, BarColumn(), TextColumn("{task.fields[shown]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=console.is_terminal) as progress:
        task = progress.add_task(experiment.name, total=prepared.steps, shown="")
        dt = prepared.setup.dt

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, shown=f"{done * dt:g} of {total * dt:g} ms")

        return prepared.run(show)


def _write(experiment: Experiment, recording: Recording, data: Path, picture: Path) -> None:
    from spikemem.report.raster import raster, save_figure  # matplotlib is slow to import

    resolved = experiment.file.model_dump(mode="json")
    write_recording(data, recording, {"experiment": {"name": experiment.name, **resolved}})
    title = experiment.file.title or experiment.name
    figure = raster(recording.spikes, recording.sizes, recording.answers, recording.duration_ms, title)
    save_figure(figure, picture)


def _print(experiment: Experiment, recording: Recording, data: Path, picture: Path) -> None:
    console = stdout()
    source = recording.provenance
    if recording.answers:
        console.print(operations_table(recording.answers, experiment.file.title or experiment.name))
    cost = recording.cost
    asked = recording.right + recording.wrong
    verdict = f"{recording.right} of {asked} answers right; " if asked else ""
    console.print(
        f"{verdict}{recording.duration_ms:g} ms on {source['backend']} ({source['numerics']}, seed {source['seed']}): "
        f"{cost.spikes} spikes, {cost.synaptic_events} synaptic events, {cost.weight_updates} weight updates"
    )
    if notes := source.get("notes"):
        console.print(
            f"not clean: {len(notes)} warnings of {source['backend']}, kept in the file's provenance", soft_wrap=True
        )
    console.print(f"wrote {data} and {picture}", soft_wrap=True)


def _print_plan(experiment: Experiment, prepared: Prepared, done: str | None, as_json: bool) -> None:
    setup, dt = prepared.setup, prepared.setup.dt
    if as_json:
        print_json({
            "experiment": experiment.name, "backend": setup.backend, "numerics": setup.numerics, "seed": setup.seed,
            "steps": prepared.steps, "dt_ms": dt, "operations": len(prepared.planned),
            "neurons": sum(p.size for p in prepared.program.network.populations), "rehearsed": done,
        })  # fmt: skip
        return
    print(prepared.program.network.describe(), end="")
    if done is not None:
        print(done)
    print(
        f"would run {len(prepared.planned)} operations, {prepared.steps} steps of {dt:g} ms, on {setup.backend}; ran nothing"
    )
