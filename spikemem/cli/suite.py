"""``spikemem suite``."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer

from spikemem.cli.options import Json, Set, print_json, stdout
from spikemem.cli.progress import progress_bar
from spikemem.errors import CriterionFailed, SpikememWarning
from spikemem.files import check_writable, remove_partial
from spikemem.report.findings import print_findings
from spikemem.report.junit import write_junit
from spikemem.report.suite_table import results_data, suite_table, write_json
from spikemem.suite.executor import Executor
from spikemem.suite.hdf5_suite import write_results
from spikemem.suite.load import Suite, load_suite
from spikemem.suite.store import Store
from spikemem.suite.sweep import Results, sweep
from spikemem.suite.workplace import executor_for


def suite(
    name: Annotated[
        str,
        typer.Argument(help="stress, fragment-recall, forgetting, capacity, noise, ..., or the path of a .toml file."),
    ],
    model: Annotated[str | None, typer.Option(help="Model, by name or as module:Class.")] = None,
    backend: Annotated[str | None, typer.Option(help="Where to run it.")] = None,
    hardware: Annotated[str | None, typer.Option(help="Hardware file, by name or path.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all draws.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Streams of each condition.")] = None,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="Run this condition alone, by the beginning of its name.")
    ] = None,
    changes: Set = None,
    out: Annotated[Path, typer.Option(help="Folder for the results and for the finished conditions.")] = Path(
        "results"
    ),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes, or jobs of --cluster (default: one a core, where it pays).")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a running Dask scheduler, as tcp://host:8786.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Submit --workers jobs to slurm, pbs or lsf, as dask-jobqueue is configured.")
    ] = None,
    as_json: Json = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, list the conditions, run nothing.")
    ] = False,
) -> None:
    """Run a suite: a grid of conditions over several seeds. What is finished is kept, and not run again."""
    loaded = load_suite(name, changes or (), model=model, backend=backend, hardware=hardware, seed=seed, seeds=seeds)
    if condition:
        loaded = loaded.only(condition)
    loaded = loaded.within_reach()
    for reason in loaded.left_out:
        warnings.warn(f"left out of {reason}", SpikememWarning, stacklevel=1)
    stem = _stem(loaded)
    executor = executor_for(loaded.first.backend, workers, scheduler, cluster)
    store = Store(out / f"{stem}.conditions")
    if dry_run:
        _print_plan(loaded, store, as_json)
        return
    files = {ending: out / f"{stem}.{ending}" for ending in ("h5", "json", "xml", "html")}
    for path in files.values():
        check_writable(path)
    with store.locked():
        for path in files.values():
            remove_partial(out, path.name)
        results = _run(loaded, store, executor)
        write_results(files["h5"], results)
        write_json(files["json"], results)
        write_junit(files["xml"], results)
        _write_page(files["html"], results)
    if as_json:
        print_json({**results_data(results), "files": list(map(str, files.values()))})
    else:
        print_results(results)
        *others, last = map(str, files.values())
        stdout().print(f"wrote {', '.join(others)} and {last}", soft_wrap=True)
    if results.failed:
        raise CriterionFailed(
            f"{loaded.name}: {len(results.failed)} of {len(results.criteria)} criteria are not met: "
            + ", ".join(c.name for c in results.failed)
        )


def _stem(loaded: Suite) -> str:
    """Return what the files are called: suite, model and backend."""
    first = loaded.first
    return f"{loaded.name}.{first.model.rpartition(':')[2]}.{first.backend}"


def _run(loaded: Suite, store: Store, executor: Executor) -> Results:
    with progress_bar(loaded.name) as show:
        return sweep(loaded, store, executor, show)


def _write_page(path: Path, results: Results) -> None:
    from spikemem.report.html.page import write_suite_page  # matplotlib is slow to import

    with progress_bar("report") as show:
        write_suite_page(path, results, show)


def print_results(results: Results) -> None:
    """Print the tables and the criteria."""
    console, suite, first = stdout(), results.suite, results.suite.first
    console.print(
        f"{suite.file.title or suite.name}: {first.model} ({first.backend}, seed {first.seed}, {first.seeds} seeds)",
        style="bold",
    )
    for grid in suite.grids:
        console.print(suite_table(grid, [row for row in results.rows if row.grid == grid]))
    print_findings(console, results.tables, results.criteria)


def _print_plan(loaded: Suite, store: Store, as_json: bool) -> None:
    conditions = [{"condition": c.digest, "finished": store.has(c), **c.keys} for c in loaded.conditions]
    if as_json:
        print_json(conditions)
        return
    for made in conditions:
        print("  ".join(f"{name}={value}" for name, value in made.items()))
    finished = sum(bool(made["finished"]) for made in conditions)
    print(f"would run {len(conditions) - finished} conditions of {len(conditions)}; ran nothing")
