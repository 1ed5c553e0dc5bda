"""What a network may say of dendrites."""

import pytest

from spikemem.errors import NetworkError
from spikemem.ir import AllToAll, Branch, IF_curr_delta, Network, PairSTDP, Population, Projection, Segment, SpikeSource


def test_a_weight_that_counts_one_cannot_learn() -> None:
    populations = (
        Population("in", 2, SpikeSource()),
        Population("soma", 1, IF_curr_delta()),
        Population("branch", 1, Segment(theta=2), (), Branch("soma", "basal", 1)),
    )
    onto = Projection("onto", "in", "branch", AllToAll(), 1.0, 1.0, "excitatory", PairSTDP(w_max=2.0))
    sentence = "projection onto: each synapse onto branch counts one, PairSTDP has no weight to change"
    with pytest.raises(
        NetworkError, match=f"^{sentence}; valid: Static, or HebbianPermanence on dendrites that learning grows$"
    ):
        Network("learning", 1.0, populations, (onto,)).verify()
