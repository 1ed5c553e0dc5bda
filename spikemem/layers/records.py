"""The records that memory layers are described, asked and answered by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from spikemem.layers.codes import REAL, Code
from spikemem.layers.cost import Array, Cost
from spikemem.parameters import Parameters, parameter


class PairParameters(Parameters):
    """Parameters of a layer that maps keys to values."""

    d_k: int = parameter(ge=1, doc="numbers of a key")
    d_v: int = parameter(ge=1, doc="numbers of a value")


class PatternParameters(Parameters):
    """Parameters of a layer that completes patterns: key and value are the same."""

    N: int = parameter(ge=2, doc="numbers of a pattern")

    @property
    def d_k(self) -> int:
        """Numbers of a key."""
        return self.N

    @property
    def d_v(self) -> int:
        """Numbers of a value."""
        return self.N


LayerParameters = PairParameters | PatternParameters


@dataclass(frozen=True)
class Traits:
    """What kind of memory a layer is.

    ``cues``: the code of queries, where they may be what no key may, such as 0 where they are unknown; None: that of ``keys``.
    ``auto``: it completes patterns, and a write has no value. ``growing``: its state grows by what is written. ``local``: each
    update needs only what its synapse and a signal to all of them know. ``attractor``: reads go on until they rest. ``recall``:
    from what was written in context, or from parameters alone; the two are never compared with each other.
    ``reconsolidates``: reads change the state, as they do in no other layer. ``write_options`` and ``read_options``: those that
    it takes; ``needs``: those without which there is no write and, if a read takes them, no read. ``labels``: the
    parameter that is the number of labels.
    """

    keys: Code = REAL
    values: Code = REAL
    cues: Code | None = None
    auto: bool = False
    growing: bool = False
    local: bool = True
    attractor: bool = False
    recall: Literal["in-context", "parametric"] = "in-context"
    reconsolidates: bool = False
    write_options: tuple[str, ...] = ()
    read_options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    contexts: Code = REAL
    labels: str = ""


@dataclass(frozen=True)
class Footprint:
    """What a layer holds. ``state_bits`` is of what writes change, ``parameter_bits`` of what they do not.

    A complex number counts as two; a layer whose state grows counts what it holds now. ``neurons`` and ``synapses`` are those
    of the equation as a circuit, and of a spiking form those that it has, inhibitory ones and ± pairs counted.
    """

    state_bits: int
    parameter_bits: int
    neurons: int
    synapses: int


@dataclass(frozen=True)
class Item:
    """What is written, checked."""

    key: Array
    value: Array
    gate: float = 1.0
    context: Array | None = None
    label: int | None = None


@dataclass(frozen=True)
class Query:
    """What is asked, checked."""

    key: Array
    context: Array | None = None
    label: int | None = None
    max_steps: int | None = None
    top_k: int | None = None


@dataclass(frozen=True)
class Recalled:
    """What a subclass reads: a value, how sure it is (0 to 1; None: it cannot tell), steps, and of spiking forms the time."""

    value: Array
    confidence: float | None = None
    steps: int = 1
    latency_ms: float | None = None


@dataclass(frozen=True)
class Reading:
    """A read: the value, how sure the layer is of it, and what it took. ``latency_ms`` is of spiking forms."""

    value: Array
    confidence: float | None
    steps: int
    latency_ms: float | None
    cost: Cost


@dataclass(frozen=True)
class Mode:
    """A way to forget: what it does, the check of its amount, and the deed (layer, checked amount).

    ``check(where, layer, amount)`` returns the amount or raises :class:`InvalidInput` about ``where``.
    """

    summary: str
    check: Callable[[str, Any, Any], Any]
    apply: Callable[[Any, Any], None]
