"""``spikemem compare``."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from spikemem.cli.options import Decompose, Json, Set, as_choice, print_json, stdout
from spikemem.cli.run import prepare_with_status, run_with_progress
from spikemem.comparison import compare as compare_recordings
from spikemem.errors import CriterionFailed, InvalidInput
from spikemem.experiment import Choices, load_experiment


def compare(
    experiment: Annotated[str, typer.Argument(help="An experiment's name or a TOML file's path.")],
    backends: Annotated[str, typer.Option(help="Backends, with commas between; the first is the reference.")],
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the rasters with the differences marked.")] = Path("results"),
    changes: Set = None,
    decompose: Decompose = None,
    as_json: Json = False,
) -> None:
    """Run an experiment on several backends and compare the spikes. Exit code 1 if any differ from the first backend's."""
    from spikemem.report.difference import (  # matplotlib is slow to import
        comparison_data,
        comparison_table,
        difference_raster,
        population_table,
    )
    from spikemem.report.raster import save_figure

    names = [name.strip() for name in backends.split(",")]
    if len(names) < 2 or len(set(names)) < len(names):
        raise InvalidInput(f"--backends: give at least two different ones, such as numba,brian2; got {backends!r}")
    loaded = load_experiment(experiment, changes or [])
    recordings, seconds, chosen = {}, {}, as_choice(decompose)
    for name in names:
        began = perf_counter()
        recordings[name] = run_with_progress(loaded, prepare_with_status(loaded, Choices(name, None, seed, chosen)))
        seconds[name] = perf_counter() - began
    reference = recordings[names[0]]
    found = {name: compare_recordings(reference, recordings[name]) for name in names[1:]}
    files = []
    for name, comparison in found.items():
        files.append(out / f"{loaded.name}-{names[0]}-{name}.png")
        save_figure(difference_raster(comparison, reference.sizes, reference.duration_ms, names[0], name), files[-1])
    if as_json:
        data = {name: {**comparison_data(c), "seconds": seconds[name]} for name, c in found.items()}
        print_json({"experiment": loaded.name, "reference": names[0], "seconds": seconds[names[0]], "backends": data})
    else:
        console = stdout()
        console.print(comparison_table(found, seconds, names[0]))
        for name, comparison in found.items():
            if comparison.grade == "differs":
                console.print(population_table(name, comparison))
        console.print(f"wrote {', '.join(map(str, files))}", soft_wrap=True)
    differing = [name for name, comparison in found.items() if comparison.grade == "differs"]
    if differing:
        raise CriterionFailed(f"{loaded.name}: {', '.join(differing)} not the same as {names[0]}")
