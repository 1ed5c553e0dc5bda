"""Personalised PageRank: activation that spreads over a graph and returns to where it came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.errors import InvalidInput, shown
from spikemem.layers.codes import NON_NEGATIVE
from spikemem.layers.cost import Array
from spikemem.layers.layer import fraction


def transition(weights: Any, damping: Any = None) -> Array:
    r"""Return the probabilities of steps over edges of ``weights`` (from row to column), hubs damped.

    .. math:: P_{ij} = w_{ij} h_j / \sum_l w_{il} h_l

    with h the ``damping`` of a step *into* each node, 1 by default. Were the edges that leave a hub scaled instead, the
    normalisation of its row would cancel the factor. A node without edges keeps what reaches it.

    >>> transition([[0, 1, 1], [1, 0, 0], [1, 0, 0]], damping=[1, 1, 0.5])[0].round(3)
    array([0.   , 0.667, 0.333])
    """
    edges = np.asarray(weights, dtype=np.float64)
    if edges.ndim != 2 or edges.shape[0] != edges.shape[1] or not (np.isfinite(edges) & (edges >= 0.0)).all():
        raise InvalidInput(f"transition: weights must be a square table of numbers >= 0, got {shown(weights)}")
    n = len(edges)
    into = np.ones(n) if damping is None else NON_NEGATIVE.check("transition: damping", damping, n, "nodes")
    steps = edges * into
    total = steps.sum(axis=1, keepdims=True)
    made: Array = np.where(total > 0.0, steps / np.where(total > 0.0, total, 1.0), np.eye(n))
    return made


def personalised_page_rank(P: Array, seeds: Any, alpha: float = 0.85) -> Array:
    r"""Return the activation r of each node, started and fed at the ``seeds`` v.

    .. math:: r = (1 - \alpha) v + \alpha P^T r

    v is normalised to a sum of 1. As spikes: walkers that start at v, step by P, and die with probability 1 - alpha; r is where
    they are, on the whole (Page et al. 1999; as a memory: GAAMA 2026, with alpha = 0.85).

    >>> personalised_page_rank(transition([[0, 1], [1, 0]]), [1, 0]).round(3)
    array([0.541, 0.459])
    """
    v = NON_NEGATIVE.check("personalised_page_rank: seeds", seeds, len(P), "nodes")
    a = fraction("personalised_page_rank: alpha", None, alpha)
    if not v.any() or a == 1.0:
        raise InvalidInput("personalised_page_rank: needs a seed > 0 and alpha < 1, else there is no single answer")
    r: Array = np.linalg.solve(np.eye(len(P)) - a * P.T, (1.0 - a) * v / v.sum())
    return r
