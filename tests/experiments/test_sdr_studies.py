"""The studies of sparse representations, in short: theory and simulation agree, and the files hold what was found.

Numbers of samples are ours: enough for rates down to 1e-4, in some seconds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from spikemem.experiment import experiment_names, load_study
from spikemem.experiment.study import Findings, StudyRun
from spikemem.experiments.sdr.points import agrees, simulated_rates
from tests.bad_input.support import command, refused

SHORT: Mapping[str, tuple[str, ...]] = {
    "sdr-population-size": ("samples=1_000_000", "cells=[300,500,700]"),
    "sdr-synapses": ("samples=1_000_000", "segments=10_000", "most=10"),
    "sdr-noise": ("samples=1_000_000", "moved=[38,64,96]"),
    "sdr-threshold": ("samples=50_000", "segments=1000"),
    "sdr-unions": ("samples=1_000_000", "together=[1,5,10]", "stored=[1,2,5]"),
    "sdr-capacity": ("samples=20_000", "stored=[1,10,100]", "neurons=2"),
    "sdr-classifier-check": ("samples=100_000", "neurons=5"),
    "sdr-neuron-numbers": ("samples=1_500_000", "segments=5000"),
}
LEAST = {
    "sdr-population-size": 10, "sdr-synapses": 13, "sdr-noise": 7, "sdr-threshold": 400, "sdr-unions": 5, "sdr-capacity": 2,
    "sdr-classifier-check": 2, "sdr-neuron-numbers": 2,
}  # fmt: skip
"""Points with five matches or more expected, at least."""


def changes(name: str) -> list[str]:
    return [f"parameters.{change}" for change in SHORT[name]]


def found(name: str, how: StudyRun | None = None, *more: str) -> Findings:
    return load_study(name, [*changes(name), *more]).run(how or StudyRun())


@pytest.fixture(scope="module")
def findings() -> Callable[[str], Findings]:
    """Return what a study found in its short form, run once."""
    known: dict[str, Findings] = {}

    def get(name: str) -> Findings:
        if name not in known:
            known[name] = found(name)
        return known[name]

    return get


def test_every_study_is_tested() -> None:
    folder = experiment_names()["sdr-noise"].parent
    own = {
        path.stem.replace("_", "-")
        for path in folder.glob("*.toml")
        if 'study = "spikemem.experiments.sdr.' in path.read_text()
    }
    assert own == set(SHORT)


@pytest.mark.parametrize("name", SHORT)
def test_the_criteria_are_met(name: str, findings: Callable[[str], Findings]) -> None:
    assert [c.found for c in findings(name).failed] == []
    assert {"printed values", "simulated rates"} <= {c.name for c in findings(name).criteria}


def rows(findings: Findings) -> list[dict[str, Any]]:
    """Return the rows of all tables that have counts."""
    tables = [t for t in findings.tables.values() if "inside" in t]
    return [dict(zip(t, row, strict=True)) for t in tables for row in zip(*t.values(), strict=True)]


@pytest.mark.parametrize("name", SHORT)
def test_points_were_simulated_and_agree_with_theory(name: str, findings: Callable[[str], Findings]) -> None:
    everything = [(exact(row), row) for row in rows(findings(name))]
    seen = [(chance, row) for chance, row in everything if not math.isnan(row["simulated"])]
    assert len(seen) >= LEAST[name]
    assert len(seen) == sum(chance * row["samples"] >= 5.0 for chance, row in everything)
    for chance, row in seen:
        deviation = math.sqrt(chance * (1.0 - chance) / row["samples"])
        # Five standard deviations, wider by what unions vary; and a match more, where there are few.
        assert abs(row["simulated"] - chance) <= 8.0 * deviation + 1.0 / row["samples"], row
        assert row["low 99%"] <= row["simulated"] <= row["high 99%"]
        assert row["inside"] == ("yes" if row["low 99%"] <= chance <= row["high 99%"] else "no")


def exact(row: Mapping[str, Any]) -> float:
    """Return the chance that is simulated."""
    return float(row["theory"] if math.isnan(row.get("exact", math.nan)) else row["exact"])


@pytest.mark.parametrize("name", SHORT)
def test_printed_values_stand_beside_theory(name: str, findings: Callable[[str], Findings]) -> None:
    tables = [t for t in findings(name).tables.values() if "printed" in t]
    printed = [(p, v) for t in tables for p, v in zip(t["printed"], t["theory"], strict=True) if p]
    assert printed
    assert [(text, value) for text, value in printed if not agrees(value, text)] == []


@pytest.mark.parametrize("name", SHORT)
def test_the_figure_is_drawn(name: str, findings: Callable[[str], Findings], tmp_path: Path) -> None:
    figure = findings(name).draw()
    figure.savefig(tmp_path / "figure.png", dpi=50)
    for axes in figure.axes:
        assert axes.get_yscale() == "log"
        assert axes.get_xlabel()
        assert axes.get_ylabel().startswith("chance of ")
        legend = axes.get_legend()
        assert legend is not None
        assert "simulated, 99% interval" in [text.get_text() for text in legend.get_texts()]


def test_a_point_too_rare_is_not_simulated_and_says_so(findings: Callable[[str], Findings]) -> None:
    rare = [row for row in rows(findings("sdr-neuron-numbers")) if row["samples"] == 0]
    assert len(rare) == 10
    assert {row["note"] for row in rare} == {"not simulated: too rare"}
    assert all(math.isnan(row["simulated"]) and row["inside"] == "" and row["theory"] < 5e-6 for row in rare)


def test_a_point_with_few_matches_has_an_upper_bound_only() -> None:
    study = load_study("sdr-classifier-check", ["parameters.samples=100_000", "parameters.thetas=[6]"])
    (row,) = rows(study.run(StudyRun()))
    assert (row["note"], row["inside"]) == ("upper bound only", "yes")
    assert math.isnan(row["simulated"])
    assert row["high 99%"] > 5e-5


def test_the_anomalous_observation_is_left_out_by_name(findings: Callable[[str], Findings]) -> None:
    (row,) = [r for r in rows(findings("sdr-population-size")) if (r["a"], r["n"]) == (256, 300)]
    assert (row["observed"], row["note"]) == ("", "observed .997368 left out: anomalous")


def test_unions_of_segments_are_simulated_better_by_the_exact_chance(findings: Callable[[str], Findings]) -> None:
    union = [r for r in rows(findings("sdr-unions")) if (r["n"], r["M"], r["theta"]) == (1000, 2, 15)]
    assert union[0]["theory"] == pytest.approx(0.04739, abs=1e-5)
    assert union[0]["exact"] == pytest.approx(0.05077, abs=1e-5)
    assert union[0]["low 99%"] > union[0]["theory"]


@pytest.mark.parametrize("name", ["sdr-population-size", "sdr-unions", "sdr-classifier-check"])
def test_threads_change_nothing(name: str, findings: Callable[[str], Findings], tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text('backend = "numba"\nthreads = 2\n')
    alone, together = findings(name), found(name, StudyRun(hardware=str(path)))
    assert repr(alone.tables) == repr(together.tables)


def test_another_seed_gives_another_simulation(findings: Callable[[str], Findings]) -> None:
    one, two = findings("sdr-classifier-check"), found("sdr-classifier-check", StudyRun(seed=2))
    (first,), (second,) = one.tables.values(), two.tables.values()
    assert first["theory"] == second["theory"]
    assert not np.array_equal(first["simulated"], second["simulated"], equal_nan=True)


def test_a_rate_that_is_not_theorys_fails_the_study() -> None:
    """Segments of a threshold one too low."""
    name = "sdr-population-size"
    study = load_study(name, changes(name)).study
    point = study.points()[0]  # type: ignore[attr-defined]
    wrong = {**point.parameters, "theta": point.parameters["theta"] - 1}
    result = study.random_segments(StudyRun(), replace(point, parameters=wrong))  # type: ignore[attr-defined]
    assert not simulated_rates([result]).passed


def test_the_file_holds_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "sdr-classifier-check"
    options = [o for change in changes(name) for o in ("--set", change)]
    ended = command("run", name, "--out", tmp_path, *options, capsys=capsys)
    assert ended.code == 0
    assert "met: simulated rates: " in ended.output
    with h5py.File(tmp_path / f"{name}.h5") as file:
        group = file["tables/false positives"]
        assert json.loads(group.attrs["columns"])[:6] == ["n", "a", "s", "theta", "M", "printed"]
        assert group["printed"].asstr()[()].tolist() == [".144691", ".00282648", "2.03654e-5"]
        assert group["samples"][()].tolist() == [100_000] * 3
        assert group["exact"][0] == pytest.approx(0.134728, abs=1e-6)
        source = json.loads(file["provenance"].attrs["json"])
    assert source["study"]["source"].startswith("Ahmad & Hawkins 2016")
    assert source["study"]["parameters"] == {"samples": 100_000, "neurons": 5, "thetas": [4, 5, 6]}
    assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("noise", "samples=-1", "SDRNoise.samples: must be >= 1, got -1"),
        ("noise", "segments=0", "SDRNoise.segments: must be >= 1, got 0"),
        ("noise", "samples=1.5", "SDRNoise.samples: must be a whole number, got 1.5"),
        ("noise", "samples=many", "SDRNoise.samples: must be a whole number, got 'many'"),
        (
            "noise",
            "sample=1",
            "SDRNoise: unknown parameter 'sample'; did you mean 'samples'? "
            "valid: active, cells, moved, samples, segments, synapses, thetas",
        ),
        ("noise", "thetas=[8, 31]", "SDRNoise.thetas: must be <= synapses = 30, got 31"),
        ("noise", "thetas=[]", "SDRNoise.thetas: must have at least 1 item, got ()"),
        ("noise", "thetas=8", "SDRNoise.thetas: must be a list, got 8"),
        ("noise", "moved=[129]", "SDRNoise.moved: must be <= active = 128, got 129"),
        ("noise", "synapses=129", "SDRNoise.synapses: must be <= active = 128, got 129"),
        ("noise", "cells=200", "SDRNoise.active: must be <= half of cells = 100, got 128"),
        ("population-size", "theta=25", "SDRPopulationSize.theta: must be <= synapses = 24, got 25"),
        ("population-size", "cells=[300, -1]", "SDRPopulationSize.cells[1]: must be >= 1, got -1"),
        ("population-size", "cells=[200]", "SDRPopulationSize.active: must be <= the least of cells = 200, got 256"),
        ("population-size", "active=[16]", "SDRPopulationSize.synapses: must be <= the least of active = 16, got 24"),
        ("synapses", "codes=[[32, 16]]", "SDRSynapses.codes: a: must be <= n = 16, got 32"),
        ("synapses", "codes=[[32]]", "SDRSynapses.codes[0][1]: is required"),
        ("synapses", "most=40", "SDRSynapses.most: must be <= the least a of codes = 32, got 40"),
        ("threshold", "thetas=[51]", "SDRThreshold.thetas: must be <= the most synapses = 50, got 51"),
        ("threshold", "densities=[1001]", "SDRThreshold.densities: must be <= the whole = 1000, got 1001"),
        (
            "threshold",
            "cells=[60]",
            "SDRThreshold.densities: must give at least one active cell of each number of cells, got 5 thousandths of 60",
        ),
        ("unions", "activity_cells=[50]", "SDRUnions.activity_cells: every number must be >= 60, got 50"),
        ("unions", "segment_cells=[399]", "SDRUnions.segment_cells: every number must be >= 400, got 399"),
        ("capacity", "thetas=[31]", "SDRCapacity.thetas: must be <= synapses = 30, got 31"),
        ("capacity", "neurons=0", "SDRCapacity.neurons: must be >= 1, got 0"),
        ("classifier-check", "thetas=[8]", "SDRClassifierCheck.thetas: must be <= synapses = 7, got 8"),
        ("neuron-numbers", "segments=100_001", "SDRNeuronNumbers.segments: must be <= 100000, got 100001"),
    ],
)
def test_bad_parameters(name: str, change: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = experiment_names()[f"sdr-{name}"]
    ended = command("run", f"sdr-{name}", "--dry-run", "--set", f"parameters.{change}", capsys=capsys)
    refused(ended, f"{path}: parameters: {sentence}")


def test_a_backend_without_segments_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("nest")
    pytest.importorskip("pyNN")
    name = "sdr-classifier-check"
    ended = command("run", name, "--backend", "nest", "--out", tmp_path, capsys=capsys)
    assert ended.code == 4
    assert "population segments: Segment: the backend has no rule for it" in ended.said
    assert list(tmp_path.iterdir()) == []
