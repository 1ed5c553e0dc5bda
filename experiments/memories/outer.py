"""Outer parameters of memories that read streams of tokens, and how their answers' loss changes with them.

A stream x_0, x_1, ... is written pair by pair: the key of x_t with the value of x_t+1. Outer parameters say how a memory
writes and reads, and hold no pair of any stream. Values are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spikemem.experiments.memories.items import Array
from spikemem.experiments.memories.mqar import Sequence as Tokens
from spikemem.rng import generator

Numbers = Mapping[str, Array]
"""Outer parameters, or a gradient. ``keys``: a row a token. ``first``, ``second``: a token's part in the gate, as the key
and as the value; ``bias``: of the gate. ``decay``: logit of alpha. ``sharpness``: log of softmax's beta. ``decoding``: log of
the factor of the logits."""
Index = npt.NDArray[np.int64]
WRITING = 0.05
"""What a write of gate 1 adds to the loss, over the writes of a stream, so that what need not be written is not."""


def drawn(seed: int, vocabulary: int, d: int) -> dict[str, Array]:
    """Return outer parameters before training: keys of random signs, gates nearly open, hardly any decay."""
    signs = np.where(generator(seed, "token keys", d).random((vocabulary, d)) < 0.5, -1.0, 1.0)
    scalars = {"bias": 2.0, "decay": 6.0, "sharpness": np.log(10.0), "decoding": np.log(0.3)}
    own = {name: np.array(value) for name, value in scalars.items()}
    return {"keys": signs / np.sqrt(d), "first": np.zeros(vocabulary), "second": np.zeros(vocabulary), **own}


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e^-x).

    >>> float(sigmoid(np.array(0.0)))
    0.5
    """
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def units(keys: Array) -> Array:
    """Return rows of length 1."""
    return np.asarray(keys / np.linalg.norm(keys, axis=1, keepdims=True))


def gates(outer: Numbers, before: Index, after: Index) -> Array:
    """Return how strongly pairs of tokens are written: sigmoid(first + second + bias)."""
    return sigmoid(outer["first"][before] + outer["second"][after] + outer["bias"])


@dataclass(frozen=True)
class Streams:
    """Streams of equal length, one a row, and all their queries: in which stream, at which place, with which answer."""

    tokens: Index
    stream: Index
    place: Index
    answers: Index

    @classmethod
    def of(cls, sequences: Sequence[Tokens]) -> Streams:
        """Return the streams of sequences."""
        stream = np.repeat(np.arange(len(sequences)), [s.queries.size for s in sequences])
        places, answers = (
            np.concatenate(rows) for rows in zip(*((s.queries, s.answers) for s in sequences), strict=True)
        )
        return cls(np.array([s.tokens for s in sequences]), stream, places, answers)


@dataclass(frozen=True)
class Written:
    """What streams write, (streams, writes, ...), and ask: keys k, values v, gates g; queries q with stream and place.

    The query at place p comes after the writes 0..p-1.
    """

    k: Array
    v: Array
    g: Array
    q: Array
    stream: Index
    place: Index


Back = Callable[[Array], tuple[Array, Array, Array, Numbers]]
"""From the gradient of answers to those of k, g and q, and of the law's own scalars."""
Law = Callable[[Written, Numbers], tuple[Array, Back]]
"""A memory's law: answers (queries, d_v), and the way back."""


def matrix(prediction: float) -> Law:
    r"""Return the law of one matrix, :math:`S \leftarrow \tilde S + g (v - c \tilde S k) k^T`, :math:`\tilde S = \alpha S`.

    c = ``prediction``: 0 linear attention with decay, 1 the gated delta rule with the gate as its beta.
    """

    def law(w: Written, outer: Numbers) -> tuple[Array, Back]:
        alpha, (rows, writes, d) = float(sigmoid(outer["decay"])), w.k.shape
        S = np.zeros((writes + 1, rows, w.v.shape[2], d))
        found, error = np.empty((2, writes, rows, w.v.shape[2]))
        for t in range(writes):
            S[t + 1] = alpha * S[t]
            found[t] = (S[t + 1] @ w.k[:, t, :, None])[..., 0] if prediction else 0.0
            error[t] = w.v[:, t] - prediction * found[t]
            S[t + 1] += (w.g[:, t, None] * error[t])[..., None] * w.k[:, t, None, :]

        def back(dy: Array) -> tuple[Array, Array, Array, Numbers]:
            asked = S[w.place, w.stream]
            dS = np.zeros_like(S)
            dS[w.place, w.stream] = dy[:, :, None] * w.q[:, None, :]  # a place is asked once
            dk, dg, G, dalpha = np.zeros_like(w.k), np.zeros_like(w.g), np.zeros_like(S[0]), 0.0
            for t in reversed(range(writes)):
                G += dS[t + 1]
                k, g = w.k[:, t], w.g[:, t, None]
                along = (G @ k[..., None])[..., 0]
                dg[:, t] = (along * error[t]).sum(axis=1)
                dk[:, t] = ((g * error[t])[:, None, :] @ G)[:, 0]
                if prediction:
                    down = -prediction * g * along
                    dk[:, t] += alpha * (down[:, None, :] @ S[t])[:, 0]
                    G = G + down[..., None] * k[:, None, :]
                dalpha += float((G * S[t]).sum())
                G = alpha * G
            dq = (dy[:, None, :] @ asked)[:, 0]
            return dk, dg, dq, {"decay": np.array(dalpha * alpha * (1.0 - alpha))}

        return (S[w.place, w.stream] @ w.q[..., None])[..., 0], back

    return law


