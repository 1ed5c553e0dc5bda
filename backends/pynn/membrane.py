"""Membranes that sPyNNaker's fixed point (s16.15) cannot follow: which they are, and what helps, in words.

A core computes ``V = a - e (a - V)`` with ``a = v_rest + (tau_m / cm) I`` and ``e = exp(-dt / tau_m)``, all in steps of 2^-15
and below 65536. So a large resistance makes ``a`` wrap, and V goes the wrong way; and a slow membrane has a leak, 1 - e, of few
steps. With sPyNNaker 7.4.1's binaries leaks of 42 steps or more are rounded, and smaller ones are up to a step too large. Seen
on a board in software (``tests/board/test_membranes.py``), not compared with hardware.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import expm1
from typing import Any

import numpy as np

from spikemem.backends.pynn.describe import Description

_LIMIT = 65536.0
"""What wraps (mV)."""
STEP = 2.0**-15
ROUNDED_FROM = 42
"""Steps of leak from which on it is rounded."""
_COARSE = 0.01
"""Relative error of a leak that is worth a word (ours)."""
_MOVED_BY_WEIGHTS = "IF_curr_delta"
"""The cell of which one weight, through the resistance, moves V to the threshold in a step."""


def leak_error(tau_m: float, dt: float) -> float:
    """Return the part of a step's leak by which it may be wrong on a board; ``tau_m`` and ``dt`` in ms.

    >>> [round(leak_error(tau, 1.0), 5) for tau in (20.0, 761.546, 1000.0)]
    [7e-05, 0.0, 0.03053]
    """
    steps = -expm1(-dt / tau_m) / STEP
    return (1.0 if steps < ROUNDED_FROM - 0.5 else abs(steps - round(steps))) / steps


def leaks(description: Description) -> list[dict[str, Any]]:
    """Return the populations whose leak may be wrong by more than a hundredth."""
    slow = [(p.label, p.parameters["tau_m"]) for p in description.populations if "tau_m" in p.parameters]
    return [
        {"population": label, "tau_m_ms": tau_m, "error": leak_error(tau_m, description.dt)}
        for label, tau_m in slow
        if leak_error(tau_m, description.dt) > _COARSE
    ]


def wraps(description: Description) -> list[dict[str, Any]]:
    """Return the projections of which one weight, times the resistance of its target, is beyond what fixed point holds."""
    cells = {p.label: p.parameters for p in description.populations if p.cell == _MOVED_BY_WEIGHTS}
    found = []
    for projection in description.projections:
        if projection.target not in cells:
            continue
        rule, cell = projection.plasticity, cells[projection.target]
        largest = float(np.abs(projection.weights).max()) if rule is None else rule.w_max
        resistance = float(cell["tau_m"] / cell["cm"])
        if abs(cell["v_rest"]) + resistance * largest >= _LIMIT:
            found.append({
                "projection": projection.label.rpartition("@")[0], "target": projection.target, "largest_weight": largest,
                "resistance_mohm": resistance,
            })  # fmt: skip
    return found


def leak_in_words(row: Mapping[str, Any]) -> str:
    """Return the sentence for one of a placement's ``leaks`` rows."""
    return (
        f"population {row['population']}: with tau_m = {row['tau_m_ms']:g} ms the leak of a step may be "
        f"{100 * row['error']:.2g} % wrong on SpiNNaker, which holds it in steps of 2^-15 (seen on the board in software, "
        "sPyNNaker 7.4.1; not compared with hardware); take a shorter tau_m, or one whose leak, 1 - exp(-dt / tau_m), is "
        f"{ROUNDED_FROM} such steps or another whole number above"
    )


def wrap_in_words(row: Mapping[str, Any]) -> str:
    """Return the sentence for one of a placement's ``wraps`` rows."""
    target = row["target"]
    return (
        f"projection {row['projection']}: a weight of {row['largest_weight']:.6g} nA times tau_m / cm = "
        f"{row['resistance_mohm']:.6g} MOhm of {target} is beyond 65536 mV, where SpiNNaker's fixed point wraps: V goes the "
        f"wrong way; have weights and voltages of {target} in a smaller unit, or take a shorter tau_m"
    )
