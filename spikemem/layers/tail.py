"""How optimisers serve rare items: gradient descent, its sign, and Muon, on one matrix of associations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from spikemem.checks import whole_number
from spikemem.errors import InvalidInput, choices, shown
from spikemem.layers.codes import NON_NEGATIVE
from spikemem.layers.cost import Array
from spikemem.layers.softmax import softmax


def _orthogonal(G: Array) -> Array:
    """Return U V^T of G = U S V^T: every direction of the gradient, all equally long."""
    U, _, V = np.linalg.svd(G)
    made: Array = U @ V
    return made


OPTIMISERS: Mapping[str, Callable[[Array], Array]] = {
    "gradient": lambda G: G,
    "sign": np.sign,
    "muon": _orthogonal,
}
"""The direction of a step, from the gradient."""


def learned(keys: Array, values: Array, odds: Any, optimiser: str, step: float, steps: int = 10) -> Array:
    r"""Return the probability with which each of K items is answered after ``steps`` steps.

    .. math:: W \leftarrow W - \eta\, d(G), \qquad G = \nabla_W \sum_j p_j \bigl(-\log \mathrm{softmax}(V W k_j)_j\bigr)

    The rows of ``keys`` and ``values`` are the items', ``odds`` :math:`p_j` says how often each occurs, ``step`` is eta; d
    is G for ``gradient``, sign(G) for ``sign`` (Adam without its averages) and U V^T for ``muon`` (Wang et al. 2025,
    arXiv:2509.26030). None is a local rule: a reference.

    >>> learned(np.eye(2), np.eye(2), [0.9, 0.1], "muon", 1.0).round(2)
    array([1., 1.])
    """
    if optimiser not in OPTIMISERS:
        raise InvalidInput(f"learned: optimiser {optimiser!r} is unknown; {choices(optimiser, OPTIMISERS)}")
    if np.ndim(keys) != 2 or np.ndim(values) != 2 or len(keys) != len(values):
        raise InvalidInput(f"learned: keys and values must be tables of one row an item, got {shown(np.shape(keys))}")
    p = NON_NEGATIVE.check("learned: odds", odds, len(keys), "items")
    direction, W = OPTIMISERS[optimiser], np.zeros((values.shape[1], keys.shape[1]))
    for _ in range(whole_number("learned: steps", steps)):
        surprise = answers(W, keys, values) - np.eye(len(keys))
        W = W - step * direction(values.T @ (surprise * p).T @ keys)
    found: Array = np.diagonal(answers(W, keys, values)).copy()
    return found


def answers(W: Array, keys: Array, values: Array) -> Array:
    """Return softmax(V W k_j), one row an item j."""
    return np.array([softmax(values @ W @ k) for k in keys])
