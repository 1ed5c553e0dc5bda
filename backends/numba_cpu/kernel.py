"""How a compiled kernel looks from outside, and how one calls another by address.

Every primitive has one kernel of one signature: ``kernel(t, header, memory) -> the next step in which it must run``.
The header holds the kernel's own numbers (sizes, and offsets into the memory's arrays). The driver, compiled once and
for all networks, calls kernels by address: a new primitive needs a new kernel, and no change of the driver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]
from numba import int64, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from spikemem.backends.numba_cpu.kernel_cache import cached

NEVER = 1 << 62
"""The step that never comes: what a kernel returns that has nothing more to do unless something arrives."""
LONG_AGO = -(1 << 62)
"""The step of an event that has not happened."""


class Memory(NamedTuple):
    """All numbers of a program. Trials of a batch share the constants and own the rest."""

    real: npt.NDArray[np.float64]
    whole: npt.NDArray[np.int64]
    weight32: npt.NDArray[np.float32]
    weight64: npt.NDArray[np.float64]
    byte: npt.NDArray[np.uint8]
    whole32: npt.NDArray[np.int32]
    const_real: npt.NDArray[np.float64]
    const_whole: npt.NDArray[np.int64]
    const_index: npt.NDArray[np.int32]
    const_weight32: npt.NDArray[np.float32]
    const_weight64: npt.NDArray[np.float64]
    control: npt.NDArray[np.int64]
    record_step: npt.NDArray[np.int64]
    record_neuron: npt.NDArray[np.int32]
    feed_step: npt.NDArray[np.int64]
    feed_neuron: npt.NDArray[np.int32]


# Layout of Memory.control. From WAKE on, for each stage: the next step in which it must run, and the latest step for which
# something has been sent to it.
RECORDED, RECORD_ROOM, GROW, SPIKES, EVENTS, UPDATES, WAKE = range(7)

_real, _whole, _index, _single = types.float64[::1], types.int64[::1], types.int32[::1], types.float32[::1]
_byte = types.uint8[::1]
MEMORY = types.NamedTuple(
    (
        _real,
        _whole,
        _single,
        _real,
        _byte,
        _index,
        _real,
        _whole,
        _index,
        _single,
        _real,
        _whole,
        _whole,
        _index,
        _whole,
        _index,
    ),
    Memory,
)
SIGNATURE = int64(int64, _whole, MEMORY)
Kernel = Callable[[int, npt.NDArray[np.int64], Memory], int]


def kernel(function: Callable[..., int]) -> Any:
    """Make ``function`` a kernel, compiled when first lowered; cached on disk, without the interpreter lock."""
    return cached(njit(nogil=True, error_model="numpy")(function))


def part(function: Callable[..., Any]) -> Any:
    """Make ``function`` a part of the kernels that call it."""
    return njit(nogil=True, error_model="numpy")(function)


@part
def wake_for(m: Any, stage: Any, step: Any) -> Any:
    """Have a stage run in ``step``, since something is sent to it that acts then."""
    wake = WAKE + 2 * stage
    m.control[wake] = min(m.control[wake], step)
    m.control[wake + 1] = max(m.control[wake + 1], step)
    return 0


def address(compiled: Any) -> int:
    """Return the machine address of a kernel, compiling it if need be."""
    compiled.compile(SIGNATURE)
    overload = compiled.overloads[SIGNATURE.args]
    return int(overload.library.get_pointer_to_function(overload.fndesc.llvm_func_name))


@intrinsic
def call_kernel(typing_context: Any, where: Any, t: Any, header: Any, memory: Any) -> Any:
    """Call the kernel at address ``where`` (for compiled code only)."""
    signature = types.int64(types.int64, t, header, memory)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        argument_types = signature.args[1:]
        function_type = context.call_conv.get_function_type(types.int64, argument_types)
        pointer = builder.inttoptr(arguments[0], function_type.as_pointer())
        _, result = context.call_conv.call_function(builder, pointer, types.int64, argument_types, arguments[1:])
        return result

    return signature, generate


@intrinsic
def _unowned(typing_context: Any, array: Any) -> Any:
    """Return a view of ``array`` that holds no reference: slices of it cost no atomic counting (for compiled code only)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(array)(context, builder, arguments[0])
        view.meminfo = context.get_constant_null(types.MemInfoPointer(types.voidptr))
        view.parent = context.get_constant_null(types.pyobject)
        return view._getvalue()

    return array(array), generate


@intrinsic
def _prefetch(typing_context: Any, array: Any, place: Any) -> Any:
    """Ask for the cache line of ``array[place]``; any place is allowed (for compiled code only)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(array)(context, builder, arguments[0])
        byte, int32 = ir.IntType(8).as_pointer(), ir.IntType(32)
        where = builder.bitcast(builder.gep(view.data, [arguments[1]]), byte)
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, int32, int32, int32]), "llvm.prefetch.p0"
        )
        builder.call(function, [where, int32(0), int32(3), int32(1)])
        return context.get_dummy_value()

    return types.none(array, types.int64), generate


# An intrinsic is called without the context that it is declared with.
unowned = cast(Callable[..., Any], _unowned)
prefetch = cast(Callable[..., Any], _prefetch)
