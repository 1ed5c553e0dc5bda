"""The Willshaw memory: binary synapses, each switched on once."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.ir.node import Fraction
from spikemem.layers.codes import BINARY
from spikemem.layers.cost import Array, Cost
from spikemem.layers.forgetting import key
from spikemem.layers.layer import MemoryLayer, fraction
from spikemem.layers.records import Item, Mode, PairParameters, Query, Recalled, Traits
from spikemem.parameters import parameter
from spikemem.rng import generator


class WillshawParameters(PairParameters):
    """Parameters of :class:`Willshaw`."""

    theta: Fraction = parameter(1.0, doc="the part of the active inputs that must reach an output that answers")


def _switch_off(layer: Willshaw, which: Array) -> None:
    layer._meter.overwrite(layer._W, layer._W & ~which)


def _decay(layer: Willshaw, lost: float) -> None:
    drawn = generator(layer._seed, "decay", layer._decays).random(layer._W.shape)
    layer._decays += 1
    _switch_off(layer, drawn < lost)


def _forget_key(layer: Willshaw, k: Array) -> None:
    _switch_off(layer, np.multiply.outer(layer._fire(k) > 0.0, k > 0.0))


@final
class Willshaw(MemoryLayer[WillshawParameters]):
    r"""A binary matrix W in which each pair of sparse binary vectors switches synapses on.

    .. math:: W \leftarrow W \vee v k^T, \qquad \hat v_i = [\, (W q)_i \ge \max(\theta |q|, 1) \,]

    with \|q\| the active inputs of the query (Willshaw, Buneman & Longuet-Higgins 1969, Nature 222:960; at best ln 2 bits a
    synapse). A fragment of a key brings up all of its value. Decay switches each synapse off with probability ``amount``,
    drawn by the seed; one key is forgotten by switching off the synapses from it to what it brings up, which others may
    have used.
    """

    takes = WillshawParameters
    traits = Traits(keys=BINARY, values=BINARY)
    modes: ClassVar = {
        "decay": Mode("switch each synapse off with probability amount", fraction, _decay),
        "key": Mode("switch off the synapses from the key to what it brings up", key, _forget_key),
    }
    cannot: ClassVar = {
        "quantise": "its synapses are of one bit already",
        "prune": "its synapses are all equal, and none is the smallest",
    }

    def _reset(self) -> None:
        self._W: Array = np.zeros((self.parameters.d_v, self.parameters.d_k), dtype=np.bool_)
        self._decays = 0

    def _write(self, item: Item) -> None:
        post, pre = np.flatnonzero(item.value), np.flatnonzero(item.key)
        block = np.ix_(post, pre)
        before = self._W[block]
        self._meter.overwrite(before, np.ones_like(before))
        self._W[block] = True

    def _read(self, query: Query) -> Recalled:
        return Recalled(self._fire(query.key))

    def _fire(self, q: Array) -> Array:
        active = np.flatnonzero(q)
        reached = self._W[:, active].sum(axis=1)
        self._meter.add(
            Cost(sops=reached.size * active.size, macs=self._W.size, bytes_moved=reached.size * active.size)
        )
        fires: Array = (reached >= max(self.parameters.theta * active.size, 1.0)).astype(np.float64)
        return fires

    def _state(self) -> dict[str, Array]:
        return {"W": self._W}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.d_k + self.parameters.d_v, self._W.size
