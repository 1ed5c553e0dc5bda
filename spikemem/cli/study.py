"""What ``spikemem run`` does with a study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from spikemem.cli.options import print_json, stdout
from spikemem.cli.progress import progress_bar
from spikemem.errors import CriterionFailed
from spikemem.experiment.load_study import LoadedStudy
from spikemem.experiment.run import Choices
from spikemem.experiment.study import Findings, StudyRun
from spikemem.files import check_writable
from spikemem.hdf5_study import write_findings
from spikemem.report.findings import findings_data, print_findings


def run_study(loaded: LoadedStudy, choices: Choices, out: Path, as_json: bool, dry_run: bool) -> None:
    """Run a study; print its tables and criteria, write HDF5 and figures; raise :class:`CriterionFailed` if one is not met."""
    how = loaded.how(choices)
    if dry_run:
        _print_plan(loaded, how, as_json)
        return
    data, picture = out / f"{loaded.name}.h5", out / f"{loaded.name}.png"
    for path in (data, picture):
        check_writable(path)
    findings = _run(loaded, how)
    from spikemem.report.raster import save_figure  # matplotlib is slow to import

    write_findings(data, findings, loaded.provenance(how))
    files = [data]
    for name, figure in loaded.draw(findings).items():
        files.append(out / f"{name}.png")
        save_figure(figure, files[-1])
    if as_json:
        print_json({
            "study": loaded.name,
            **findings_data(findings.tables, findings.criteria),
            "files": [str(path) for path in files],
        })  # fmt: skip
    else:
        _print(loaded, findings, how)
        *others, last = map(str, files)
        stdout().print(f"wrote {', '.join(others)} and {last}", soft_wrap=True)
    if findings.failed:
        raise CriterionFailed(
            f"{loaded.name}: {len(findings.failed)} of {len(findings.criteria)} criteria are not met: "
            + ", ".join(c.name for c in findings.failed)
        )


def _run(loaded: LoadedStudy, how: StudyRun) -> Findings:
    with progress_bar(loaded.name) as show:
        return loaded.run(replace(how, progress=show))


def _print(loaded: LoadedStudy, findings: Findings, how: StudyRun) -> None:
    console = stdout()
    console.print(f"{loaded.file.title or loaded.name} ({how.backend}, seed {how.seed})", style="bold")
    print_findings(console, findings.tables, findings.criteria)


def _print_plan(loaded: LoadedStudy, how: StudyRun, as_json: bool) -> None:
    if as_json:
        print_json(loaded.provenance(how))
        return
    for name, value in loaded.study.model_dump().items():
        print(f"{name} = {value!r}")
    print(f"would run the study {loaded.name} on {how.backend}, seed {how.seed}; ran nothing")
