"""What macs, one-shot synapses and receptive fields refuse, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.ir import (
    AllToAll,
    FadingOneShot,
    FixedProbability,
    Mac,
    Network,
    OneShot,
    OneToOne,
    Population,
    Projection,
    ReceptiveFields,
    SpikeSource,
    Static,
)
from tests.engine.support import started

MAC = Mac(modules=2, cells=3)


def network(
    *,
    cell: Mac = MAC,
    size: int = 12,
    connector: Any = None,
    weight: float = 0.0,
    receptor: Any = "up",
    synapse: Any = None,
) -> Network:
    return Network(
        "n", 1.0, (Population("x", 4, SpikeSource()), Population("mac", size, cell)),
        (Projection("U", "x", "mac", connector or AllToAll(), weight, 1.0, receptor, synapse or OneShot()),),
    )  # fmt: skip


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: Mac(modules=0, cells=3), "Mac.modules: must be >= 1, got 0"),
    (lambda: Mac(modules=2, cells=3, G_minus=1.0), "Mac.G_minus: must be < 1, got 1.0"),
    (lambda: Mac(modules=2, cells=3, gamma=0.0), "Mac.gamma: must be > 0, got 0.0"),
    (lambda: Mac(modules=2, cells=3, pi_minus=4, pi_plus=3), "Mac.pi_plus: must be >= pi_minus = 4, got 3"),
    (lambda: Mac(modules=2, cells=3, hypotheses=-1), "Mac.hypotheses: must be >= 0, got -1"),
    (lambda: Mac(modules=2, cells=3, near=1.5), "Mac.near: must be <= 1, got 1.5"),
    (lambda: OneShot(most=256), "OneShot.most: must be <= 255, got 256"),
    (
        lambda: FadingOneShot(weights=(5, 5, 0)),
        "FadingOneShot.weights: must be at least two, each less than that before it, got (5, 5, 0)",
    ),
    (
        lambda: FadingOneShot(ages=(1.0, 2.0)),
        "FadingOneShot.ages: must be 3, one less than weights, each more than that before it, got (1.0, 2.0)",
    ),
    (
        lambda: started(network(weight=1.0, synapse=FadingOneShot())),
        "projection U: FadingOneShot's weights must be 0 to begin with, got 1",
    ),
    (lambda: OneShot(freeze=1.5), "OneShot.freeze: must be <= 1, got 1.5"),
    (
        lambda: network(size=9).verify(),
        "population mac: size must be whole macs of 2 modules of 3 cells = 6, got 9",
    ),
    (
        lambda: network(cell=Mac(modules=2, cells=3, gate="y")).verify(),
        "population mac: Mac listens to 'y', which is no population declared before; valid: x",
    ),
    (
        lambda: network(cell=Mac(modules=2, cells=3, free="mac")).verify(),
        "population mac: Mac listens to 'mac', which is no population declared before; valid: x",
    ),
    (
        lambda: network(synapse=Static()).verify(),
        "projection U: the receptor of Static synapses must not be up or horizontal or down, got up",
    ),
    (
        lambda: network(receptor="excitatory").verify(),
        "projection U: the receptor of OneShot synapses must be up or horizontal or down, got excitatory",
    ),
    (
        lambda: network(receptor="inhibitory", synapse=Static()).verify(),
        "projection U: mac is a Mac and takes no inhibitory synapses; valid: excitatory, up, horizontal, down",
    ),
    (
        lambda: started(network(weight=0.5)),
        "projection U: OneShot's weights must be whole numbers 0..1 (most=1), got 0.5",
    ),
    (
        lambda: started(network(weight=3.0, synapse=OneShot(most=2))),
        "projection U: OneShot's weights must be whole numbers 0..2 (most=2), got 3",
    ),
    (
        lambda: started(network(size=6, connector=FixedProbability(0.5))),
        "projection U: the cells of a module must have the same inputs, each once; module 0 has others",
    ),
    (
        lambda: started(network(connector=AllToAll(allow_self_connections=False))),
        "projection U: the cells of a module must have the same inputs; self-connections may not be left out",
    ),
    (
        lambda: started(network(connector=ReceptiveFields(((0, 1),), 6))),
        "projection U: ReceptiveFields: there must be a field for each of 12 neurons in groups of 6, got 1",
    ),
    (
        lambda: started(network(connector=ReceptiveFields(((0, 1), (4,)), 6))),
        "projection U: ReceptiveFields.fields[1]: 4 is out of range 0..3",
    ),
    (
        lambda: started(network(connector=ReceptiveFields(((0, 0), (1,)), 6))),
        "projection U: ReceptiveFields.fields[0]: an input is given twice",
    ),
]


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_value_is_refused_in_one_sentence(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        make()
    assert str(raised.value) == message


def test_one_shot_synapses_go_to_macs_only() -> None:
    from spikemem.ir import IF_curr_delta

    wrong = Network(
        "n", 1.0, (Population("x", 4, SpikeSource()), Population("y", 4, IF_curr_delta())),
        (Projection("U", "x", "y", OneToOne(), 0.0, 1.0, "excitatory", OneShot()),),
    )  # fmt: skip
    with pytest.raises(
        InvalidInput, match=r"^projection U: the receptor of OneShot synapses must be up or horizontal or down"
    ):
        wrong.verify()


def test_receptive_fields_leave_out_what_is_within_a_module() -> None:
    pairs = ReceptiveFields(((0, 1, 2, 3),), 4, apart=2).pairs(np.random.default_rng(1), 4, 4)
    assert list(zip(*(side.tolist() for side in pairs), strict=True)) == [
        (0, 2), (0, 3), (1, 2), (1, 3), (2, 0), (2, 1), (3, 0), (3, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("form", "wanted"), [
    ("A", (0.125, 0.134, 0.954, 0.984, 0.989, 0.991)), ("B", (0.125, 0.244, 0.375, 0.467, 0.499, 0.514)),
])  # fmt: skip
def test_the_chance_of_a_stored_cell_is_the_closed_form(form: Any, wanted: tuple[float, ...]) -> None:
    """One input stored, a probe that shares f of it: V = G = f for the stored cells, V = 0 for the 7 others."""
    mac = Mac(modules=1, cells=8, form=form)
    found = []
    for f in (0.1, 0.25, 0.5, 0.75, 0.9, 1.0):
        stored, other = mac.psi(f, f), mac.psi(0.0, f)
        found.append(stored / (stored + 7 * other))
    assert found == pytest.approx(wanted, abs=5e-4)
