"""``spikemem report``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from spikemem.cli.options import Json, print_json, stdout
from spikemem.cli.progress import progress_bar
from spikemem.errors import FileError, InvalidInput
from spikemem.files import check_writable
from spikemem.hdf5_file import open_file
from spikemem.report.findings import print_findings
from spikemem.report.suite_comparison import comparison_data, comparison_table, in_words
from spikemem.report.suite_table import SHOWN, results_data
from spikemem.report.trust import trust_in_words
from spikemem.suite.difference import Comparison, compared, run_names
from spikemem.suite.hdf5_suite import is_suite_file, read_results
from spikemem.suite.sweep import Results


def report(
    files: Annotated[
        list[Path], typer.Argument(help="Results (.h5) of spikemem suite; further ones are set beside it.")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for the HTML; default: that of the first file.")] = None,
    as_json: Json = False,
) -> None:
    """Write the HTML report of a suite's results anew; or set several runs of a suite side by side, against the first."""
    if len(set(files)) < len(files):
        raise InvalidInput(f"{next(f for f in files if files.count(f) > 1)}: is given twice")
    runs = [(path, suite_results(path)) for path in files]
    page = (out or files[0].parent) / f"{'_against_'.join(path.stem for path in files)}.html"
    check_writable(page)
    if len(runs) == 1:
        _one(page, runs[0][1], as_json)
    else:
        _several(page, runs, as_json)


def suite_results(path: Path) -> Results:
    """Return the results in a suite's file; raise :class:`FileError` for one of something else, damaged or missing."""
    with open_file(path) as file:
        if not is_suite_file(file):
            raise FileError(f"{path}: is no results file of spikemem suite; spikemem inspect shows what it holds")
    return read_results(path)


def _one(page: Path, results: Results, as_json: bool) -> None:
    from spikemem.report.html.page import write_suite_page  # matplotlib is slow to import

    with progress_bar("report") as show:
        write_suite_page(page, results, show)
    if as_json:
        print_json({**results_data(results), "files": [str(page)]})
        return
    console = stdout()
    for sentence in trust_in_words(results.rows):
        console.print(sentence, soft_wrap=True)
    print_findings(console, {}, results.criteria)
    console.print(f"wrote {page}", soft_wrap=True)


def _several(page: Path, runs: Sequence[tuple[Path, Results]], as_json: bool) -> None:
    from spikemem.report.html.comparison import write_comparison_page

    stems = {path.stem for path, _ in runs}
    names = run_names([(path.stem if len(stems) == len(runs) else str(path), results) for path, results in runs])
    first, *others = (results for _, results in runs)
    comparisons = [compared(first, other) for other in others]
    with progress_bar("report") as show:
        write_comparison_page(page, comparisons, names, show)
    if as_json:
        data: list[Any] = [comparison_data(c, (names[0], n)) for c, n in zip(comparisons, names[1:], strict=True)]
        print_json({"comparisons": data, "files": [str(page)]})
        return
    for comparison, name in zip(comparisons, names[1:], strict=True):
        _print(comparison, (names[0], name))
    stdout().print(f"wrote {page}", soft_wrap=True)


def _print(comparison: Comparison, names: tuple[str, str]) -> None:
    console = stdout()
    for grid in dict.fromkeys(d.first.grid for d in comparison.differences):
        own = [d for d in comparison.differences if d.first.grid == grid]
        console.print(comparison_table(grid, own, names, SHOWN))
    for sentence in in_words(comparison, names):
        console.print(sentence, soft_wrap=True)
