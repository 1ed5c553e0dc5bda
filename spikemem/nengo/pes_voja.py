"""A heteroassociative memory that learns in spiking neurons: Voja on the encoders, PES on the decoders, of Nengo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import nengo
import numpy as np

from spikemem.ir.node import Count, NonNegative, Positive
from spikemem.layers.cost import Array, Cost
from spikemem.layers.forgetting import QUANTISE, budget, key, largest
from spikemem.layers.layer import MemoryLayer, fraction
from spikemem.layers.records import Item, Mode, PairParameters, Query, Recalled, Traits
from spikemem.nengo.presentation import SYNAPSE, Shown, built, fired, latency_ms, opened, seed_of, steps
from spikemem.parameters import parameter


class PESVojaParameters(PairParameters):
    """Parameters of :class:`PESVoja`. All defaults are ours."""

    n_neurons: Count = parameter(500, doc="neurons")
    intercept: float = parameter(0.5, gt=-1.0, lt=1.0, doc="overlap with its encoder from which on a neuron fires")
    voja_rate: NonNegative = parameter(0.05, doc="learning rate of the encoders; 0: they stay")
    pes_rate: Positive = parameter(0.01, doc="learning rate of the decoders")
    write_ms: Positive = parameter(500.0, doc="time for which a pair is shown, with learning on")
    read_ms: Positive = parameter(200.0, doc="time for which a query is shown, with learning off")
    mean_ms: Positive = parameter(50.0, doc="time at the end of it over which the answer is averaged")


@dataclass(frozen=True)
class _Circuit:
    """The network, built, and what of it is shown, read and learned."""

    model: Any
    shown: Shown
    encoders: Any
    decoders: Any
    gain: Array
    bias: Array
    neurons: Any
    output: Any
    deltas: tuple[Any, Any]


def _decay(layer: PESVoja, lost: float) -> None:
    layer._meter.scale(layer._decoders, 1.0 - lost)


def _prune(layer: PESVoja, count: int) -> None:
    layer._meter.overwrite(layer._decoders, largest(layer._decoders, count))


def _unlearn(layer: PESVoja, k: Array) -> None:
    layer._learn(k, np.zeros(layer.parameters.d_v))


@final
class PESVoja(MemoryLayer[PESVojaParameters]):
    r"""One ensemble of LIF neurons with activities a, whose encoders E learn keys and whose decoders D learn values.

    .. math:: \dot E_i = \kappa\, a_i (k - E_i), \qquad \dot D = -\tfrac{\eta}{n} (\hat v - v)\, a^T, \qquad \hat v = D a

    Voelker, Crawford & Eliasmith 2014, "Learning large-scale heteroassociative memories in spiking neurons", with n neurons,
    kappa ``voja_rate`` and eta ``pes_rate``; Nengo scales E_i by the neuron's gain. Keys are to have length 1, and the
    intercept is to be above the overlaps between them: then a key's neurons are its own.

    A write shows key and value from rest for ``write_ms`` with learning on, a read the query for ``read_ms`` with it off; D is
    0 at first. The value is the mean over the last ``mean_ms``, the latency the time until half of it is there, the steps
    those of 1 ms. It has no measure of its own of how sure it is. Updates are the numbers of E and D that Nengo changes, step
    by step; synaptic operations: a spike reaches the synapse of each number of the value, and each number of the key that is
    not zero is held, and counts once for every neuron.
    """

    takes = PESVojaParameters
    traits = Traits()
    modes: ClassVar = {
        "decay": Mode("multiply the decoders by 1 - amount; the encoders stay", fraction, _decay),
        "key": Mode("show the key with the value 0, learning on, for the time of a write", key, _unlearn),
        "prune": Mode("keep so many weights of the decoders, the largest; the others become 0", budget, _prune),
        "quantise": QUANTISE,
    }

    def _reset(self) -> None:
        self._made = circuit = self._build()
        self._encoders = np.array(circuit.model.sig[circuit.encoders]["encoders"].initial_value)
        self._decoders = np.array(circuit.model.sig[circuit.decoders]["weights"].initial_value)

    def _write(self, item: Item) -> None:
        self._learn(item.key, item.value)
        self._meter.add(Cost(steps=steps(self.parameters.write_ms) - 1))  # every write counts one

    def _learn(self, k: Array, v: Array) -> None:
        circuit = self._made
        with self._shown(k, v, learning=True) as sim:
            sim.run_steps(steps(self.parameters.write_ms), progress_bar=False)
            self._spent(fired(sim.data[circuit.neurons]), k)
            changed = sum(int(np.count_nonzero(np.array(sim.data[probe]))) for probe in circuit.deltas)
            self._meter.add(Cost(weight_updates=changed, bytes_moved=2 * changed * self._decoders.itemsize))
            self._encoders[...] = sim.signals[circuit.model.sig[circuit.encoders]["encoders"]]
            self._decoders[...] = sim.signals[circuit.model.sig[circuit.decoders]["weights"]]

    def _read(self, query: Query) -> Recalled:
        p, circuit, count = self.parameters, self._made, steps(self.parameters.read_ms)
        with self._shown(query.key, np.zeros(p.d_v), learning=False) as sim:
            sim.run_steps(count, progress_bar=False)
            self._spent(fired(sim.data[circuit.neurons]), query.key)
            output = np.array(sim.data[circuit.output])
        value = output[-steps(p.mean_ms) :].mean(axis=0)
        return Recalled(value, None, count, latency_ms(output, value))

    def _shown(self, k: Array, v: Array, *, learning: bool) -> Any:
        """Return a simulator at rest, with the weights as they are, that shows this."""
        circuit = self._made
        circuit.shown.key, circuit.shown.value, circuit.shown.learning = k, v, learning
        sim = opened(circuit.model)
        sim.signals[circuit.model.sig[circuit.encoders]["encoders"]] = self._encoders
        sim.signals[circuit.model.sig[circuit.decoders]["weights"]] = self._decoders
        return sim

    def _spent(self, counts: Array, k: Array) -> None:
        p, spikes = self.parameters, int(counts.sum())
        self._meter.add(Cost(sops=spikes * p.d_v + int(np.count_nonzero(k)) * p.n_neurons, spikes=spikes))

    def _build(self) -> _Circuit:
        p = self.parameters
        shown = Shown(np.zeros(p.d_k), np.zeros(p.d_v))
        with nengo.Network(seed=seed_of(self._seed, "pes voja")) as net:
            asked = nengo.Node(lambda t: shown.key)
            ensemble = nengo.Ensemble(p.n_neurons, p.d_k, intercepts=[p.intercept] * p.n_neurons)
            out = nengo.Node(size_in=p.d_v)
            into = nengo.Connection(
                asked,
                ensemble,
                synapse=None,
                learning_rule_type=nengo.Voja(learning_rate=p.voja_rate, post_synapse=SYNAPSE),
            )
            decoded = nengo.Connection(
                ensemble.neurons, out, transform=np.zeros((p.d_v, p.n_neurons)), synapse=SYNAPSE,
                learning_rule_type=nengo.PES(learning_rate=p.pes_rate, pre_synapse=SYNAPSE),
            )  # fmt: skip
            error = nengo.Node(lambda t, v: (v - shown.value) * shown.learning, size_in=p.d_v)
            nengo.Connection(out, error, synapse=None)
            nengo.Connection(error, decoded.learning_rule, synapse=None)
            nengo.Connection(nengo.Node(lambda t: shown.learning - 1.0), into.learning_rule, synapse=None)
            neurons, output = nengo.Probe(ensemble.neurons), nengo.Probe(out)
            deltas = nengo.Probe(into.learning_rule, "delta"), nengo.Probe(decoded.learning_rule, "delta")
        model = built(net)
        own = model.params[ensemble]
        return _Circuit(model, shown, ensemble, decoded, own.gain, own.bias, neurons, output, deltas)

    def _state(self) -> dict[str, Array]:
        return {"encoders": self._encoders, "decoders": self._decoders}

    def _constants(self) -> dict[str, Array]:
        return {"gain": self._made.gain, "bias": self._made.bias}

    def _circuit(self) -> tuple[int, int]:
        """The neurons, and the synapses of their encoders and decoders."""
        n = self.parameters.n_neurons
        return n, self._encoders.size + self._decoders.size
