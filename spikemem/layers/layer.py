"""What a memory layer is: one interface for oracles, spiking networks and peers of other simulators."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any, ClassVar, final

import numpy as np

from spikemem.checks import whole_number
from spikemem.errors import InvalidInput, choices, shown
from spikemem.layers.codes import Code
from spikemem.layers.cost import Array, Cost, Meter
from spikemem.layers.records import (
    Footprint,
    Item,
    LayerParameters,
    Mode,
    PairParameters,
    PatternParameters,
    Query,
    Reading,
    Recalled,
    Traits,
)
from spikemem.rng import check_seed, generator


class MemoryLayer[P: LayerParameters](ABC):
    """A memory of pairs (key, value), or of patterns: written, read, made to forget.

    Public methods are final: they check what is given, count what it costs, and leave the work to the methods of the same name
    with an underscore, which a subclass gives. A layer is made of its parameters and a seed; all that it draws is drawn by
    :mod:`spikemem.rng` from that. The same interface serves a layer's oracle (NumPy, its equation and no more), its spiking
    form (a network on a backend, whose cost it adds to ``self._meter``) and other simulators' memories.
    """

    takes: ClassVar[type[PairParameters] | type[PatternParameters]]
    """The class of the parameters."""
    traits: ClassVar[Traits]
    modes: ClassVar[Mapping[str, Mode]]
    """Ways to forget, by name."""
    cannot: ClassVar[Mapping[str, str]] = {}
    """Ways to forget that users may look for and that the layer has not: why not."""

    def __init__(self, parameters: P, seed: int = 1) -> None:
        if type(parameters) is not self.takes:
            raise InvalidInput(
                f"{type(self).__name__}: parameters must be {self.takes.__name__}, got {type(parameters).__name__}"
            )
        self.parameters = parameters
        self._meter = Meter()
        self.reset(seed)

    @final
    @property
    def cost(self) -> Cost:
        """What all calls took since the last reset, it included."""
        return self._meter.cost

    @final
    def reset(self, seed: int = 1) -> Cost:
        """Make the layer empty, as if it were made anew with ``seed``."""
        self._seed = check_seed(seed)
        self._consolidations = self._lesions = 0
        self._meter.cost = Cost()
        self._reset()
        self._meter.add(Cost(bytes_moved=sum(array.nbytes for array in self._state().values())))
        return self.cost

    @final
    def write(
        self,
        key: Any,
        value: Any = None,
        *,
        gate: float | None = None,
        context: Any = None,
        label: int | None = None,
    ) -> Cost:
        """Store ``value`` under ``key``, or the pattern ``key``.

        Options, where the layer takes them: ``gate`` in [0, 1] scales what is stored, ``context`` is a vector that must be
        given again in reading, ``label`` a whole number from 0, the class or the block that the item belongs to.
        """
        where = f"{type(self).__name__}.write"
        self._check_written(where)
        item = self._item(where, key, value, gate, context, label)
        before = self.cost
        self._write(item)
        self._meter.add(Cost(steps=1))
        return self.cost - before

    @final
    def read(
        self,
        query: Any,
        *,
        context: Any = None,
        label: int | None = None,
        max_steps: int | None = None,
        top_k: int | None = None,
    ) -> Reading:
        """Return what ``query`` brings up; the layer stays as it is unless its traits say that it reconsolidates.

        Options, where the layer takes them: ``context`` and ``label`` as in :meth:`write`; ``max_steps`` updates at most;
        ``top_k`` items take part.
        """
        where = f"{type(self).__name__}.read"
        options = {"context": context, "label": label, "max_steps": max_steps, "top_k": top_k}
        self._check_options(where, options, self.traits.read_options)
        asked = Query(
            self._vector(f"{where}: query", query, self.traits.cues),
            self._context(where, context),
            self._label(where, label),
            None if max_steps is None else whole_number(f"{where}: max_steps", max_steps, least=1),
            None if top_k is None else whole_number(f"{where}: top_k", top_k, least=1),
        )
        before = self.cost
        found = self._read(asked)
        self._meter.add(Cost(steps=found.steps))
        return Reading(found.value, found.confidence, found.steps, found.latency_ms, self.cost - before)

    @final
    def forget(self, mode: str, amount: Any) -> Cost:
        """Forget by one of the layer's ``modes``, each of which says what its amount is."""
        where = f"{type(self).__name__}.forget"
        if not isinstance(mode, str):
            raise InvalidInput(f"{where}: mode must be a text, got {shown(mode)}; {choices('', self.modes)}")
        if mode in self.cannot:
            raise InvalidInput(f"{where}: has no mode {mode!r}: {self.cannot[mode]}; {choices('', self.modes)}")
        if mode not in self.modes:
            raise InvalidInput(f"{where}: mode {mode!r} is unknown; {choices(mode, self.modes)}")
        checked = self.modes[mode].check(f"{where}: {mode}", self, amount)
        before = self.cost
        self.modes[mode].apply(self, checked)
        return self.cost - before

    @final
    def consolidate(self, replays: int, pairs: Iterable[Any] | None = None) -> Cost:
        """Write ``pairs``, or what the layer holds itself, again: ``replays`` times, each time in another order.

        Each is a key and a value, or a pattern, or a mapping of the arguments of :meth:`write`.
        """
        where = f"{type(self).__name__}.consolidate"
        self._check_written(where)
        times = whole_number(f"{where}: replays", replays, least=1)
        if pairs is None:
            items = self._held()
            if items is None:
                raise InvalidInput(f"{where}: keeps no items to replay; give pairs")
        else:
            if isinstance(pairs, str) or not isinstance(pairs, Iterable):
                raise InvalidInput(f"{where}: pairs must be a list of pairs, got {shown(pairs)}")
            items = [self._replayed(f"{where}: pairs[{k}]", given) for k, given in enumerate(pairs)]
        before = self.cost
        for _ in range(times):
            for k in generator(self._seed, "consolidate", self._consolidations).permutation(len(items)):
                self._write(items[k])
                self._meter.add(Cost(steps=1))
            self._consolidations += 1
        return self.cost - before

    @final
    def lesion(self, part: str, share: float) -> int:
        """Silence a drawn share of the synapses of ``part``; return how many numbers are 0 now that were not.

        ``memory`` is what an answer is made of, ``routing`` what chooses which memories answer (the keys of slots, a router).
        Exactly round(share * n) of a part's n numbers are drawn, by the layer's seed. The damage is to what is stored: what is
        written later is stored whole.
        """
        where = f"{type(self).__name__}.lesion"
        parts = self._parts()
        if not parts:
            raise InvalidInput(f"{where}: no part of its running network is told that could be cut")
        if part not in parts:
            raise InvalidInput(f"{where}: part {shown(part)} is unknown; {choices(part, parts)}")
        lost = fraction(f"{where}: share", self, share)
        arrays = [array for array in parts[part] if array.size]
        sizes = np.cumsum([0, *(array.size for array in arrays)])
        cut = generator(self._seed, "lesion", self._lesions).permutation(int(sizes[-1]))[: round(lost * int(sizes[-1]))]
        self._lesions += 1
        silenced = 0
        for array, first, last in zip(arrays, sizes, sizes[1:], strict=False):
            where_cut = cut[(cut >= first) & (cut < last)] - first
            silenced += int(np.count_nonzero(array.flat[where_cut]))
            array.flat[where_cut] = 0
        self._put(part, parts[part])
        return silenced

    @final
    def footprint(self) -> Footprint:
        """Return what the layer holds now."""
        neurons, synapses = self._circuit()
        return Footprint(bits(self._state().values()), bits(self._constants().values()), neurons, synapses)

    @final
    def state(self) -> dict[str, Array]:
        """Return copies of the arrays that writes change."""
        return {name: array.copy() for name, array in self._state().items()}

    @abstractmethod
    def _reset(self) -> None:
        """Make the state of an empty layer."""

    @abstractmethod
    def _write(self, item: Item) -> None:
        """Store an item."""

    @abstractmethod
    def _read(self, query: Query) -> Recalled:
        """Recall."""

    @abstractmethod
    def _state(self) -> dict[str, Array]:
        """Return the arrays that writes change, themselves."""

    @abstractmethod
    def _circuit(self) -> tuple[int, int]:
        """Return the neurons and synapses."""

    def _constants(self) -> dict[str, Array]:
        """Return the arrays that writes do not change, such as drawn ones. Layers without any leave this."""
        return {}

    def _parts(self) -> dict[str, list[Array]]:
        """Return the arrays that lesions may damage, themselves, by part. Layers whose parts are others replace this."""
        parts = {"memory": list(self._state().values()), "routing": list(self._constants().values())}
        return {name: arrays for name, arrays in parts.items() if arrays}

    def _put(self, part: str, arrays: list[Array]) -> None:
        """Take over the arrays of a part. Layers whose :meth:`_parts` are copies replace this."""
        return

    def _held(self) -> list[Item] | None:
        """Return the items that the layer holds one by one. Layers that hold none leave this."""
        return None

    def _item(self, where: str, key: Any, value: Any, gate: Any, context: Any, label: Any) -> Item:
        self._check_options(where, {"gate": gate, "context": context, "label": label}, self.traits.write_options)
        checked = self._vector(f"{where}: key", key)
        if self.traits.auto:
            if value is not None:
                raise InvalidInput(f"{where}: completes patterns and takes no value, got {shown(value)}")
            own = checked
        elif value is None:
            raise InvalidInput(f"{where}: value is required: {self.parameters.d_v} numbers (d_v)")
        else:
            own = self.traits.values.check(f"{where}: value", value, self.parameters.d_v, "d_v")
        strength = 1.0 if gate is None else fraction(f"{where}: gate", self, gate)
        return Item(checked, own, strength, self._context(where, context), self._label(where, label))

    def _replayed(self, where: str, given: Any) -> Item:
        if isinstance(given, Mapping):
            valid = {"key": None, "value": None, "gate": None, "context": None, "label": None}
            for name in given:
                if name not in valid:
                    raise InvalidInput(f"{where}: unknown argument {name!r}; {choices(name, valid)}")
            return self._item(where, **valid | dict(given))
        if self.traits.auto:
            return self._item(where, given, None, None, None, None)
        try:
            key, value = given
        except (TypeError, ValueError):
            raise InvalidInput(f"{where}: must be a key and a value, got {shown(given)}") from None
        return self._item(where, key, value, None, None, None)

    def _vector(self, where: str, value: Any, code: Code | None = None) -> Array:
        """Return ``value`` as a key, or as a cue of another ``code``; raise about ``where`` unless it is one."""
        name = "N" if self.traits.auto else "d_k"
        return (code or self.traits.keys).check(where, value, self.parameters.d_k, name)

    def _label(self, where: str, label: Any) -> int | None:
        if label is None:
            return None
        count: int = getattr(self.parameters, self.traits.labels)
        number = whole_number(f"{where}: label", label)
        if number >= count:
            raise InvalidInput(f"{where}: label {number} is out of range 0..{count - 1} ({self.traits.labels}={count})")
        return number

    def _context(self, where: str, context: Any) -> Array | None:
        if context is None:
            return None
        return self.traits.contexts.check(f"{where}: context", context, self.parameters.d_k, "d_k")

    def _check_written(self, where: str) -> None:
        if self.traits.recall == "parametric":
            raise InvalidInput(
                f"{where}: recalls from its parameters alone and stores nothing; give it other parameters"
            )

    def _check_options(self, where: str, given: Mapping[str, Any], valid: tuple[str, ...]) -> None:
        for name, value in given.items():
            if value is not None and name not in valid:
                raise InvalidInput(f"{where}: takes no {name}; {choices('', valid)}")
        for name in self.traits.needs:
            if name in valid and given[name] is None:
                raise InvalidInput(f"{where}: {name} is required")


def bits(arrays: Iterable[Array]) -> int:
    """Return the bits of numbers: one of a truth value, those of its type of any other.

    >>> bits([np.zeros(3), np.zeros(2, dtype=bool), np.zeros(1, dtype=complex)])
    322
    """
    return sum(array.size * (1 if array.dtype == np.bool_ else 8 * array.itemsize) for array in arrays)


def fraction(where: str, layer: object, amount: Any) -> float:
    """Return ``amount`` as a number from 0 to 1, or raise :class:`InvalidInput`."""
    number: Any = amount
    if isinstance(amount, bool) or not isinstance(amount, Real) or not 0.0 <= number <= 1.0:
        raise InvalidInput(f"{where} must be a number from 0 to 1, got {shown(amount)}")
    return float(number)
