"""Comparisons as a table and as rasters with the differences marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from rich.table import Table

from spikemem.comparison import Comparison
from spikemem.report.bands import bands

_COMMON, _MISSING, _EXTRA = "#999999", "#D55E00", "#0072B2"


def comparison_table(comparisons: Mapping[str, Comparison], seconds: Mapping[str, float], reference: str) -> Table:
    """Return one row a backend: grade, missing and extra spikes, weights, time, first difference."""
    table = Table(title=f"against {reference} ({seconds[reference]:.3g} s)", title_justify="left")
    for column in ("backend", "grade", "missing", "extra", "largest weight difference", "time (s)", "first difference"):
        table.add_column(column)
    for name, found in comparisons.items():
        weights = "" if found.weight_difference is None else f"{found.weight_difference:.3g}"
        table.add_row(
            name, found.grade, str(found.missing_count), str(found.extra_count), weights, f"{seconds[name]:.3g}",
            str(found.first or "none"), style="bold red" if found.grade == "differs" else None,
        )  # fmt: skip
    return table


def population_table(name: str, comparison: Comparison) -> Table:
    """Return the populations of a comparison that differ, one a row."""
    table = Table(title=f"{name}: populations that differ", title_justify="left")
    for column in ("population", "in both", "missing", "extra"):
        table.add_column(column)
    for population, (times, _) in comparison.common.items():
        missing, extra = comparison.missing[population][0].size, comparison.extra[population][0].size
        if missing or extra:
            table.add_row(population, str(times.size), str(missing), str(extra))
    return table


def comparison_data(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON data."""
    first = comparison.first
    return {
        "grade": comparison.grade,
        "first_difference": None if first is None else vars(first),
        "weight_difference": comparison.weight_difference,
        "populations": {
            name: {
                "common": int(comparison.common[name][0].size),
                "missing": int(comparison.missing[name][0].size),
                "extra": int(comparison.extra[name][0].size),
            }
            for name in comparison.common
        },
    }


def difference_raster(
    comparison: Comparison, sizes: Mapping[str, int], duration_ms: float, reference: str, other: str
) -> Figure:
    """Return a raster of both recordings: common spikes grey, those of one alone marked."""
    shown = {name: sizes[name] for name in comparison.common}
    width = float(np.clip(duration_ms / 14.0, 10.0, 22.0))
    figure, axes = bands(shown, duration_ms, width, f"{other} against {reference}: {comparison.grade}")
    layers = (
        ("in both", _COMMON, "|", comparison.common),
        (f"only {reference}", _MISSING, "x", comparison.missing),
        (f"only {other}", _EXTRA, "+", comparison.extra),
    )
    for name, axis in axes.items():
        for label, colour, marker, spikes in layers:
            times, neurons = spikes[name]
            axis.scatter(times, neurons, s=28, marker=marker, color=colour, linewidths=1.3, label=label)
    handles, labels = next(iter(axes.values())).get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=3, frameon=False)
    return figure
