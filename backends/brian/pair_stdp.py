"""Rule of PairSTDP: the form that fits its update convention."""

from __future__ import annotations

from types import ModuleType

from spikemem.backends.brian import deferred_stdp, folded_stdp, online_stdp
from spikemem.backends.brian.build import SYNAPSE_RULES, Build, Held, SynapseRule
from spikemem.ir.lowered import LoweredProjection
from spikemem.ir.pair_stdp import PairSTDP


def _extend(projection: LoweredProjection, build: Build) -> None:
    """Add the history of a limited one, and delay lines, to the target."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    limited = rule.update == "deferred" and rule.history is not None
    (deferred_stdp.extend if limited else folded_stdp.extend)(projection, build)


def _lower(projection: LoweredProjection, build: Build) -> tuple[Held, ...]:
    """Make the synapses, one set a delay."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    form: ModuleType = online_stdp
    if rule.update == "deferred":
        form = folded_stdp if rule.history is None else deferred_stdp
    return tuple(form.lower(projection, bucket, build) for bucket in projection.buckets)


SYNAPSE_RULES[PairSTDP] = SynapseRule(_extend, _lower)
