"""What memories that run on every target are tried with: the same spikes on simulators, exact weights on a virtual board."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import spikemem
from spikemem.backend import RunOptions, backend
from spikemem.errors import MissingDependency
from spikemem.hardware import find_hardware
from spikemem.language import Call, Memory
from spikemem.passes import Conventions, lower
from spikemem.report.placement import problems
from spikemem.simulate import plan_protocol, stimulate
from tests.models.test_hetero_associative import assert_same

CONVENTIONS: list[dict[str, Any]] = [
    {"coincidence": "depress", "history": 15},
    {"coincidence": "potentiate", "history": None},
    {"coincidence": "both", "history": 15},
    {"coincidence": "neither", "history": 40},
]
"""What targets differ in, as far as portable rules leave it open."""


def assert_same_on(name: str, model: Memory, calls: list[Call]) -> None:
    """Every spike of the engine on another backend, all answers as expected, and the same weights."""
    wanted = spikemem.run(model, protocol=calls, numerics="exact")
    assert wanted.wrong == 0
    assert wanted.right > 0
    try:
        found = spikemem.run(model, protocol=calls, backend=name, numerics="exact")
    except MissingDependency as error:
        pytest.skip(str(error))
    assert (found.right, found.wrong) == (wanted.right, 0)
    assert_same(found.spikes, wanted.spikes)
    assert found.stored_weights.keys() == wanted.stored_weights.keys()
    for projection, stored in wanted.stored_weights.items():
        assert found.stored_weights[projection].weight == pytest.approx(stored.weight, abs=1e-6)


def assert_conventions_are_open(model: Memory, calls: list[Call], own: dict[str, Any]) -> None:
    """The same spikes and, to 1e-6, weights, whatever a target's own conventions are."""
    wanted = spikemem.run(model, protocol=calls)
    network = Conventions(replace(backend("numba").abilities, conventions=own))(model.network())
    stimulus = {name: found for name, found in wanted.spikes.items() if name.startswith("in_")}
    found = spikemem.run(network, stimulus=stimulus, duration_ms=wanted.duration_ms, numerics="spinnaker")
    assert_same(found.spikes, wanted.spikes)
    for projection, stored in wanted.stored_weights.items():
        assert found.stored_weights[projection].weight == pytest.approx(stored.weight, abs=1e-6)


def placed_on_a_board(model: Memory, calls: list[Call]) -> dict[str, Any]:
    """Return the placement on a virtual board of 48 chips, with weights on the scales that sPyNNaker chooses."""
    try:
        target = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    from spikemem.backends.pynn.spinnaker import SpinnakerProgram

    lowered = lower(model.network(), target.abilities, "spinnaker", 1)
    program = target.compile(lowered, RunOptions(hardware=find_hardware("virtual5")))
    assert isinstance(program, SpinnakerProgram)
    stimulate(program, plan_protocol(model, calls, 1.0), {})
    program.rehearse(100)
    return {**program.placement, "load": {"cores": []}}


def assert_a_board_holds_it_exactly(model: Memory, calls: list[Call], cores: int) -> None:
    """Every weight as it is, and nothing to complain of."""
    placed = placed_on_a_board(model, calls)
    assert (placed["machine"]["chips"], placed["cores_used"]) == (48, cores)
    assert problems(placed) == []
    for row in placed["weights"]:
        assert row["largest_error"] < 1e-9
        assert row["saturating"] == 0
