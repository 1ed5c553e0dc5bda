"""What each backend is, as data, without importing one: the tests hold it against the backends that are installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spikemem.ir import NUMERICS, Numerics


class Facts(NamedTuple):
    """The numerics and grade of a backend, how it is run, whether it has checkpoints, and what the tests run of it."""

    numerics: tuple[Numerics, ...]
    grade: str
    stepwise: bool
    checkpoints: bool
    compiles: bool
    shown: str


FACTS: Mapping[str, Facts] = {
    "numba": Facts(NUMERICS, "the reference", True, True, False, "all cases, against an interpreter written apart from it"),
    "brian2": Facts(NUMERICS, "exact", True, True, False, "all cases"),
    "brian2-cpp": Facts(NUMERICS, "exact", False, False, True, "all cases (`make slow`); some of them in every test run"),
    "brian2-cuda": Facts(
        NUMERICS, "not measured", False, False, True,
        "the programs of the CA3 memory and of macs are written, compiled and linked with nvcc 13.0; "
        "none has been run on a GPU yet",
    ),
    "nest": Facts(("exact",), "exact; IF_cond_exp tolerance", False, False, False,
        "all cases that it does not refuse; random networks of IF_curr_exp and IF_curr_delta over 300 steps of 0.1 to 2 ms",
   ),
    "spinnaker": Facts(
        ("spinnaker",), "not measured", False, False, False,
        "all cases that it does not refuse run on a board in software: spikes exact, plastic weights within the rounding to "
        "16 bits, but for one that tests/board names; none has been run on hardware yet",
    ),
}  # fmt: skip
