"""Which plastic synapses do nothing on SpiNNaker is known from sPyNNaker's own rings before anything runs."""

from pathlib import Path

import pytest

from spikemem.backend import RunOptions, backend
from spikemem.backends.pynn.silent import in_words
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.errors import MissingDependency
from spikemem.hardware import find_hardware
from spikemem.ir import AllToAll, IF_curr_exp, Network, PairSTDP, Population, Projection, SpikeSource, Static
from spikemem.passes import lower

RULE = PairSTDP(
    tau_plus=20.0, tau_minus=20.0, A_plus=0.1, A_minus=0.1, w_min=0.0, w_max=9.0, update="deferred", history=15
)
CASES = [
    # neurons, plastic delay, static delay, silent: as seen on the board in software
    (1, 1, 1, False), (1, 2, 1, True), (1, 2, 2, True), (1, 2, 3, False), (1, 3, 1, False), (1, 16, 8, True),
    (1, 16, 17, False), (1, 128, 1, True), (100, 64, 1, True), (100, 64, 70, True), (100, 128, 1, True), (100, 70, 1, False),
]  # fmt: skip
"""The last four: with 100 neurons a core holds 64 steps at most, and no longer delay helps."""


def test_the_silent_are_found_and_what_helps_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        target = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path))
    populations, projections = [Population("a", 1, SpikeSource()), Population("b", 1, SpikeSource())], []
    for k, (size, plastic, longest, _) in enumerate(CASES):
        populations.append(Population(f"x{k}", size, IF_curr_exp(tau_refrac=1.0)))
        projections += [
            Projection(f"p{k}", "a", f"x{k}", AllToAll(), 1.0, float(plastic), "excitatory", RULE),
            Projection(f"s{k}", "b", f"x{k}", AllToAll(), 1.0, float(longest), "excitatory", Static()),
        ]
    network = lower(Network("silent", 1.0, tuple(populations), tuple(projections)), target.abilities, "spinnaker", 1)
    program = target.compile(network, RunOptions(hardware=find_hardware("virtual5")))
    assert isinstance(program, SpinnakerProgram)
    program.rehearse(10)
    rows = {row["projection"]: row for row in program.placement["silent"]}
    assert list(rows) == [f"p{k}" for k, case in enumerate(CASES) if case[-1]]
    helped = {name: "give another synapse onto" in in_words(row) for name, row in rows.items()}
    assert helped == {f"p{k}": size == 1 for k, (size, *_, silent) in enumerate(CASES) if silent}
    assert "no multiple of 64 steps" in in_words(rows["p9"])
