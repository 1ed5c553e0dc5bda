"""The suites that come with spikemem: what they must show, in a short form where they are long."""

from __future__ import annotations

from pathlib import Path

import pytest

from spikemem.suite.executor import InProcess
from spikemem.suite.load import load_suite, suite_names
from spikemem.suite.store import Store
from spikemem.suite.sweep import Results, sweep


def results(folder: Path, name: str, model: str | None = None, seeds: int | None = None, *changes: str) -> Results:
    suite = load_suite(name, changes, model=model, seeds=seeds).within_reach()
    return sweep(suite, Store(folder), InProcess())


def test_the_published_memory_has_the_defects_that_are_known(tmp_path: Path) -> None:
    """Right answers over 20 seeds, within 0.05: specification of the published memory, found in simulation."""
    found = results(tmp_path, "published-defects")
    assert len(found.criteria) == 9
    assert [c.name for c in found.failed] == []


@pytest.mark.parametrize("name", sorted(set(suite_names()) - {"published-defects"}))
def test_the_reliable_memory_meets_every_criterion(tmp_path: Path, name: str) -> None:
    found = results(tmp_path, name, None, 1)
    assert found.criteria
    assert [c.name for c in found.failed] == []


def test_the_published_memory_is_not_to_be_trusted_under_stress(tmp_path: Path) -> None:
    found = results(tmp_path, "stress", "ca3-cam", 1)
    assert [c.passed for c in found.criteria] == [False, False]
    assert not any(row.trusted for row in found.rows if row.condition.keys["plan"] == "repeat")


def test_capacity_is_the_largest_load_that_is_held(tmp_path: Path) -> None:
    found = results(tmp_path, "capacity", "reliable-cam", 1)
    assert found.tables["capacity"]["items held"] == [64, 64, 64]
    assert found.tables["capacity"]["plastic synapses"] == [2 * 64 * 64] * 3
    assert found.tables["capacity"]["bits a synapse"][2] == pytest.approx(64 * 60.67 / 8192, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["5, 10, 3", "16, 32, 8", "64, 128, 32"])
def test_ten_thousand_operations_are_all_right(tmp_path: Path, size: str) -> None:
    items, bits, active = (int(n) for n in size.split(","))
    found = results(
        tmp_path, "stress", None, 1, "fixed.operations=10000",
        f"grids=[{{name = 'one', over = {{plan = ['random'], 'items, bits, active' = [[{items}, {bits}, {active}]]}}}}]",
    )  # fmt: skip
    assert [row.measures["exact"].mean for row in found.rows if row.kind == "all"] == [1.0]
