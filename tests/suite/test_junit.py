"""JUnit XML: by the schema, with a case for each criterion and condition, the figure and the command in what failed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
import xmlschema

from spikemem.report.junit import junit, write_junit
from spikemem.report.suite_table import command
from spikemem.suite.summary import ALL
from spikemem.suite.sweep import Results
from tests.suite.small_suite import run_small

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run_small(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def tree(results: Results) -> Tree.Element:
    return Tree.fromstring(junit(results))


def test_it_is_valid(results: Results) -> None:
    SCHEMA.validate(junit(results).decode())


def test_the_schema_refuses_what_is_not_junit(results: Results) -> None:
    for right, wrong in (
        ("testcase", "case"),
        (' errors="0"', ""),
        ("<failure", "<failure type='a'"),
        ("message=", "massage="),
    ):
        with pytest.raises(xmlschema.XMLSchemaException):
            SCHEMA.validate(junit(results).decode().replace(right, wrong))


def test_a_suite_of_criteria_and_one_a_grid(results: Results, tree: Tree.Element) -> None:
    assert [suite.get("name") for suite in tree] == [
        "small.ca3-cam.numba: criteria", "small.ca3-cam.numba: lengths & <wrong lines>",
    ]  # fmt: skip
    criteria, grid = tree
    assert [case.get("name") for case in criteria.iter("testcase")] == [c.name for c in results.criteria]
    assert len(list(grid.iter("testcase"))) == 4


def test_counts_are_those_of_the_cases(tree: Tree.Element) -> None:
    for suite in tree:
        cases = list(suite.iter("testcase"))
        assert suite.get("tests") == str(len(cases))
        for attribute, element in (("failures", "failure"), ("skipped", "skipped")):
            assert suite.get(attribute) == str(sum(case.find(element) is not None for case in cases))
    assert tree.get("failures") == str(len(list(tree.iter("failure"))))


def test_a_criterion_fails_where_it_is_not_met_and_says_figure_wish_and_command(
    results: Results, tree: Tree.Element
) -> None:
    assert [c.passed for c in results.criteria] == [False, True]
    missed, met = tree[0].iter("testcase")
    assert met.find("failure") is None
    failure = missed.find("failure")
    assert failure is not None
    assert failure.text is not None
    assert results.criteria[0].found in failure.attrib["message"]
    assert failure.attrib["message"].endswith("wanted at least 0.9")
    for row in results.rows:
        misses = row.condition.keys["kept"] == 3 and row.measures["exact"].mean < 0.9
        assert (command(results, row.condition.digest) in failure.text) == misses


def test_a_condition_fails_with_a_criterion_of_it_and_is_skipped_without_any(results: Results) -> None:
    file = results.suite.file
    alone = replace(results, suite=replace(results.suite, file=file.model_copy(update={"criteria": file.criteria[:1]})))
    tree = Tree.fromstring(junit(replace(alone, criteria=results.criteria[:1])))
    cases = list(tree[1].iter("testcase"))
    rows = [row for row in results.rows if row.kind == ALL]
    for case, row in zip(cases, rows, strict=True):
        about = row.condition.keys["kept"] == 3
        assert (case.find("skipped") is not None) == (not about)
        assert (case.find("failure") is not None) == (about and row.measures["exact"].mean < 0.9)
        assert f"{row.measures['exact'].mean:.3f}" in "".join(case.itertext())


def test_what_xml_cannot_have_is_replaced(results: Results) -> None:
    criterion = results.suite.file.criteria[0].model_copy(update={"name": "bell \a"})
    file = results.suite.file.model_copy(update={"criteria": [criterion, results.suite.file.criteria[1]]})
    text = junit(replace(results, suite=replace(results.suite, file=file))).decode()
    SCHEMA.validate(text)
    assert 'name="bell \N{REPLACEMENT CHARACTER}"' in text


def test_the_file_is_whole(results: Results, tmp_path: Path) -> None:
    write_junit(tmp_path / "out" / "small.xml", results)
    assert (tmp_path / "out" / "small.xml").read_bytes() == junit(results)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["small.xml"]