def slots(w: Written, outer: Numbers) -> tuple[Array, Back]:
    r"""Return answers of slots, softmax attention over all that was written, and the way back.

    .. math::
        \hat v = \sum_t a_t v_t, \qquad a_t = \frac{g_t e^{\beta (k_t q - 1)}}{1 + \sum_u g_u e^{\beta (k_u q - 1)}}

    The 1 is a slot without a value, which a match must outweigh: else gates would only count beside each other.
    """
    beta, k, v, g = float(np.exp(outer["sharpness"])), w.k[w.stream], w.v[w.stream], w.g[w.stream]
    overlap = (k @ w.q[..., None])[..., 0]
    past = np.arange(w.k.shape[1]) < w.place[:, None]
    grown = np.where(past, g * np.exp(beta * (overlap - 1.0)), 0.0)
    a = grown / (1.0 + grown.sum(axis=1, keepdims=True))

    def back(dy: Array) -> tuple[Array, Array, Array, Numbers]:
        da = (v @ dy[..., None])[..., 0]
        dh = a * (da - (a * da).sum(axis=1, keepdims=True))
        first = np.flatnonzero(np.diff(w.stream, prepend=-1))  # queries are in the order of their streams
        dk = np.add.reduceat(beta * dh[..., None] * w.q[:, None, :], first, axis=0)
        dg = np.add.reduceat(dh / g, first, axis=0)
        dq = beta * (dh[:, None, :] @ k)[:, 0]
        return dk, dg, dq, {"sharpness": np.array(beta * float((dh * (overlap - 1.0)).sum()))}

    return (a[:, None, :] @ v)[:, 0], back


def loss(law: Law, outer: Numbers, streams: Streams, values: Array) -> tuple[float, dict[str, Array]]:
    """Return the cross entropy of answers, among all tokens' values, with the price of writing; and its gradient."""
    before, after = streams.tokens[:, :-1], streams.tokens[:, 1:]
    keys, g = units(outer["keys"]), gates(outer, before, after)
    asked = streams.tokens[streams.stream, streams.place]
    y, back = law(Written(keys[before], values[after], g, keys[asked], streams.stream, streams.place), outer)
    factor, own = float(np.exp(outer["decoding"])), np.arange(len(y))
    logits = y @ values.T
    top = factor * logits.max(axis=1, keepdims=True)
    log_p = factor * logits - top - np.log(np.exp(factor * logits - top).sum(axis=1, keepdims=True))
    wrong = np.exp(log_p)
    wrong[own, streams.answers] -= 1.0
    wrong /= len(y)
    dk, dg, dq, scalars = back(factor * wrong @ values)
    dgate = (dg + WRITING / g.size) * g * (1.0 - g)
    gradient = {name: np.zeros_like(value) for name, value in outer.items()} | dict(scalars)
    np.add.at(gradient["first"], before, dgate)
    np.add.at(gradient["second"], after, dgate)
    np.add.at(gradient["keys"], before, dk)
    np.add.at(gradient["keys"], asked, dq)
    radial = (gradient["keys"] * keys).sum(axis=1, keepdims=True)
    gradient["keys"] = (gradient["keys"] - radial * keys) / np.linalg.norm(outer["keys"], axis=1, keepdims=True)
    gradient["bias"] = np.array(dgate.sum())
    gradient["decoding"] = np.array(factor * float((wrong * logits).sum()))
    return float(-log_p[own, streams.answers].mean() + WRITING * g.mean()), gradient
