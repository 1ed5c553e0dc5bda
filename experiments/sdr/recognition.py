"""Operations of sdr-recognition: patterns shown whole, in part, with noise and several at once, and patterns never stored."""

from __future__ import annotations

from collections.abc import Iterable

from spikemem.errors import InvalidInput
from spikemem.language import Call, Memory, call
from spikemem.models import SDRNeuron
from spikemem.rng import generator

GAP_MS = 20.0
"""Between two patterns: enough on every target."""


def operations(model: Memory) -> list[Call]:
    """Return the calls; what is expected is what holds whichever cells the segments have their synapses from."""
    if not isinstance(model, SDRNeuron):
        raise InvalidInput(f"sdr-recognition: is for SDRNeuron, got {type(model).__name__}")
    rng, calls = generator(1, "sdr-recognition"), list[Call]()

    def show(cells: Iterable[int], *segments: int) -> None:
        expect = {"segments": list(segments), "neuron": [0] if segments else []}
        calls.append(call(GAP_MS * len(calls), "recognise", expect=expect, pattern=sorted(cells)))

    used = {cell for pattern in model.patterns for cell in pattern}
    others = [cell for cell in range(model.inputs) if cell not in used]
    spare = model.synapses - model.theta
    for k, pattern in enumerate(model.patterns):
        show(pattern, k)
        kept = rng.permutation(pattern)[: len(pattern) - spare]  # at most so many of the synapses are lost
        show([int(cell) for cell in kept], k)
        show([*map(int, kept), *map(int, rng.choice(others, spare, replace=False))], k)
        show(rng.choice(others, len(pattern), replace=False).tolist())
        show([int(cell) for cell in rng.permutation(pattern)[: model.theta - 1]])
    show({*model.patterns[0], *model.patterns[-1]}, 0, len(model.patterns) - 1)
    return calls
