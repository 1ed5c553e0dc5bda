"""Rule of PairSTDP: the kernel that fits its update convention."""

from __future__ import annotations

from spikemem.backends.numba_cpu.deferred_stdp import lower_deferred
from spikemem.backends.numba_cpu.online_stdp import lower_online
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_synapse
from spikemem.ir.lowered import Bucket, LoweredProjection
from spikemem.ir.pair_stdp import PairSTDP


@lowers_synapse(PairSTDP, listens_to_post=True)
def lower(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage."""
    assert isinstance(projection.synapse, PairSTDP)
    make = lower_deferred if projection.synapse.update == "deferred" else lower_online
    return make(projection, bucket, name, build)
