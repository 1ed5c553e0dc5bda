"""The numbers that modules choose by: given by the host in each step, or looked up by a program of its own."""

from __future__ import annotations

from typing import Any

import brian2

from spikemem.backends.brian.build import Build

DRAWN = "drawn"
"""The variable of a cell: the number, from [0, 1), that its module chooses by in a step."""


def look_up(population: str, group: Any, build: Build) -> None:
    """Have a program that runs without the host look the numbers up, by the cells' variable ``module``."""
    if build.draws is None:
        return
    numbers = brian2.TimedArray(build.draws[population], dt=build.clock.dt, name=f"{group.name}_numbers")
    group.namespace["numbers"] = numbers
    group.run_regularly(f"{DRAWN} = numbers(t, module)", when="groups", order=1, name=f"{group.name}_draw")
