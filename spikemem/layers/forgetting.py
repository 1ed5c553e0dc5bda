"""Ways to forget that several layers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from spikemem.checks import whole_number
from spikemem.errors import InvalidInput, shown
from spikemem.layers.cost import Array, Meter
from spikemem.layers.layer import MemoryLayer, fraction
from spikemem.layers.records import Mode


def precision(where: str, layer: object, amount: Any) -> int:
    """Return ``amount`` as a number of bits, 1 to 32."""
    if isinstance(amount, bool) or not isinstance(amount, int | np.integer) or not 1 <= amount <= 32:
        raise InvalidInput(f"{where} must be a whole number of bits from 1 to 32, got {shown(amount)}")
    return int(amount)


def budget(where: str, layer: object, amount: Any) -> int:
    """Return ``amount`` as a whole number >= 0."""
    return whole_number(where, amount)


def key(where: str, layer: MemoryLayer[Any], amount: Any) -> Array:
    """Return ``amount`` as a key of the layer."""
    return layer._vector(where, amount)


def quantised(values: Array, bits: int) -> Array:
    r"""Return ``values`` rounded to 2^bits - 1 levels from -max|x| to max|x|; with 1 bit to sign(x) times mean|x|.

    >>> quantised(np.array([-1.0, 0.2, 0.6]), 2)
    array([-1.,  0.,  1.])
    """
    if np.iscomplexobj(values):
        return quantised(values.real, bits) + 1j * quantised(values.imag, bits)
    if bits == 1:
        return np.sign(values) * (np.abs(values).mean() if values.size else 0.0)
    step = np.abs(values).max(initial=0.0) / (2 ** (bits - 1) - 1)
    return values if step == 0.0 else np.round(values / step) * step


def largest(values: Array, count: int) -> Array:
    """Return ``values`` with all but the ``count`` of largest magnitude at 0; of equal ones the first stay.

    >>> largest(np.array([[1.0, -3.0], [2.0, 2.0]]), 2)
    array([[ 0., -3.], [ 2., 0.]])
    """
    kept = np.zeros_like(values)
    order = np.argsort(-np.abs(values), axis=None, kind="stable")[:count]
    kept.flat[order] = values.flat[order]
    return kept


def _decay(layer: MemoryLayer[Any], lost: float) -> None:
    for array in layer._state().values():
        layer._meter.scale(array, 1.0 - lost)


def _quantise(layer: MemoryLayer[Any], bits: int) -> None:
    for array in layer._state().values():
        layer._meter.overwrite(array, quantised(array, bits))


def _prune(layer: MemoryLayer[Any], count: int) -> None:
    for array in layer._state().values():
        layer._meter.overwrite(array, largest(array, count))


def erase(meter: Meter, matrices: Iterable[Array], k: Array) -> None:
    """Make k bring up nothing from any of ``matrices``: S -= (S k) k* / k* k; what is orthogonal to k stays."""
    norm = np.vdot(k, k)
    for S in matrices if norm else ():
        meter.associate(S, -meter.project(S, k) / norm, k.conj())


def _erase(layer: MemoryLayer[Any], k: Array) -> None:
    erase(layer._meter, layer._state().values(), k)


DECAY = Mode("multiply all of the state by 1 - amount", fraction, _decay)
QUANTISE = Mode("round the state to so many bits a number", precision, _quantise)
PRUNE = Mode("keep so many weights, the largest; the others become 0", budget, _prune)
ERASE = Mode("make the key bring up nothing: S -= (S k) k* / k* k, for every matrix of the state", key, _erase)
MATRIX_MODES: Mapping[str, Mode] = {"decay": DECAY, "key": ERASE, "prune": PRUNE, "quantise": QUANTISE}
"""The ways to forget of a layer whose state is matrices of d_v x d_k that are read alone, without a normaliser."""
