"""What sPyNNaker computes otherwise than spikemem, or in a way that has not been compared, found before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from spikemem.backends.pynn.rules import other_conventions
from spikemem.ir.network import Network
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.passes.legalize import Lack

HISTORY = 15
"""Post spikes that a neuron remembers: sPyNNaker's 16 places less one that is always taken."""
CONVENTIONS = {
    "update": ("deferred", "SpiNNaker changes a weight when its pre neuron fires"),
    "history": (HISTORY, "a post neuron on SpiNNaker remembers its last 15 spikes"),
    "coincidence": ("depress", "sPyNNaker depresses by a pair with dt = 0"),
    "order": ("potentiate_first", "sPyNNaker potentiates before it depresses"),
    "pairing": ("all-to-all", "sPyNNaker's SpikePairRule pairs all spikes with all"),
    "delay": ("dendritic", "sPyNNaker takes all of a delay to be dendritic"),
    "depression_delay": ("same", "sPyNNaker delays the post spike for both updates"),
    "depress_by": ("latest", "sPyNNaker depresses by the most recent post spike"),
    "clip": ("each", "sPyNNaker clips after every change"),
    "weight_dependence": ("additive", "the other rules have not been compared with sPyNNaker's"),
}
"""Field, the value that sPyNNaker's additive SpikePairRule has, and why."""


def stdp(network: Network) -> Iterator[Lack]:
    """Yield the plasticity conventions that are not sPyNNaker's; all plastic synapses of a population obey one rule there."""
    rules: dict[str, PairSTDP] = {}
    for projection in network.projections:
        rule = projection.synapse
        if not isinstance(rule, PairSTDP):
            continue
        where = f"projection {projection.name}"
        yield from other_conventions(where, rule, CONVENTIONS)
        first = rules.setdefault(projection.post, rule)
        if first != rule:
            yield Lack(
                where, "a PairSTDP of its own", f"all plastic synapses onto {projection.post} obey one rule on SpiNNaker",
                f"the rule of the first projection onto {projection.post}",
            )  # fmt: skip
