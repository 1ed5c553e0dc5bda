"""The loop over steps: contract of the step order (deliver, integrate, fire, learn, record), quiet time skipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numba import njit

from spikemem.backends.numba_cpu.kernel import GROW, NEVER, RECORD_ROOM, RECORDED, WAKE, Memory, call_kernel, unowned
from spikemem.backends.numba_cpu.kernel_cache import cached

# An intrinsic is called without the context that it is declared with.
call = cast(Callable[..., int], call_kernel)


@cached
@njit(nogil=True, error_model="numpy")
def drive(t: Any, end: Any, neurons: Any, addresses: Any, starts: Any, headers: Any, memory: Any) -> Any:
    """Run steps t .. end-1 and return the step reached: less than ``end`` if the record is full or a stage must grow.

    Stages come in order: populations (deliver, integrate, fire, record), then projections (learn, emit). A stage runs in
    the steps that it asked for, or that a spike sent to it asked for; when no stage asks for a step, it is skipped.
    """
    headers, memory = (
        unowned(headers),
        Memory(
            unowned(memory.real),
            unowned(memory.whole),
            unowned(memory.weight32),
            unowned(memory.weight64),
            unowned(memory.byte),
            unowned(memory.whole32),
            unowned(memory.const_real),
            unowned(memory.const_whole),
            unowned(memory.const_index),
            unowned(memory.const_weight32),
            unowned(memory.const_weight64),
            unowned(memory.control),
            unowned(memory.record_step),
            unowned(memory.record_neuron),
            unowned(memory.feed_step),
            unowned(memory.feed_neuron),
        ),
    )
    control = memory.control
    stages = addresses.shape[0]
    while t < end:
        if control[RECORDED] + neurons > control[RECORD_ROOM] or control[GROW] != 0:
            return t
        soonest = NEVER
        for s in range(stages):
            wake = WAKE + 2 * s
            if control[wake] <= t:
                control[wake] = NEVER
                later = call(addresses[s], t, headers[starts[s] : starts[s + 1]], memory)
                if control[wake + 1] > t:  # something else is on its way
                    later = t + 1
                control[wake] = min(later, control[wake])
        for s in range(stages):
            soonest = min(soonest, control[WAKE + 2 * s])
        t = min(max(t + 1, soonest), end)
    return t
