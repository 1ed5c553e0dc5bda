"""Cases of macs and one-shot synapses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from spikemem.ir import (
    AllToAll,
    FadingOneShot,
    FromList,
    Mac,
    OneShot,
    Population,
    Projection,
    ReceptiveFields,
    Static,
)
from tests.conformance.case import Case

MACS = 2
FORMS: tuple[Any, ...] = ("A_outside", "B", "2010")


def of_macs(feature: str, *, rule: OneShot | FadingOneShot | None = None, delay: float = 1.0, **fields: Any) -> Case:
    """Return two macs, with these fields, that see three sources each, their own last code, and ``b``."""
    cell, own = Mac(**({"modules": 3, "cells": 4, "lambda_H": 2.0} | fields)), rule or OneShot()
    size = MACS * cell.size
    beside = ReceptiveFields((tuple(range(size)),) * MACS, cell.size, apart=cell.cells)
    seen = ReceptiveFields(((0, 1, 2), (1, 2, 3)), cell.size)
    return Case(
        feature,
        (Population("t", size, cell),),
        (
            Projection("U", "a", "t", seen, 0.0, delay, "up", own),
            Projection("H", "t", "t", beside, 0.0, 2.0, "horizontal", own),
            Projection("D", "b", "t", AllToAll(), 0.0, 1.0, "down", own),
        ),
    )


def macs() -> Iterator[Case]:
    """Yield the cases of Mac."""
    yield of_macs("Mac")
    for form in FORMS:
        yield of_macs(f"Mac, form {form}", form=form)
    yield of_macs("Mac, gated", gate="b")
    yield of_macs("Mac, free", gate="b", free="b")
    yield of_macs("Mac, number of U inputs", pi_minus=2, pi_plus=2)
    yield of_macs("Mac, back-off", gate="b", back_off=0.9)
    yield of_macs("Mac, exponents that are not whole", gate="b", lambda_U=1.5, lambda_H=0.5, lambda_D=2.5)
    yield of_macs("Mac, hypotheses", gate="b", hypotheses=2, near=0.5)
    yield of_macs("Mac, persistence", persistence=2, frame=3.0)
    made = of_macs("Mac, driven", gate="b")
    drive = Projection("drive", "b", "t", FromList(((0, 2), (1, 2), (1, 3), (2, 9))), 0.7, 3.0, "excitatory", Static())
    yield replace(made, projections=(*made.projections, drive))


def one_shot() -> Iterator[Case]:
    """Yield the cases of the synapses."""
    yield of_macs("OneShot, counted to 3", rule=OneShot(most=3))
    yield of_macs("OneShot, frozen", rule=OneShot(freeze=0.3))
    yield of_macs("OneShot, delay of 3 steps", delay=3.0)
    fading = FadingOneShot(weights=(5, 3, 0), ages=(4.0, 9.0), stiff_ages=(12.0, 20.0))
    yield of_macs("FadingOneShot", rule=fading)
    yield of_macs("FadingOneShot, delay of 3 steps", rule=fading, delay=3.0, gate="b")
