"""The spiking form of the supervised dense memory: memory neurons whose synapses become the mean of examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, final

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.ir.node import Count
from spikemem.layers.attractor import settle
from spikemem.layers.codes import SIGNED
from spikemem.layers.cost import Array
from spikemem.layers.records import Item, PatternParameters, Query, Recalled, Traits
from spikemem.layers.spiking.running import RunningLayer
from spikemem.models import MemoryNeurons
from spikemem.models.line_pairs import lines, signs
from spikemem.parameters import parameter


class SpikingSupervisedDenseParameters(PatternParameters):
    """Parameters of :class:`SpikingSupervisedDense`; P, classes and max_steps are the oracle's."""

    P: int = parameter(4, ge=2, doc="bodies that interact at a time")
    classes: Count = parameter(doc="K, the memory neurons, two a label")
    examples: Count = parameter(doc="M, the examples of each class")
    races: Count = parameter(100, doc="races held for an answer")
    max_steps: Count = parameter(10, doc="answers that are asked again, at most")


@final
class SpikingSupervisedDense(RunningLayer[SpikingSupervisedDenseParameters]):
    r"""Archetypes that are only seen through examples, in a network of :class:`spikemem.models.MemoryNeurons`.

    The label makes the same memory neuron fire with every example of its class, each of which moves its synapses by 1/M:
    after M examples they are :math:`\bar\xi`, the oracle's (:class:`spikemem.layers.SupervisedDense`). An answer is asked
    again until it rests, by the host. What is lost: the sign of a sum is that of a sample of ``races`` votes; a bit's effect on
    itself is not left out; M is fixed beforehand, and before all M were seen a class is heard as much more softly.
    """

    takes = SpikingSupervisedDenseParameters
    traits = Traits(
        keys=SIGNED, values=SIGNED, auto=True, attractor=True, write_options=("label",), read_options=("max_steps",),
        needs=("label",), labels="classes",
    )  # fmt: skip
    cannot: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("decay", "key", "prune", "quantise"), "its synapses move towards examples only"
    )

    def _reset(self) -> None:
        super()._reset()
        self._seen = np.zeros(self.parameters.classes, dtype=np.int64)

    def _model(self) -> MemoryNeurons:
        p = self.parameters
        return MemoryNeurons(
            slots=p.classes, key=p.N, value=p.N, transfer="power", exponent=p.P - 1, races=p.races, examples=p.examples
        )

    def _write(self, item: Item) -> None:
        assert item.label is not None
        if self._seen[item.label] == self.parameters.examples:
            raise InvalidInput(
                f"SpikingSupervisedDense.write: class {item.label} has all its examples (examples={self.parameters.examples})"
            )
        self._running.do("write", slot=item.label, key=lines(item.key), value=lines(item.value))
        self._seen[item.label] += 1

    def _read(self, query: Query) -> Recalled:
        return settle(query, self.parameters.max_steps, self._vote)

    def _vote(self, pattern: Array) -> Array:
        return signs(self._running.do("recall", key=lines(pattern)).value, self.parameters.N)

    def _state(self) -> dict[str, Array]:
        return {name: self._running.weights(name) for name in ("in_key->memory", "memory->bit")}
