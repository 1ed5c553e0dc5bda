"""Normalised Hebbian linear attention: a matrix, and the sum of the keys that it is divided by."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.ir.node import Fraction
from spikemem.layers.codes import NON_NEGATIVE
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import DECAY, QUANTISE, key
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, Mode, PairParameters, Query, Recalled, Traits
from spikemem.parameters import parameter


class NormalisedHebbianParameters(PairParameters):
    """Parameters of :class:`NormalisedHebbian`."""

    decay: Fraction = parameter(1.0, doc="alpha, the part of S and z that a write leaves; 1: all")


def _fade(layer: NormalisedHebbian, k: Array) -> None:
    if k.any():
        left = 1.0 - k / k.max()
        for array in (layer._S, layer._z):
            layer._meter.overwrite(array, array * left)


@final
class NormalisedHebbian(MemoryLayer[NormalisedHebbianParameters]):
    r"""A matrix S of pairs and a vector z of keys, all keys and queries >= 0.

    .. math:: S \leftarrow \alpha S + g\, v k^T, \quad z \leftarrow \alpha z + g\, k, \qquad \hat v = S q \,/\, z^T q

    with g the gate: the mean of the values, each weighted by its key's overlap with the query; 0 where z^T q = 0. Linear
    attention with its normaliser (Katharopoulos et al. 2020, arXiv:2006.16236), the feature map being the caller's.

    What it forgets, S and z forget together: were S alone to fade, every answer would only become smaller. Nor can one key be
    forgotten by taking back what it brings up, as the same mean of the rest would stay; instead the synapses of each input j
    fade, in S and in z, by the factor 1 - k_j / max k. Keys that have no input in common with it lose nothing.
    """

    takes = NormalisedHebbianParameters
    traits = Traits(keys=NON_NEGATIVE, write_options=("gate",))
    modes: ClassVar = {
        "decay": DECAY,
        "key": Mode("fade the synapses of each input by its part in the key", key, _fade),
        "quantise": QUANTISE,
    }
    cannot: ClassVar = {"prune": "weights of S that are dropped stay in z"}

    def _reset(self) -> None:
        self._S: Array = np.zeros((self.parameters.d_v, self.parameters.d_k))
        self._z: Array = np.zeros(self.parameters.d_k)

    def _write(self, item: Item) -> None:
        self._meter.scale(self._S, self.parameters.decay)
        self._meter.scale(self._z, self.parameters.decay)
        self._meter.associate(self._S, item.gate * item.value, item.key)
        self._meter.accumulate(self._z, item.gate * item.key)

    def _read(self, query: Query) -> Recalled:
        above, below = self._meter.project(self._S, query.key), self._meter.project(self._z, query.key)
        return Recalled(above / below if below > 0.0 else np.zeros_like(above))

    def _state(self) -> dict[str, Array]:
        return {"S": self._S, "z": self._z}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.d_k + self.parameters.d_v + 1, self._S.size + self._z.size
