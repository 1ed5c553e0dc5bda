"""NearestNeighbour: memory neurons with a hard winner, and a gate that lets only novel keys be written, on every target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.language import (
    AllToAll,
    Index,
    NetworkBuilder,
    Neurons,
    OneToOne,
    Stimulus,
    Window,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.models.counting_neurons import UNIT as MOMENT
from spikemem.models.counting_neurons import neurons
from spikemem.models.hebbian_associator import PAUSE, UNIT, accumulators, counting, raised, raising, rises
from spikemem.models.line_pairs import KeyLines, LinePairs, ValueLines, opposite
from spikemem.models.signed_items import SignedItems, half

_FIRST = PAUSE - 1
"""When the best match can fire after its key, so that no synapse takes the two for a pair."""
_LARGEST = 4000
"""Bits of a key, and slots, so that sums in quarters fit into 16 bits."""

Slot = Annotated[Neurons, Index("slots")]


def _found(model: NearestNeighbour) -> Window:
    return window("memory", at=_FIRST + 1, until=_FIRST + model.levels)


def _novel(model: NearestNeighbour) -> Window:
    return window("novel", at=PAUSE + 1 + model.levels, until=PAUSE + 4 + model.levels)


def _new(model: NearestNeighbour) -> Window:
    return window("novel", at=PAUSE + 1 + model.levels, until=PAUSE + 12 + model.levels)


def _told(model: NearestNeighbour) -> Window:
    return window("bit", at=PAUSE + 5 + model.levels, echo_at=(PAUSE + 6.0 + model.levels,))  # then all are cleared


class NearestNeighbour(LinePairs):
    r"""One memory neuron a pair: the one whose key agrees best with the query answers, if it agrees well enough.

    Keys and values are on pairs of lines: line i says that bit i is +1, line ``key`` + i that it is -1, neither that it is
    unknown. Memory neuron mu has binary synapses from the lines of its key, so that a_mu of the query's lines reach it:

    .. math:: \hat v_i = \operatorname{sgn} \sum_{\mu \in M} v^\mu_i, \qquad
        M = \{\mu : a_\mu = \max_\nu a_\nu \ge \text{least}\}, \qquad a_\mu = (n + k^\mu\!\cdot q) / 2

    with n the known bits of the query. That is the limit :math:`\beta \to \infty` of softmax attention: all that match best
    have equal parts, so ties answer together, a bit by their majority, and not at all if there is none.

    *Reading.* ``match`` adds up the lines' spikes. Then all of it rises, as if a threshold fell from ``key`` to ``least``, one
    a step. What reaches it first fires, and with it its ``memory`` neuron, which silences all others in the next step;
    ``found``, a latch, does so from then on. So the latency tells a. Each memory neuron adds +1 and -1 to the lines of its
    value and its opposite, ``bit``, and a last pulse makes fire what is above 0.

    *Novelty.* ``novel`` is asked when the ramp is over and fires unless ``found`` does. ``store`` presents a key and has it
    written only if ``novel`` fires: the neuron of the slot, a number that the host names, needs both. After B'MOJO (Zancato
    et al. 2024, arXiv:2407.06324), where what enters is what a fading state predicts badly; that new means that no key
    matches is ours.

    *Writing.* The memory neuron fires with the lines of its key, and between the lines of the opposite value and those of the
    value, 1 ms apart as synapses see it (:func:`spikemem.models.hebbian_associator.counting`). Synapses of keys switch on once.
    Those onto ``bit`` go from 1 to 2 and to 0, less 1 by a synapse that does not learn; written again, the value is replaced.

    Ours are all of the circuit and the portable plasticity: no answer depends on pairs with dt = 0 or on long histories.
    ``memory``, ``found``, ``novel`` and ``open`` forget within a step, as in :class:`spikemem.models.SparseyRace`; ``match``
    and ``bit`` are as in :class:`spikemem.models.HebbianAssociator`.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "synapses of keys only grow; write what is to stay to the slots of a new memory"
    }

    slots: int = parameter(16, ge=1, le=_LARGEST, doc="pairs that can be stored, one memory neuron each")
    key: int = parameter(32, ge=1, le=_LARGEST, doc="bits of a key")
    least: int = parameter(1, ge=1, doc="bits that must agree for a key to be known")

    @model_validator(mode="after")
    def _check(self) -> NearestNeighbour:
        if self.least > self.key:
            raise InvalidInput(f"NearestNeighbour.least: must be <= key = {self.key}, got {self.least}")
        if self.levels > 1000:
            raise InvalidInput(
                f"NearestNeighbour.least: key - least + 1 must be <= 1000, so that what is matched does not leak away, "
                f"got {self.key} - {self.least} + 1"
            )
        return self

    @property
    def levels(self) -> int:
        """Steps of the ramp."""
        return self.key - self.least + 1

    @property
    def _most(self) -> int:
        """What keys alone never reach in ``match``, of whose lines each fires twice in a write."""
        return 2 * self.key + 1

    def build(self, net: NetworkBuilder) -> None:
        """Declare what matches, the winners, their latches and what they tell."""
        n, most, full = self.slots, self._most, self.slots + 4
        match, memory = net.population("match", n, accumulators(most)), net.population("memory", n, neurons(1))
        found, novel = net.population("found", 1, neurons(1)), net.population("novel", 1, neurons(1))
        gate, bit = net.population("open", n, neurons(2)), net.population("bit", self.value_lines, accumulators(full))
        key, value = net.input("in_key", self.key_lines), net.input("in_value", self.value_lines)
        ask, reset, silence = net.input("in_ask", 1), net.input("in_reset", 1), net.input("in_silence", 1)
        certain, sure = 2.0 * most * UNIT, 2.0 * full * UNIT

        net.connect(key, match, AllToAll(), weight=0.0, delay=1.0, synapse=counting(1, depress=False))
        net.connect(gate, match, OneToOne(), weight=certain, delay=1.0)
        net.connect(net.input("in_clear", 1), match, AllToAll(), weight=certain, delay=1.0)
        raising(net, "in_ramp", match, n, most)

        net.connect(match, memory, OneToOne(), weight=MOMENT, delay=1.0)
        for firing in (memory, found, silence):
            net.inhibit(firing, memory, AllToAll(), weight=2 * MOMENT, delay=1.0)
        net.connect(memory, found, AllToAll(), weight=MOMENT, delay=1.0)
        net.connect(ask, novel, AllToAll(), weight=MOMENT, delay=1.0)
        net.inhibit(found, novel, AllToAll(), weight=2 * MOMENT, delay=1.0)
        for latch in (found, novel):
            net.connect(latch, latch, OneToOne(), weight=MOMENT, delay=1.0)
            net.inhibit(reset, latch, AllToAll(), weight=2 * MOMENT, delay=1.0)

        net.connect(net.input("in_slot", n), gate, OneToOne(), weight=MOMENT, delay=1.0)
        for opening in (novel, net.input("in_open", 1)):
            net.connect(opening, gate, AllToAll(), weight=MOMENT, delay=1.0)

        net.connect(memory, bit, AllToAll(), weight=UNIT, delay=1.0, synapse=counting(2, step=2))
        net.inhibit(memory, bit, AllToAll(), weight=UNIT, delay=1.0)
        net.connect(value, bit, OneToOne(), weight=sure, delay=1.0)
        net.connect(net.input("in_wipe", 1), bit, AllToAll(), weight=sure, delay=1.0)
        # A quarter is enough: votes come in one step, so that their sum is a whole number, of which little has leaked.
        net.connect(net.input("in_tell", 1), bit, AllToAll(), weight=(full - 0.75) * UNIT, delay=1.0)

    @operation(spacing=PAUSE, from_end=True)
    def write(self, slot: Slot, value: ValueLines, key: KeyLines | None = None) -> Stimulus:
        """Make the slot's neuron fire with the lines of key and value; without a key, it keeps its own and gets the value."""
        return pulse(in_open=(0,)) + self._written("write", slot, key or (), value)

    @operation(spacing=PAUSE, from_end=True, answers={"novel": _new, "memory": _found})
    def store(self, slot: Slot, key: KeyLines, value: ValueLines) -> Stimulus:
        """Ask whether the key is novel; if it is, and only then, this writes it to the slot."""
        return self._asked("store", key) + self._written("store", slot, key, value).later(PAUSE + 4 + self.levels)

    @operation(spacing=PAUSE, from_end=True, answers={"value": _told, "memory": _found, "novel": _novel})
    def recall(self, key: KeyLines) -> Stimulus:
        """Let the threshold fall, and have the values of the best match told."""
        over = PAUSE + 4 + self.levels
        ended = pulse(in_reset=(0,), in_tell=(0,)).later(over) + pulse(in_wipe=(0,)).later(over + 1)
        return self._asked("recall", key) + ended

    def agreement(self, after: float) -> int:
        """Return how many bits agree if a memory neuron fires ``after`` ms."""
        return self.key - (round(after) - _FIRST - 1)

    def _asked(self, operation: str, key: Neurons) -> Stimulus:
        """Return the key and the ramp; when it is over, the question to ``novel``, and what clears ``match`` in silence."""
        opposite(f"NearestNeighbour.{operation}: key", key, self.key)
        start = _FIRST - 1
        ramp = raised("in_ramp", rises(self._most, range(self.key, self.least - 1, -1), start)).later(start)
        over = PAUSE + self.levels
        cleared = pulse(in_clear=(0,)).later(over + 1) + pulse(in_silence=(0,)).later(over + 2)
        return pulse(in_key=key) + ramp + pulse(in_ask=(0,)).later(over) + cleared

    def _written(self, operation: str, slot: Neurons, key: Neurons, value: Neurons) -> Stimulus:
        """Return what pairs a slot's neuron, if it opens, with key and value, and has this in the weights.

        All memory neurons fire then, as ``match`` is cleared, so that none has a change pending; then ``bit`` is cleared.
        """
        opposite(f"NearestNeighbour.{operation}: key", key, self.key)
        against = opposite(f"NearestNeighbour.{operation}: value", value, self.value)
        paired = (
            pulse(in_slot=slot, in_value=against)
            + pulse(in_key=key, in_value=value).later(2)
            + pulse(in_key=key).later(4)
        )
        cleared = pulse(in_reset=(0,)).later(8) + pulse(in_clear=(0,)).later(9) + pulse(in_reset=(0,)).later(13)
        return paired + cleared + pulse(in_wipe=(0,)).later(9 + PAUSE)

    @classmethod
    def sized(cls, items: int, bits: int) -> NearestNeighbour:
        """Return one of ``items`` slots, with keys and values of ``bits`` lines."""
        signs = half("NearestNeighbour", bits)
        return cls(slots=items, key=signs, value=signs)

    def association(self) -> SignedItems:
        """Items are keys with values in slots; a fragment of a key asks for the value of the best match."""
        return SignedItems(self.slots, self.key_lines, slot=True)
