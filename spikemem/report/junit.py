"""A suite's results as JUnit XML, which the CI of a lab (GitLab, Jenkins, GitHub) shows as tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Tree

from spikemem.files import whole_or_absent
from spikemem.report.suite_table import command, shown, varying, with_interval
from spikemem.suite.criteria import concerns, shortfall
from spikemem.suite.schema import CriterionSection
from spikemem.suite.summary import ALL, Row
from spikemem.suite.sweep import Results

CRITERIA = "criteria"
"""The test suite of the criteria; each grid is one more."""


@dataclass(frozen=True)
class _Case:
    """A test case: it failed or was skipped if there is a message for it."""

    name: str
    output: str
    failure: str = ""
    skipped: str = ""


def junit(results: Results) -> bytes:
    """Return the results as JUnit XML (UTF-8).

    A test suite has the criteria. Each grid is a test suite of its conditions: one fails if it misses a criterion, and is
    skipped if no criterion is about it, so that what was not judged does not look like a success. Figures, and the command
    that shows a failure, are in its text, and in ``system-out`` of the others. Class names begin with suite, model and backend:
    GitLab and Jenkins show those, and not the names of test suites.
    """
    suite, first = results.suite, results.suite.first
    groups = {CRITERIA: _criteria(results)} if results.criteria else {}
    for grid in suite.grids:
        groups[grid] = _conditions(results, [row for row in results.rows if row.grid == grid])
    root = Tree.Element("testsuites", {"name": suite.name, **_counts([c for cases in groups.values() for c in cases])})
    del root.attrib["skipped"]  # a test suite has it, the root has not
    start = ".".join((suite.name, first.model.rpartition(":")[2], first.backend))
    for group, cases in groups.items():
        made = Tree.SubElement(root, "testsuite", {"name": f"{start}: {group}", **_counts(cases)})
        properties = Tree.SubElement(made, "properties")
        for name, value in _facts(results).items():
            Tree.SubElement(properties, "property", {"name": name, "value": _legal(value)})
        for case in cases:
            _add(made, f"{start}.{group.replace('.', ' ')}", case)
    Tree.indent(root)
    text: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def write_junit(path: Path, results: Results) -> None:
    """Write :func:`junit` to ``path``, whole or not at all."""
    with whole_or_absent(path) as partial:
        partial.write_bytes(junit(results))


def _counts(cases: Sequence[_Case]) -> dict[str, str]:
    failures, skipped = sum(bool(c.failure) for c in cases), sum(bool(c.skipped) for c in cases)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": str(skipped)}


def _facts(results: Results) -> Mapping[str, str]:
    first = results.suite.first
    versions = results.provenance["versions"]
    chosen = {name: str(getattr(first, name)) for name in ("task", "model", "backend", "seed", "seeds")}
    if first.hardware:
        chosen["hardware"] = first.hardware
    return chosen | {f"version of {name}": str(version) for name, version in versions.items()}


def _add(group: Tree.Element, classname: str, case: _Case) -> None:
    made = Tree.SubElement(group, "testcase", {"classname": classname, "name": _legal(case.name)})
    for kind, message in (("failure", case.failure), ("skipped", case.skipped)):
        if message:
            told = Tree.SubElement(made, kind, {"message": _legal(message.split("\n")[0])})
            told.text = _legal(message)
    if case.output and not case.failure:
        Tree.SubElement(made, "system-out").text = _legal(case.output)


def _legal(text: str) -> str:
    """Return ``text`` without control characters, which XML cannot have."""
    return "".join(c if c in "\t\n" or c >= " " else "\N{REPLACEMENT CHARACTER}" for c in text)


def _criteria(results: Results) -> list[_Case]:
    """Return a case a criterion: its failure names the conditions that miss it, worst first, with a command for each."""
    sections = [s for s in results.suite.file.criteria if any(concerns(s, row) for row in results.rows)]
    cases = []
    for section, criterion in zip(sections, results.criteria, strict=True):
        said = f"{section.measure} ({section.bound}): {criterion.found}; wanted {_wanted(section)}"
        misses = _misses(section, results.rows)
        shows = [
            f"{_name(row, results)}: {_figures(row)}\n  {command(results, row.condition.digest)}" for row in misses
        ]
        failure = "" if criterion.passed else "\n".join((said, *shows))
        cases.append(_Case(section.name, said, failure))
    return cases


def _misses(section: CriterionSection, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that miss a criterion, each condition once, the worst first."""
    own = {row.condition.digest: row for row in rows if concerns(section, row)}.values()
    missing = [(shortfall(section, row), row) for row in own]
    return [row for short, row in sorted(missing, key=lambda found: -found[0]) if short > 0.0]


def _wanted(section: CriterionSection) -> str:
    asked = []
    if section.at_least is not None:
        asked.append(f"at least {section.at_least:g}")
    if section.at_most is not None:
        asked.append(f"at most {section.at_most:g}")
    if section.near is not None:
        asked.append(f"{section.near:g} within {section.tolerance:g}")
    return ", ".join(asked)


def _conditions(results: Results, rows: Sequence[Row]) -> list[_Case]:
    """Return a case a condition of a grid."""
    cases = []
    for row in (row for row in rows if row.kind == ALL):
        kinds = [other for other in rows if other.condition.digest == row.condition.digest]
        figures = "\n".join(f"{other.kind}: {_figures(other)}" for other in kinds)
        about = [(s, other) for s in results.suite.file.criteria for other in kinds if concerns(s, other)]
        missed = [f"{s.name}: {s.measure} {other.value(s.measure, s.bound):.4g}, wanted {_wanted(s)}"
                  for s, other in about if shortfall(s, other) > 0.0]  # fmt: skip
        name, again = _name(row, results), command(results, row.condition.digest)
        failure = "\n".join((*missed, figures, again)) if missed else ""
        skipped = "" if about else f"no criterion is about it: {_figures(row)}"
        cases.append(_Case(name, f"{figures}\n{again}", failure, skipped))
    return cases


def _name(row: Row, results: Results) -> str:
    """Return what tells a condition from the others of its grid, and its name, so that no two cases are called alike."""
    keys = varying([other for other in results.rows if other.grid == row.grid])
    said = ", ".join(f"{key}={shown(row.condition.keys[key])}" for key in keys)
    return f"{said} ({row.condition.digest})" if said else row.condition.digest


def _figures(row: Row) -> str:
    return (
        f"{with_interval(row.measures['exact'])} right of {row.asked}, Jaccard {shown(row.measures['jaccard'].mean)}, "
        f"{'trusted' if row.trusted else 'not trusted'}"
    )
