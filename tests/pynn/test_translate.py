"""The translation table goes both ways, and PyNN has what it names."""

import numpy as np
import pytest

from spikemem.backend import StepEvents
from spikemem.backends.pynn.build import build
from spikemem.backends.pynn.describe import describe, synapses
from spikemem.backends.pynn.spinnaker import ABILITIES, DIALECT
from spikemem.backends.pynn.translate import CELLS, from_pynn, from_pynn_weight, to_pynn, to_pynn_weight
from spikemem.errors import InvalidInput
from spikemem.ir import IF_cond_exp, IF_curr_delta, IF_curr_exp
from spikemem.ir.cell import Cell, Receptor
from spikemem.models import CA3CAM
from spikemem.passes import lower
from spikemem.sources import NO_EVENTS

CHANGED: tuple[Cell, ...] = (
    IF_curr_exp(cm=0.27, tau_m=3.0, tau_syn_E=0.3, tau_syn_I=0.7, tau_refrac=2.0, v_rest=-60.0, v_reset=-61.0, v_thresh=-57.0),
    IF_curr_delta(cm=0.5, tau_m=7.0, tau_refrac=1.0, v_rest=-64.0, v_reset=-66.0, v_thresh=-51.0),
    IF_cond_exp(cm=0.3, tau_m=9.0, tau_syn_E=2.0, tau_syn_I=4.0, e_rev_E=-1.0, e_rev_I=-75.0),
)  # fmt: skip


@pytest.mark.parametrize("cell", CHANGED, ids=lambda cell: type(cell).__name__)
def test_a_cell_comes_back_as_it_was(cell: Cell) -> None:
    assert from_pynn(*to_pynn(cell, 0.0)) == cell


@pytest.mark.parametrize("cell", CHANGED, ids=lambda cell: type(cell).__name__)
def test_pynn_has_every_parameter(cell: Cell) -> None:
    pytest.importorskip("pyNN")
    import pyNN.mock as sim

    name, parameters = to_pynn(cell, 0.25)
    if not hasattr(sim, name):
        pytest.skip(f"PyNN's mock has no {name}")
    made = getattr(sim, name)(**parameters)
    assert set(parameters) <= set(made.default_parameters)
    assert parameters["i_offset"] == 0.25


@pytest.mark.parametrize("receptor", ["excitatory", "inhibitory"])
@pytest.mark.parametrize("cell", CHANGED, ids=lambda cell: type(cell).__name__)
def test_weights_come_back_and_have_pynns_sign(cell: Cell, receptor: Receptor) -> None:
    weights = np.array([0.0, 0.5, 3.0])
    theirs = to_pynn_weight(cell, receptor, weights)
    assert np.array_equal(from_pynn_weight(cell, receptor, theirs), weights)
    negative = receptor == "inhibitory" and not isinstance(cell, IF_cond_exp)
    assert (theirs[1:] < 0).all() == negative


def test_an_unknown_cell_is_told() -> None:
    with pytest.raises(InvalidInput, match="PyNN cell 'IF_curr_ex' is unknown; did you mean 'IF_curr_exp'"):
        from_pynn("IF_curr_ex", {})
    assert {row.pynn for row in CELLS.values()} >= {"IF_curr_exp", "SpikeSourceArray"}


def test_the_published_memory_is_made_with_the_mock() -> None:
    """What PyNN makes of a description, without NEST or sPyNNaker."""
    pytest.importorskip("pyNN")
    import pyNN.mock as sim

    network = lower(CA3CAM().network(), ABILITIES, "spinnaker", 1)
    none: dict[str, StepEvents] = dict.fromkeys(("in_cue", "in_content"), NO_EVENTS)
    sim.setup(timestep=1.0, min_delay=1.0)
    built = build(sim, describe(network, synapses(network), DIALECT, none), silent=False)
    assert {name: made.size for name, made in built.populations.items()} == {
        p.name: p.size for p in network.populations
    }
    assert sum(len(made) for made in built.projections.values()) == 3 * 50 + 2 * 20 + 3 * 5 + 6 * 10 + 30
    plastic = built.projections["content_from_content->cue_from_content@1"].synapse_type
    assert plastic.weight_dependence.parameter_space["w_max"].base_value == 6.0
    assert (
        plastic.timing_dependence.parameter_space["A_plus"].base_value == 6.0
    )  # a weight: sPyNNaker 7 does not scale it
