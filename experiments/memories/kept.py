"""Entrants that keep items one by one, and the binary matrix."""

from __future__ import annotations

from functools import partial

from spikemem.experiments.memories.codes import Blocks, Pairs, Patterns
from spikemem.experiments.memories.entrants import Choice, Entrant, Fitted, Order
from spikemem.layers import (
    DenseHebbian,
    DenseHebbianParameters,
    ModernHopfield,
    ModernHopfieldParameters,
    NoveltyGated,
    NoveltyGatedParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
    SparsePointer,
    SparsePointerParameters,
    Willshaw,
    WillshawParameters,
)

SLOTS, BINARY = "slots", "binary and spiking"
VALUE_SIGNS = 8
"""Signs of a value that are one block of 256 cells in the Willshaw memory."""


def _softmax(order: Order, choice: Choice) -> Fitted:
    width = int(order.d * choice["keys"])
    parameters = SoftmaxAttentionParameters(d_k=width, d_v=order.d, beta=choice["beta"])
    return Fitted(
        SoftmaxAttention(parameters, order.seed), Pairs(width, order.d), slots=order.numbers // (width + order.d)
    )


def _patterns(order: Order, choice: Choice) -> tuple[int, Patterns, int]:
    """Return the length of a pattern, its code, and the slots for patterns of signs."""
    code = Patterns(int(order.d * choice["keys"]), order.d)
    size = code.length + code.d
    return size, code, order.bits // size


def _dense(bodies: int, order: Order, choice: Choice) -> Fitted:
    size, code, slots = _patterns(order, choice)
    layer = DenseHebbian(DenseHebbianParameters(N=size, P=bodies, max_steps=10), order.seed)
    return Fitted(layer, code, slots, number_bits=1)


def _modern(order: Order, choice: Choice) -> Fitted:
    size, code, slots = _patterns(order, choice)
    layer = ModernHopfield(ModernHopfieldParameters(N=size, beta=choice["beta"], max_steps=10), order.seed)
    return Fitted(layer, code, slots, number_bits=1)


def _halves(order: Order) -> tuple[int, int]:
    """Return the key's length of a matrix of half the budget, and the slots that the other half has room for."""
    return order.d // 2, (order.numbers // 2) // (order.d // 2 + order.d)


def _novelty(order: Order, choice: Choice) -> Fitted:
    width, slots = _halves(order)
    parameters = NoveltyGatedParameters(d_k=width, d_v=order.d, slots=slots, **choice)
    return Fitted(NoveltyGated(parameters, order.seed), Pairs(width, order.d))


def _pointer(order: Order, choice: Choice) -> Fitted:
    width, slots = _halves(order)
    parameters = SparsePointerParameters(d_k=width, d_v=order.d, slots=slots, **choice)
    return Fitted(SparsePointer(parameters, order.seed), Pairs(width, order.d))


def _willshaw(order: Order, choice: Choice) -> Fitted:
    signs, outputs = int(choice["key signs"]), order.d // VALUE_SIGNS * 2**VALUE_SIGNS
    blocks = order.bits // outputs // 2**signs
    code = Blocks(blocks * signs, order.d, signs, VALUE_SIGNS)
    parameters = WillshawParameters(d_k=blocks * 2**signs, d_v=outputs, theta=choice["theta"])
    return Fitted(Willshaw(parameters, order.seed), code)


REAL_SLOTS, SIGNED_SLOTS = "slots of key and value, in reals", "slots of key and value, in signs"
HALVES = "a matrix of reals and slots of reals, half each"
KEPT = (
    Entrant("softmax attention", SLOTS, _softmax, REAL_SLOTS, grid={"keys": (0.25, 1.0), "beta": (8.0, 32.0)}),
    Entrant("modern Hopfield", SLOTS, _modern, SIGNED_SLOTS, "iterative", grid={"keys": (1.0, 4.0), "beta": (32.0, 128.0)}),
    Entrant("Hopfield, P = 2", SLOTS, partial(_dense, 2), SIGNED_SLOTS, "iterative", grid={"keys": (1.0, 4.0)}),
    Entrant("dense, P = 3", SLOTS, partial(_dense, 3), SIGNED_SLOTS, "iterative", grid={"keys": (1.0, 4.0)}),
    Entrant("novelty gate", SLOTS, _novelty, HALVES, grid={"match": (0.99, 0.5, 0.3), "decay": (1.0, 0.98)}),
    Entrant("pointer", SLOTS, _pointer, HALVES, grid={"weight": (1.0, 4.0), "beta": (8.0, 32.0)}),
    Entrant(
        "Willshaw", BINARY, _willshaw, "one matrix of binary synapses",
        grid={"key signs": (3.0, 4.0), "theta": (1.0, 0.8, 0.6)},
    ),
)  # fmt: skip
