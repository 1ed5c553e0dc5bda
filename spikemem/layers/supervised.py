"""Supervised dense Hebbian memory: one memory neuron a class, whose synapses are the mean of noisy examples."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.ir.node import Count
from spikemem.layers.attractor import dense_field, settle
from spikemem.layers.codes import SIGNED
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import PRUNE, QUANTISE, key
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, Mode, PatternParameters, Query, Recalled, Traits
from spikemem.parameters import parameter


class SupervisedDenseParameters(PatternParameters):
    """Parameters of :class:`SupervisedDense`."""

    P: int = parameter(4, ge=2, doc="bodies that interact at a time")
    classes: Count = parameter(doc="K, the memory neurons, one a label")
    max_steps: Count = parameter(50, doc="updates of all neurons in a read, at most")


def _release(layer: SupervisedDense, k: Array) -> None:
    best = int(np.argmax(layer._meter.project(layer._mean, k)))
    for array in (layer._mean, layer._examples):
        layer._meter.overwrite(array[best : best + 1], np.zeros_like(array[best : best + 1]))


@final
class SupervisedDense(MemoryLayer[SupervisedDenseParameters]):
    r"""Archetypes that are only seen through examples :math:`\eta^{\mu a}`; the label says which, :math:`\mu`.

    .. math:: \bar\xi^\mu = \frac{1}{M_\mu} \sum_a \eta^{\mu a}, \qquad
        s_i \leftarrow \mathrm{sign} \sum_\mu \bar\xi_i^\mu (h_\mu - \bar\xi_i^\mu s_i)^{P-1}, \qquad
        h_\mu = \sum_i \bar\xi_i^\mu s_i

    with :math:`M_\mu` the examples of a class, each of whose signs is the archetype's with probability (1 + r) / 2. What can be
    learned depends on :math:`\rho = (1 - r^2) / (M r^2)`, not on r or M alone (Agliari et al. 2023, *Dense Hebbian neural
    networks: a replica symmetric picture of supervised learning*, arXiv:2212.00606). The mean is kept as a running one, which
    needs the number of examples beside the synapse. A write needs its label. One key is forgotten by freeing the memory neuron
    that it matches best.
    """

    takes = SupervisedDenseParameters
    traits = Traits(
        keys=SIGNED, values=SIGNED, auto=True, attractor=True, write_options=("label",), read_options=("max_steps",),
        needs=("label",), labels="classes",
    )  # fmt: skip
    modes: ClassVar = {
        "key": Mode("free the memory neuron whose synapses have the largest overlap with the key", key, _release),
        "prune": PRUNE,
        "quantise": QUANTISE,
    }
    cannot: ClassVar = {"decay": "with all its synapses scaled by a common factor it answers as before"}

    def _reset(self) -> None:
        self._mean: Array = np.zeros((self.parameters.classes, self.parameters.N))
        self._examples: Array = np.zeros(self.parameters.classes)

    def _write(self, item: Item) -> None:
        assert item.label is not None
        mean, own = self._mean[item.label], item.label
        self._examples[own] += 1.0
        self._meter.accumulate(mean, (item.key - mean) / self._examples[own])

    def _read(self, query: Query) -> Recalled:
        power = self.parameters.P - 1
        return settle(query, self.parameters.max_steps, lambda s: dense_field(self._meter, self._mean, s, power))

    def _state(self) -> dict[str, Array]:
        return {"mean": self._mean, "examples": self._examples}

    def _parts(self) -> dict[str, list[Array]]:
        return {"memory": [self._mean]}

    def _circuit(self) -> tuple[int, int]:
        return 2 * self.parameters.N + self.parameters.classes, 2 * self._mean.size
