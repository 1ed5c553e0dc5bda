"""A lowered network to stages, headers and memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spikemem.backend import RunOptions
from spikemem.backends.numba_cpu.kernel import RECORD_ROOM, WAKE, Memory, address
from spikemem.backends.numba_cpu.layout import STATE, Layout
from spikemem.backends.numba_cpu.stage import CELL_RULES, SYNAPSE_RULES, Build, Stage
from spikemem.ir.lowered import LoweredNetwork
from spikemem.requests import recorded

_CONSTANTS = ("const_real", "const_whole", "const_index", "const_weight32", "const_weight64")


@dataclass(frozen=True, eq=False)
class Image:
    """A network as the driver takes it; ``bucket_names`` are the stage names of each projection's buckets."""

    network: LoweredNetwork
    layout: Layout
    stages: tuple[Stage, ...]
    addresses: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    headers: npt.NDArray[np.int64]
    first_neuron: dict[str, int]
    bucket_names: dict[str, tuple[str, ...]]
    neurons: int

    def memory(self, shared: Memory | None = None) -> Memory:
        """Return new memory in the initial state; its constants are those of ``shared`` if given."""
        kinds = (*STATE, *(() if shared is not None else _CONSTANTS))
        made = self.layout.arrays(kinds)
        if shared is not None:
            made |= {kind: getattr(shared, kind) for kind in _CONSTANTS}
        room = max(1 << 16, 2 * self.neurons)
        control = np.zeros(WAKE + 2 * len(self.stages), dtype=np.int64)
        control[RECORD_ROOM] = room
        return Memory(
            **made,
            control=control,
            record_step=np.empty(room, dtype=np.int64),
            record_neuron=np.empty(room, dtype=np.int32),
            feed_step=np.zeros(1, dtype=np.int64),
            feed_neuron=np.zeros(1, dtype=np.int32),
        )

    def relaid(self, layout: Layout) -> Image:
        """Return the image with its arrays at other places."""
        return _image(self.network, layout, self.stages, self.first_neuron, self.bucket_names, self.neurons)


def lower(network: LoweredNetwork, options: RunOptions) -> Image:
    """Return the image of ``network``; raise :class:`InvalidInput` if a population to be recorded does not exist."""
    build = Build(
        network,
        Layout(),
        options.weight_precision == "float32",
        recorded(network, options.record),
    )
    neurons = 0
    for index, population in enumerate(network.populations):
        build.stage_of[population.name] = index
        build.first_neuron[population.name] = neurons
        neurons += population.size
    stages = [CELL_RULES[type(p.cell)](p, build) for p in network.populations]
    bucket_names = {}
    for projection in network.projections:
        several = len(projection.buckets) > 1
        made = [
            SYNAPSE_RULES[type(projection.synapse)](
                projection, bucket, f"projection/{projection.name}" + (f"@{bucket.delay}" if several else ""), build
            )
            for bucket in projection.buckets
        ]
        bucket_names[projection.name] = tuple(stage.name for stage in made)
        stages += made
    return _image(network, build.layout, tuple(stages), build.first_neuron, bucket_names, neurons)


def _image(
    network: LoweredNetwork,
    layout: Layout,
    stages: tuple[Stage, ...],
    first_neuron: dict[str, int],
    bucket_names: dict[str, tuple[str, ...]],
    neurons: int,
) -> Image:
    numbers = [stage.numbers(layout) for stage in stages]
    return Image(
        network,
        layout,
        stages,
        addresses=np.array([address(stage.kernel) for stage in stages], dtype=np.int64),
        starts=np.cumsum([0, *(len(n) for n in numbers)], dtype=np.int64),
        headers=np.array([x for n in numbers for x in n], dtype=np.int64),
        first_neuron=first_neuron,
        bucket_names=bucket_names,
        neurons=neurons,
    )
