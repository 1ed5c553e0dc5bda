"""ThreeFactorMemory: one matrix by three-factor learning; its numbers select the Hebbian sum, the delta rule or Titans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from pydantic import model_validator

from spikemem.errors import InvalidInput, OperationError
from spikemem.language import (
    AllToAll,
    Explicit,
    FromMatrix,
    IF_curr_delta,
    NetworkBuilder,
    Neurons,
    Numbers,
    OneToOne,
    Stimulus,
    TagAndCapture,
    Window,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.models.counting_neurons import UNIT, neurons
from spikemem.models.line_pairs import KeyLines, LinePairs, ValueLines, opposite

CERTAIN = 4e9
"""What makes an accumulator fire whatever its V, in units of its reach."""


def accumulators(reach: float) -> IF_curr_delta:
    """Return neurons that add up what arrives, without leak, until they are told to tell it (see :func:`telling`)."""
    return IF_curr_delta(cm=1.0, tau_m=1e12, tau_refrac=0.0, v_rest=0.0, v_reset=0.0, v_thresh=4.0 * reach)


def telling(net: NetworkBuilder, post: str, size: int, levels: int, reach: float) -> None:
    """Declare the lines that have the accumulators ``post`` tell their V by latency, and the one that clears them.

    The first line raises all V so that those fire that are at least (1 - 1/levels) reach, the second by 2 reach/levels more.
    """
    first, step = 4.0 * reach - (1.0 - 1.0 / levels) * reach, 2.0 * reach / levels
    weights = Explicit(Numbers(np.repeat([first, step], size)))
    net.connect(net.input("in_tell", 2), post, AllToAll(), weight=weights, delay=1.0)
    net.connect(net.input("in_clear", 1), post, AllToAll(), weight=CERTAIN * reach, delay=1.0)


def told(levels: int) -> Stimulus:
    """Return what has accumulators tell their V, ``levels`` steps long, and then clears them."""
    rising = tuple((t, min(t, 1)) for t in range(levels))
    return Stimulus({"in_tell": rising, "in_clear": ((levels, 0),)})


def window_of(post: str, first: int, levels: int) -> Window:
    """Return the window in which those tell that lie above 0 (0 itself where it is a threshold), ``first`` being the first."""
    middle = first + (levels + 1) // 2
    return window(post, at=first, until=middle - 1, echo_at=tuple(range(middle, first + levels + 1)))


def _told(model: ThreeFactorMemory) -> Window:
    return window_of("out", model.way, model.levels)


class ThreeFactorMemory(LinePairs):
    r"""A matrix S, written by a rule of three factors and read by a sum; keys and values are signs.

    A key of ``key`` bits is on twice as many lines: line j says that bit j is +1, line key + j that it is -1, neither that it
    is unknown (0). With s the signs and k = s/sqrt(d), d = ``key``, a write does, and a read brings up,

    .. math::
        m \leftarrow \mu\, m + \theta\, (v - c\, S k)\, k^T, \qquad S \leftarrow \rho\, S + m, \qquad \hat v = S q

    with theta = ``rate``, c = ``prediction``, mu = ``momentum``, rho = ``retain``. That is linear Hebbian memory (c = mu = 0;
    Kohonen 1972; Katharopoulos et al. 2020, arXiv:2006.16236), the delta rule (c = rho = 1, mu = 0; Schlag et al. 2021,
    arXiv:2102.11174), the gated one (c = rho = alpha, theta = beta; Yang et al. 2024, arXiv:2412.06464) and Titans' linear
    memory (c = 1, rho = 1 - alpha, mu = eta; Behrouz et al. 2024, arXiv:2501.00663).

    *Proof.* The rule is :class:`TagAndCapture` with its rate theta/d. In a write the lines of s arrive with the teacher v: the
    error is e = v - c u, u being what they bring up; in the next step the opposite lines with the opposite teacher, which
    bring up -u: the error is -e. So if w of line key + j is -w of line j, as at the beginning, u is the sum of w_ij s_j; the
    tag of line j changes by theta/d e s_j and that of the other by its opposite; and so w of line key + j is -w of line j also
    after the capture, which follows. With S = sqrt(d) w, that is sqrt(d)/2 times the difference of the two, u = S k, and these
    are the equations above. Where nothing is taught v = 0.

    *Reading.* The lines of q arrive once; V = S q stays in neurons without leak. In ``levels`` steps all V are raised by
    2 range/levels: the step in which a neuron fires tells its V (latency), to the nearest of range (1 - 2 n/levels), n = 0 to
    levels; those of the last never fire. Lost is up to range/levels for \|V\| <= range, and what lies beyond.
    With ``levels`` = 1 it is the sign that is told; an odd number of them tells signs and more. ``recall`` answers with the
    neurons of V > 0 (and, of odd ``levels``, 0).

    ``contexts``: the key is bound to a context of as many signs, k_i c_i: coincidence neurons, one for each pair of lines of a
    bit, see both at once, and equal signs lead to line i of ``bound``, others to line key + i. Joint recall: Zhan et al. 2025
    (arXiv:2507.00449); that bound keys and a linear memory do it is ours. ``recurrent``: value and key are of the same bits,
    and no line has a synapse onto its own: Hebbian couplings of Hopfield's kind.

    Ours are the pairs of lines, writing by the opposite, and the reading.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "let the matrix fade, or write the key without a value where prediction is not 0"
    }

    rate: float = parameter(1.0, gt=0, doc="theta")
    prediction: float = parameter(0.0, ge=0, doc="c: how much of what a key brings up is taken from the value")
    momentum: float = parameter(0.0, ge=0, lt=1, doc="mu: the part of a tag that a capture leaves")
    retain: float = parameter(1.0, ge=0, le=1, doc="rho: the part of a weight that a capture leaves")
    levels: int = parameter(31, ge=1, doc="steps in which an answer is told")
    range: float = parameter(2.0, gt=0, doc="the largest number that is told")
    contexts: bool = parameter(False, doc="whether keys are bound to contexts")
    recurrent: bool = parameter(False, doc="whether no bit has synapses onto itself; value must be key")

    @model_validator(mode="after")
    def _check(self) -> ThreeFactorMemory:
        if self.recurrent and self.value != self.key:
            raise InvalidInput(
                f"ThreeFactorMemory.value: must be key = {self.key}, whose bits it has (recurrent=True), got {self.value}"
            )
        return self

    @property
    def way(self) -> int:
        """Steps from the lines to what they bring up."""
        return 3 if self.contexts else 1

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, accumulators, the synapses between them, and what tells the answer."""
        lines = net.input("in_key", self.key_lines)
        if self.contexts:
            lines = self._bind(net, lines)
        for name, size in (("in_teacher", self.value_lines), ("in_gate", 1), ("in_capture", 1)):
            net.input(name, size)
        out = net.population("out", self.value, accumulators(self.range))
        rule = TagAndCapture(
            gate="in_gate", capture="in_capture", teacher="in_teacher", rate=self.rate / self.key,
            prediction=self.prediction, momentum=self.momentum, retain=self.retain,
        )  # fmt: skip
        others = FromMatrix(Numbers(np.tile(1.0 - np.eye(self.key, self.value), (2, 1))))
        pairs = others if self.recurrent else AllToAll()
        net.connect(lines, out, pairs, weight=0.0, delay=1.0, synapse=rule, name="memory")
        telling(net, out, self.value, self.levels, self.range)

    def _bind(self, net: NetworkBuilder, lines: str) -> str:
        """Declare what sees line and context at once: for each sign of the context a neuron a line."""
        size, context = self.key_lines, net.input("in_context", self.key_lines)
        bound = net.population("bound", size, neurons(1))
        for name, sign in (("plus", 0), ("minus", 1)):
            both = net.population(f"both_{name}", size, neurons(2))
            net.connect(lines, both, OneToOne(), weight=UNIT, delay=1.0)
            half = np.zeros((size, size))
            bits = np.arange(self.key)
            half[sign * self.key + bits, bits] = half[sign * self.key + bits, self.key + bits] = 1.0
            net.connect(context, both, FromMatrix(Numbers(half)), weight=UNIT, delay=1.0)
            turned = np.roll(np.eye(size), sign * self.key, axis=1)
            net.connect(both, bound, FromMatrix(Numbers(turned)), weight=UNIT, delay=1.0)
        return bound

    @operation(spacing=2.0, from_end=True)
    def write(self, key: KeyLines, value: ValueLines | None = None, context: KeyLines | None = None) -> Stimulus:
        """Show the key and teach its value (without one: nothing), then the opposites of both, and capture."""
        off = opposite("ThreeFactorMemory.write: key", key, self.key)
        against = None if value is None else opposite("ThreeFactorMemory.write: value", value, self.value)
        shown = self._shown("write", key, context) + self._shown("write", off, context).later(1)
        taught = pulse(in_teacher=value, in_gate=(0,)) + pulse(in_teacher=against, in_gate=(0,), in_capture=(0,)).later(
            1
        )
        return shown + taught.later(self.way) + pulse(in_clear=(0,)).later(self.way + 1)

    @operation(spacing=2.0, from_end=True, answers={"value": _told})
    def recall(self, key: KeyLines, context: KeyLines | None = None) -> Stimulus:
        """Show the key once, and have what it brings up told."""
        opposite("ThreeFactorMemory.recall: key", key, self.key)
        return self._shown("recall", key, context) + told(self.levels).later(self.way - 1)

    @operation(spacing=1.0)
    def fade(self) -> Stimulus:
        """Capture without new tags: S becomes rho S, and what momentum holds is added."""
        return pulse(in_capture=(0,))

    def _shown(self, name: str, key: Neurons, context: Neurons | None) -> Stimulus:
        where = f"ThreeFactorMemory.{name}: context"
        if self.contexts and context is None:
            raise OperationError(f"{where} is required (contexts=True): some of the lines 0..{self.key_lines - 1}")
        if context is None:
            return pulse(in_key=key)
        if not self.contexts:
            raise OperationError(f"{where} must be left out (contexts=False), got {list(context)}")
        opposite(where, context, self.key)
        return pulse(in_key=key, in_context=context)
