"""Nengo's associative memory behind the interface of memory layers: an ensemble of spiking neurons for each item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import nengo
import numpy as np

from spikemem.ir.node import Count, Positive
from spikemem.layers.cost import Array, Cost
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits
from spikemem.layers.slots import SlotLayer
from spikemem.nengo.presentation import SYNAPSE, Shown, built, fired, latency_ms, opened, seed_of, steps
from spikemem.parameters import parameter


class AssociativeMemoryParameters(PairParameters):
    """Parameters of :class:`AssociativeMemory`."""

    n_neurons: Count = parameter(50, doc="neurons of an item")
    threshold: Positive = parameter(0.3, doc="overlap from which on an item answers")
    wta: bool = parameter(True, doc="whether items inhibit each other")
    read_ms: Positive = parameter(200.0, doc="time for which a query is shown")
    mean_ms: Positive = parameter(50.0, doc="time at the end of it over which the answer is averaged")


@dataclass(frozen=True)
class _Circuit:
    """The network of the items that are held, built."""

    keys: Array
    values: Array
    model: Any
    shown: Shown
    ensembles: tuple[Any, ...]
    neurons: tuple[Any, ...]
    utility: Any
    output: Any


@final
class AssociativeMemory(SlotLayer[AssociativeMemoryParameters]):
    r"""``nengo.networks.AssociativeMemory``: the ensemble of item i stands for :math:`x_i = k_i^T q - \theta`.

    .. math:: \hat v = \sum_i u_i v_i, \qquad u_i = f(x_i - c \sum_{j \ne i} u_j)

    with f a step that LIF neurons approximate, theta the threshold and, if ``wta``, c = 1.5 (Stewart, Tang & Eliasmith 2011,
    "A biologically realistic cleanup memory: autoassociation in spiking neurons", Cognitive Systems Research 12:84-92). It is
    made for keys of length 1. Items are vectors of its connections and are set when the network is built: a write keeps them
    until the first read, which builds it anew if anything has changed. So a write is one pass, and nothing learns. A key that
    is held already takes the place of the earlier one (ours), since two ensembles of one key would silence each other.

    A query is shown from rest for ``read_ms``; the value is the mean over the last ``mean_ms`` of what is decoded, filtered
    by 5 ms. The confidence is the largest u as a part of their sum, the latency the time until half of the value is there,
    the steps are those of 1 ms. Synaptic operations are those of the circuit of neurons, without Nengo's factors: a spike
    reaches the value's numbers that are not zero and, if ``wta``, every neuron of the other items; each number of the query
    that is not zero is held, and counts once for every neuron.
    """

    takes = AssociativeMemoryParameters
    traits = Traits(growing=True)

    def _reset(self) -> None:
        super()._reset()
        self._built: _Circuit | None = None

    def _write(self, item: Item) -> None:
        self._slots.drop(item.key, self._meter)
        super()._write(item)

    def _read(self, query: Query) -> Recalled:
        p = self.parameters
        if not self._slots.count:
            return Recalled(np.zeros(p.d_v), 0.0)
        circuit, count = self._current(), steps(p.read_ms)
        circuit.shown.key = query.key
        with opened(circuit.model) as sim:
            sim.run_steps(count, progress_bar=False)
            spikes = np.concatenate([sim.data[probe] for probe in circuit.neurons], axis=1)
            output, utility = np.array(sim.data[circuit.output]), np.array(sim.data[circuit.utility])
        value, u = (signal[-steps(p.mean_ms) :].mean(axis=0) for signal in (output, utility))
        total = fired(spikes).reshape(self._slots.count, -1).sum(axis=1)
        reach = np.count_nonzero(circuit.values, axis=1) + (self._slots.count - 1) * p.n_neurons * p.wta
        shown = np.count_nonzero(query.key) * self._slots.count * p.n_neurons
        self._meter.add(Cost(sops=int(total @ reach) + int(shown), spikes=int(total.sum())))
        u = np.clip(u, 0.0, None)
        return Recalled(value, float(u.max() / u.sum()) if u.any() else 0.0, count, latency_ms(output, value))

    def _current(self) -> _Circuit:
        """Return the network of the items as they are, built if it is not."""
        held, found = self._slots, self._built
        if found is None or not (np.array_equal(found.keys, held.keys) and np.array_equal(found.values, held.values)):
            found = self._built = self._circuit_of(held.keys.copy(), held.values.copy())
        return found

    def _circuit_of(self, keys: Array, values: Array) -> _Circuit:
        p, shown = self.parameters, Shown(np.zeros(self.parameters.d_k), np.zeros(self.parameters.d_v))
        with nengo.Network(seed=seed_of(self._seed, "associative memory")) as net:
            memory = nengo.networks.AssociativeMemory(keys, values, n_neurons=p.n_neurons, threshold=p.threshold)
            if p.wta:
                memory.add_wta_network()
            nengo.Connection(nengo.Node(lambda t: shown.key), memory.input, synapse=None)
            ensembles = tuple(memory.am_ensembles)
            neurons = tuple(nengo.Probe(ensemble.neurons) for ensemble in ensembles)
            utility, output = (nengo.Probe(node, synapse=SYNAPSE) for node in (memory.elem_output, memory.output))
        return _Circuit(keys, values, built(net), shown, ensembles, neurons, utility, output)

    def _circuit(self) -> tuple[int, int]:
        """All neurons of the items, and the synapses of their inputs, of the values and of the inhibition."""
        p, n = self.parameters, self._slots.count * self.parameters.n_neurons
        return n, n * (p.d_k + p.d_v) + (n * (n - p.n_neurons) if p.wta else 0)

    def _constants(self) -> dict[str, Array]:
        """Return gains and biases, drawn, and the decoders that are solved from them."""
        if not self._slots.count:
            return {}
        model = self._current().model
        found: dict[str, Array] = {}
        for i, ensemble in enumerate(self._current().ensembles):
            own = model.params[ensemble]
            decoders = next(c for c in model.params if isinstance(c, nengo.Connection) and c.pre_obj is ensemble)
            found |= {f"gain{i}": own.gain, f"bias{i}": own.bias, f"decoders{i}": model.params[decoders].weights}
        return found
