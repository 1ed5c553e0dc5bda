"""Entrants whose state is a matrix, or several."""

from __future__ import annotations

from typing import Any

from spikemem.experiments.memories.codes import Pairs, Phases, Spread
from spikemem.experiments.memories.entrants import Choice, Entrant, Fitted, Order
from spikemem.layers import (
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    Holographic,
    HolographicParameters,
    MemoryCaching,
    MemoryCachingParameters,
    MemoryLayer,
    MixtureOfMemories,
    MixtureOfMemoriesParameters,
    PhaseAssociative,
    PhaseAssociativeParameters,
    Ridge,
    RidgeParameters,
    Titans,
    TitansParameters,
)

BLOCKS = 4
"""Matrices among which mixture and caching divide the budget."""
SUMS, ERRORS = "sums", "error-driven"


def _pairs(layer: MemoryLayer[Any], order: Order) -> Fitted:
    return Fitted(layer, Pairs(layer.parameters.d_k, order.d))


def _hebbian(order: Order, choice: Choice) -> Fitted:
    return _pairs(HebbianLinear(HebbianLinearParameters(d_k=order.d, d_v=order.d, **choice), order.seed), order)


def _delta(order: Order, choice: Choice) -> Fitted:
    return _pairs(GatedDelta(GatedDeltaParameters(d_k=order.d, d_v=order.d, **choice), order.seed), order)


def _titans(order: Order, choice: Choice) -> Fitted:
    return _pairs(Titans(TitansParameters(d_k=order.d // 2, d_v=order.d, **choice), order.seed), order)


def _ridge(order: Order, choice: Choice) -> Fitted:
    width = int((order.d**2 + 4 * order.numbers) ** 0.5 - order.d) // 2  # width (width + d) numbers
    return _pairs(Ridge(RidgeParameters(d_k=width, d_v=order.d, **choice), order.seed), order)


def _phase(order: Order, choice: Choice) -> Fitted:
    layer = PhaseAssociative(PhaseAssociativeParameters(d_k=order.d, d_v=order.d // 2), order.seed)
    return Fitted(layer, Phases(2 * order.d, order.d))


def _holographic(order: Order, choice: Choice) -> Fitted:
    size = order.numbers
    return Fitted(Holographic(HolographicParameters(d_k=size, d_v=size), order.seed), Spread(size, order.d))


def _mixture(order: Order, choice: Choice) -> Fitted:
    width = order.numbers // (BLOCKS * (order.d + 1))
    parameters = MixtureOfMemoriesParameters(d_k=width, d_v=order.d, blocks=BLOCKS, active=int(choice["active"]))
    return _pairs(MixtureOfMemories(parameters, order.seed), order)


def _caching(order: Order, choice: Choice) -> Fitted:
    width, segment = order.numbers // (BLOCKS * (order.d + 1)), -(-order.count // BLOCKS)
    parameters = MemoryCachingParameters(d_k=width, d_v=order.d, segment=segment, **choice)
    return _pairs(MemoryCaching(parameters, order.seed), order)


ONE, TWO = "one matrix of reals", "two matrices of reals"
LINEAR = (
    Entrant("Hebbian", SUMS, _hebbian, ONE),
    Entrant("Hebbian, decay", SUMS, _hebbian, ONE, grid={"decay": (0.999, 0.99, 0.97)}),
    Entrant("mixture", SUMS, _mixture, f"{BLOCKS} matrices of reals, the router", grid={"active": (1.0, 2.0)}),
    Entrant(
        "caching", SUMS, _caching, f"{BLOCKS} matrices of reals, the segments' mean keys", grid={"beta": (0.0, 4.0)},
        planned=True,
    ),
    Entrant("phase", SUMS, _phase, "one complex matrix"),
    Entrant("holographic", SUMS, _holographic, "one vector of reals"),
    Entrant("delta", ERRORS, _delta, ONE, grid={"beta": (1.0, 0.5, 0.25)}),
    Entrant("gated delta", ERRORS, _delta, ONE, grid={"alpha": (0.999, 0.99), "beta": (1.0, 0.5)}),
    Entrant(
        "Titans", ERRORS, _titans, f"{TWO}: map and momentum",
        grid={"theta": (1.0, 0.5, 0.25), "eta": (0.0, 0.5), "alpha": (0.0, 0.01)},
    ),
    Entrant("ridge", ERRORS, _ridge, f"{TWO}: of pairs and of keys", tier="iterative", grid={"penalty": (0.001, 0.1, 1.0)}),
)  # fmt: skip
