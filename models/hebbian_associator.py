"""HebbianAssociator: linear Hebbian memory and Willshaw's memory by portable STDP, the same on every target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, log1p
from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from spikemem.errors import InvalidInput, Unsupported
from spikemem.language import (
    AllToAll,
    Explicit,
    IF_curr_delta,
    Memory,
    NetworkBuilder,
    Neurons,
    Numbers,
    OneToOne,
    PairSTDP,
    Stimulus,
    Window,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.models.line_pairs import KeyLines, ValueLines, opposite
from spikemem.models.signed_items import SignedItems, half

PAUSE = 7
"""Steps between pre and post spikes, as synapses see them, that are not to count as a pair: 32^-6 of a count is left."""
LEAK = 43 / 32768
"""What a membrane loses of V in a step of 1 ms. sPyNNaker's boards hold it as a multiple of 2^-15, and get this one right.

On the board in software they do from 42 on, that is up to tau_m = 780 ms; with a longer one they leak 2^-15 too much.
"""
TAU = -1.0 / log1p(-LEAK)
"""The time constant with that leak (ms), about 761.5."""
_HELD = 2.0**-5
"""What a membrane is to hold of a unit (mV). Boards multiply input by R = 1 / LEAK and wrap at 65536: 2751 units fit."""
UNIT = _HELD / (1.0 - LEAK)
"""The weight (mV) of which that is left after the step's leak, and which sPyNNaker's boards hold exactly."""
_FINE = 4
"""Amounts by which membranes are raised are multiples of 1/4 unit."""
_LARGEST = 65535
_LARGEST_SUM = _LARGEST // (4 * _FINE) - 1
"""Sums of weights, in quarters of units, are to fit into 16 bits."""


def counting(w_max: float, *, step: float = 1.0, depress: bool = True) -> PairSTDP:
    """Return the rule by which a post spike 1 ms after a pre spike adds ``step`` units, and one 1 ms before it takes as many.

    Both as the synapse sees them. exp(-1 ms / tau) is 1/32, also in sPyNNaker's table of multiples of 1/2048, so that a pair is
    ``step`` to 3e-10 of it, and one of ``PAUSE`` ms 1e-9. No pair has dt = 0, and a flush comes before 15 more post spikes.
    """
    tau, A = 0.2885390082, 32.0 * step * UNIT
    return PairSTDP(
        tau_plus=tau, tau_minus=tau, A_plus=A, A_minus=A if depress else 0.0, w_max=w_max * UNIT,
        delay="dendritic", pairing="all-to-all", update="deferred", portable=True,
    )  # fmt: skip


def accumulators(threshold: int) -> IF_curr_delta:
    """Return neurons that add up units and fire at ``threshold`` of them, or half a one less; they leak slowly.

    The capacity is that with which sPyNNaker, which takes weights for currents, needs no factor but the leak's.
    """
    fires = (threshold - 0.5) * _HELD
    return IF_curr_delta(cm=TAU * LEAK, tau_m=TAU, tau_refrac=0.0, v_rest=0.0, v_reset=0.0, v_thresh=fires)


def rises(threshold: int, needs: Iterable[int], since: int) -> list[int]:
    """Return by how many quarters of a unit to raise accumulators, step by step, so that V fires if it is at least ``needs``.

    V being what arrived ``since`` steps before the first rise. With L = 1 - LEAK, V L^n is left of it after n steps,
    and the rises have to add up to threshold - 1/2 - (need - 1/2) L^n by then, leak and all: rounded to 1/8, which is less
    than the margin L^n / 2 of a whole V.
    """
    left, raised, made = 1.0 - LEAK, 0.0, []
    for n, need in enumerate(needs, since):
        wanted = threshold - 0.5 - (need - 0.5) * left**n
        made.append(round(_FINE * (wanted - left * raised)))
        raised = left * raised + made[-1] / _FINE
    return made


def raising(net: NetworkBuilder, name: str, post: str, size: int, threshold: int) -> None:
    """Declare lines that raise all ``size`` neurons of ``post`` by 1/4, 1/2, 1, 2, ... units, up to twice the threshold."""
    lines = (2 * _FINE * threshold).bit_length()
    weights = np.repeat(2.0 ** np.arange(lines) * UNIT / _FINE, size)
    net.connect(net.input(name, lines), post, AllToAll(), weight=Explicit(Numbers(weights)), delay=1.0)


def raised(name: str, each: Iterable[int]) -> Stimulus:
    """Return the spikes of such lines that add up to the quarters given, one number a step."""
    spikes = tuple((t, b) for t, amount in enumerate(each) for b in range(amount.bit_length()) if amount >> b & 1)
    return Stimulus({name: spikes})


def _told(model: HebbianAssociator) -> Window:
    first = PAUSE - 1
    last = first + len(model.needs(1)) - 1
    return window("out", at=first, until=last, echo_at=(last + 1.0,))  # then all are cleared


class HebbianAssociator(Memory):
    r"""Keys to values by coincidences: the linear Hebbian sum with ``code`` sign, Willshaw's memory with binary.

    *Signs.* A key of ``key`` bits has twice as many lines: line j says that bit j is +1, line key + j that it is -1, neither
    that it is unknown; so have values. To write, the neurons of -v, the lines of k and the neurons of v fire 1 ms apart, as
    the synapses see it: each synapse from k gains 1 onto v and loses 1 onto -v. The same is done with -k and -v.

    .. math:: w_{j\pm,\,i+} = m \pm S_{ij}, \quad w_{j\pm,\,i-} = m \mp S_{ij}, \quad S = \sum_\mu v^\mu (k^\mu)^T
        \;\Rightarrow\; V_{i\pm} = \pm\sum_j S_{ij} q_j = \pm\sum_\mu v^\mu_i\, k^\mu\!\cdot q

    *Proof.* Line j+ fires with v_i where k_j = +1 and with -v_i where k_j = -1, so that i+ gets v_i k_j from each write, i- the
    opposite, and line j- the opposite of both. Lines of q reach i+ with the sum of m + S_ij q_j, of which each line takes m
    back by a synapse that does not learn. m, ``most``, is what a synapse starts with; it ends at 0 and 2 m: \|S_ij\| <= m.

    *Reading.* The lines of q fire once, V stays, and then all V rise together: a neuron fires as soon as V is at least
    ``step`` (``levels`` - 1) + 1, ..., ``step`` + 1, 1. So the one of a pair that fires has the sign of S q; the other, at -V,
    never does; and the latency tells \|S q\| to one of ``levels`` classes of the width ``step``, the first without end. What
    is lost is the place within a class; a sign never is. Where S q = 0 neither fires.

    *Binary* code (sparse): one line a bit, one coincidence a write, no depression, synapses from 0 to ``most`` (1: Willshaw,
    Buneman & Longuet-Higgins 1969, Nature 222:960). Those neurons fire that get at least max(theta \|q\|, 1).

    Linear Hebbian memory: Kohonen 1972; Katharopoulos et al. 2020 (arXiv:2006.16236). Ours are the two lines, writing by pairs
    of spikes, depression from m, reading by a ramp. Membranes leak 43/32768 in a step, V and its opposite alike, and the ramp
    makes up for it. Weights are whole numbers of units, rises of quarters, thresholds halfway between, and sums fit into 16
    bits. sPyNNaker leaves room for more than arrives: it holds all weights exactly for 32 bits of key and value and ``most`` =
    6, or 128 in binary code, and would round quarters from 48 and 8 on, or 256 (``spikemem deploy`` tells). No answer depends
    on pairs with dt = 0 or on histories of 15 spikes. The fixed-point membrane of a board, which rounds to 2^-15 mV, 1/1024 of
    a unit, in every step, is not modelled; leak and unit are such that nothing wraps there for thresholds, ``key`` * ``most``
    + 1, twice the product in binary code, up to 1375, and that rounding stays below the margins for ``levels`` up to 230.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "pairs are a sum; write what is to stay to a new memory, or with code='sign' the opposite value"
    }

    key: int = parameter(32, ge=1, doc="bits of a key")
    value: int = parameter(32, ge=1, doc="bits of a value")
    code: Literal["sign", "binary"] = parameter("sign", doc="two lines a bit and a signed sum, or one line a bit")
    most: int = parameter(32, ge=1, doc="largest |S_ij|, or count of a binary synapse, in writes")
    levels: int = parameter(64, ge=1, le=1000, doc="classes of |S q| that latencies tell apart (sign)")
    step: int = parameter(1, ge=1, doc="width of a class, in units of k . q (sign)")
    theta: float = parameter(1.0, ge=0, le=1, doc="part of the active lines that must reach what answers (binary)")

    @model_validator(mode="after")
    def _check(self) -> HebbianAssociator:
        largest = _LARGEST_SUM
        if self.key * self.most > largest:
            raise InvalidInput(
                f"HebbianAssociator.most: key * most must be <= {largest}, so that sums fit into 16 bits, "
                f"got {self.key} * {self.most}"
            )
        if self.signed and self.step * (self.levels - 1) >= self.key * self.most:
            raise InvalidInput(
                f"HebbianAssociator.levels: step * (levels - 1) must be < key * most = {self.key * self.most}, the largest "
                f"|S q|, got {self.step} * {self.levels - 1}"
            )
        return self

    @property
    def signed(self) -> bool:
        """Whether a bit has two lines."""
        return self.code == "sign"

    @property
    def key_lines(self) -> int:
        """Lines of a key."""
        return self.key * (1 + self.signed)

    @property
    def value_lines(self) -> int:
        """Lines of a value, and neurons."""
        return self.value * (1 + self.signed)

    @property
    def threshold(self) -> int:
        """What keys alone never reach: with binary code a write has two spikes of each line before it clears."""
        return self.key * self.most * (1 if self.signed else 2) + 1

    def needs(self, active: int) -> list[int]:
        """Return what V must be to fire, step by step, if ``active`` lines are asked."""
        if self.signed:
            return [self.step * n + 1 for n in range(self.levels - 1, -1, -1)]
        return [max(ceil(self.theta * active), 1)]

    def build(self, net: NetworkBuilder) -> None:
        """Declare the lines, the neurons, and what clears and raises them."""
        rest = self.most if self.signed else 0
        out = net.population("out", self.value_lines, accumulators(self.threshold))
        key, value = net.input("in_key", self.key_lines), net.input("in_value", self.value_lines)
        rule = counting(self.most + rest, depress=self.signed)
        net.connect(key, out, AllToAll(), weight=rest * UNIT, delay=1.0, synapse=rule)
        if self.signed:
            net.inhibit(key, out, AllToAll(), weight=rest * UNIT, delay=1.0)
        certain = 2.0 * self.threshold * UNIT
        net.connect(value, out, OneToOne(), weight=certain, delay=1.0)
        net.connect(net.input("in_clear", 1), out, AllToAll(), weight=certain, delay=1.0)
        raising(net, "in_ramp", out, self.value_lines, self.threshold)

    @operation(spacing=PAUSE + 2.0, from_end=True)
    def write(self, key: KeyLines, value: ValueLines) -> Stimulus:
        """Pair lines and neurons, then their opposites; fire the lines again, which has it in the weights; clear."""
        if not self.signed:
            return _paired(key, value, ()) + self._flushed(key).later(4 + PAUSE)
        off = opposite("HebbianAssociator.write: key", key, self.key)
        against = opposite("HebbianAssociator.write: value", value, self.value)
        return (
            _paired(key, value, against)
            + _paired(off, against, value).later(PAUSE + 1)
            + self._flushed((*key, *off)).later(2 * PAUSE + 5)
        )

    @operation(spacing=PAUSE + 2.0, from_end=True, answers={"value": _told})
    def recall(self, key: KeyLines) -> Stimulus:
        """Fire the lines, raise all neurons step by step, and clear them."""
        if self.signed:
            opposite("HebbianAssociator.recall: key", key, self.key)
        needs, first = self.needs(len(key)), PAUSE - 2
        ramp = raised("in_ramp", rises(self.threshold, needs, first)).later(first)
        return pulse(in_key=key) + ramp + pulse(in_clear=(0,)).later(first + len(needs))

    @classmethod
    def sized(cls, items: int, bits: int) -> HebbianAssociator:
        """Return one with keys and values of ``bits`` lines; sums of ``items`` pairs stay within its synapses if they can."""
        signs = half("HebbianAssociator", bits)
        return cls(key=signs, value=signs, most=max(1, min(items, _LARGEST_SUM // signs)), levels=min(64, signs))

    def association(self) -> SignedItems:
        """Items are keys with values, in one sum; a fragment of a key asks for the value of the best match."""
        if not self.signed:
            raise Unsupported("HebbianAssociator: declares an association for code='sign' only")
        return SignedItems(_LARGEST, self.key_lines, slot=False)

    def level(self, after: float) -> int:
        """Return the level n of a neuron that fires ``after`` ms: S q is from step n + 1 to step (n + 1), or has no end."""
        return self.levels - 1 - (round(after) - (PAUSE - 1))

    def _flushed(self, lines: Neurons) -> Stimulus:
        return pulse(in_key=sorted(lines)) + pulse(in_clear=(0,)).later(PAUSE - 2)


def _paired(key: Iterable[int], on: Iterable[int], off: Iterable[int]) -> Stimulus:
    """Return what makes the neurons ``off`` fire 1 ms before ``key``, and ``on`` 1 ms after it, as the synapses see it."""
    return pulse(in_value=off) + pulse(in_value=on).later(2) + pulse(in_key=key).later(3)
