"""What the lowering rules build on: the Brian2 objects made so far, and the registries that find a primitive's rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from spikemem.backend import StepEvents
from spikemem.ir.cell import Receptor
from spikemem.ir.lowered import Bucket, Connections, LoweredNetwork, LoweredPopulation, LoweredProjection
from spikemem.ir.numerics import NUMERICS
from spikemem.ir.values import FloatArray
from spikemem.passes.legalize import Abilities
from spikemem.tally import Updates

Array = npt.NDArray[Any]
Read = Callable[[str], Array]
"""Returns the values of a Brian2 variable by its key, ``object.variable``."""

NEVER = -1e15
"""The step of an event that has not happened: a float64, as all steps in Brian2 variables, so that none overflows."""
INPUT: dict[Receptor, str] = {
    "excitatory": "in_e",
    "inhibitory": "in_i",
    "up": "in_u",
    "horizontal": "in_h",
    "down": "in_d",
}


class Inflow(Protocol):
    """The current of a zone of dendrites, as checkpoints need it."""

    def flowing(self, access: Access, soma: str, size: int) -> Array:
        """Return the current (nA) into each of ``size`` somata of the group ``soma`` in the next step."""


class Flow(NamedTuple):
    """The current (nA) of a zone of segments, 0 if none ever flows, and the ``steps`` of a plateau.

    ``begun`` and ``lasts`` are variables of the soma: whether a plateau began in the last step, and for how long one lasts.
    """

    current: float
    steps: int
    begun: str
    lasts: str

    def flowing(self, access: Access, soma: str, size: int) -> Array:
        """Return the current into each of ``size`` somata of the group ``soma`` in the next step."""
        return self.current * (self.remaining(access, soma, size) > 0)

    def remaining(self, access: Access, soma: str, size: int) -> Array:
        """Return for how many steps from now on the current flows into each of ``size`` somata of the group ``soma``."""
        if not self.current:
            return np.zeros(size, dtype=np.int64)
        begun, lasts = access.read(f"{soma}.{self.begun}"), access.read(f"{soma}.{self.lasts}")
        return np.where(begun > 0, self.steps, lasts).astype(np.int64)


class Firing(NamedTuple):
    """When neurons of a population fire in a step: if ``variable``, once the step's groups have run, is at least ``least``."""

    variable: str
    least: float


class Event(NamedTuple):
    """An event of a target besides its spikes: when its condition is looked at, and by which order within that slot."""

    condition: str
    when: str
    order: int = 0


@dataclass
class Additions:
    """What plastic synapses and dendrites need in their target: variables with initial values, code at its spikes, delay lines.

    ``lines[receptor]`` is the length of the delay line behind the input of that receptor: emitted weights that arrive in
    later steps and so cannot be read from the synapse then. ``begin`` and ``end`` are code of every step, ``offset`` what is
    added to i_offset; ``flows`` are the zones of dendrites; ``linked`` are variables of other populations: whose, and which;
    ``events`` are what synapses or monitors hear besides spikes.
    """

    variables: dict[str, float] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    reset: list[str] = field(default_factory=list)
    begin: list[str] = field(default_factory=list)
    offset: list[str] = field(default_factory=list)
    end: list[str] = field(default_factory=list)
    flows: list[Inflow] = field(default_factory=list)
    linked: dict[str, tuple[str, str]] = field(default_factory=dict)
    lines: dict[Receptor, int] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)

    def slot(self, receptor: Receptor, delay: int) -> str:
        """Return the variable that what is emitted now is added to, to arrive ``delay`` steps later."""
        return f"{INPUT[receptor]}{delay - 1}" if delay > 1 else INPUT[receptor]

    def lengthen(self, receptor: Receptor, delay: int, parts: Iterable[str] = ("",)) -> None:
        """Make room for emissions over ``delay`` steps; ``parts`` are the endings of the variables of an emission."""
        length = max(self.lines.get(receptor, 0), delay - 1)
        self.lines[receptor] = length
        self.variables |= {f"{self.slot(receptor, k + 1)}{part}": 0.0 for k in range(1, length + 1) for part in parts}

    def conditions(self) -> dict[str, str]:
        """Return the condition of each event."""
        return {name: event.condition for name, event in self.events.items()}

    def schedule(self, group: Any) -> None:
        """Have the events of the group looked at when they should be."""
        for name, event in self.events.items():
            group.set_event_schedule(name, when=event.when, order=event.order)

    def moves(self, receptors: Iterable[Receptor], part: str = "") -> list[str]:
        """Return the code that moves the delay lines along by one step, once the input is consumed."""
        code = []
        for receptor in receptors:
            places = [f"{self.slot(receptor, k + 1)}{part}" for k in range(self.lines.get(receptor, 0) + 1)]
            code += [f"{place} = {behind}" for place, behind in pairwise(places)]
            code.append(f"{places[-1]} = 0.0")
        return code


class Access(ABC):
    """A running program's variables and queues, as checkpoints need them; ``now`` is the next step."""

    network: LoweredNetwork
    now: int

    @abstractmethod
    def read(self, key: str) -> Array:
        """Return a variable by its key, ``object.variable``."""

    @abstractmethod
    def write(self, key: str, values: Array) -> None:
        """Set a variable."""

    @abstractmethod
    def queue(self, synapses: str, pathway: str) -> list[Array]:
        """Return the synapses under way: the k-th array are those that act in step now + k."""

    @abstractmethod
    def set_queue(self, synapses: str, pathway: str, waiting: list[Array]) -> None:
        """Replace the synapses under way."""

    @abstractmethod
    def fired(self, population: str) -> StepEvents:
        """Return all spikes since step 0 of a target whose history is unlimited."""


@dataclass(frozen=True, eq=False)
class Saved:
    """How a bucket's state but for its weights is saved, by names within the bucket, and loaded."""

    save: Callable[[Access], dict[str, Array]]
    load: Callable[[Access, Mapping[str, Array]], None]
    unlimited: bool = False
    """Whether the saved state has all spikes of the target."""


@dataclass(frozen=True, eq=False)
class SavedPopulation:
    """How a population's state is saved, by names within it, and loaded.

    What is under way to it is an array by step from now on, receptor and neuron: given to ``save``, returned by ``load``.
    """

    save: Callable[[Access, Array], dict[str, Array]]
    load: Callable[[Access, Mapping[str, Array]], Array]


@dataclass(frozen=True, eq=False)
class Held:
    """A bucket of synapses as the program holds it; ``weights`` is the key of its weights, None if they never change.

    ``effective`` computes the weights with pending post events after the given step, where they are not the stored ones.
    ``grown`` returns the synapses of now, and ``taken`` the synaptic events and weight updates since it was last asked, where
    learning makes and removes synapses, so that spikes do not tell.
    """

    bucket: Bucket
    connections: Connections
    weights: str | None = None
    effective: Callable[[Read, int], FloatArray] | None = None
    updates: tuple[Updates, ...] = ()
    saved: Saved | None = None
    grown: Callable[[], Connections] | None = None
    taken: Callable[[], tuple[int, int]] | None = None
    heard: str | None = None
    """The events by which it sends, if they are not the pre population's spikes."""
    current: Callable[[Read, int], FloatArray] | None = None
    """Computes the weights as of the given step, where they change with time alone."""


class Signal(NamedTuple):
    """A monitor of events other than spikes; ``amount`` is the recorded variable that says how many each stands for."""

    monitor: Any
    amount: str | None = None


def events_of(times: Array, neurons: Array, dt: float, amounts: Array | None = None) -> StepEvents:
    """Return what a monitor recorded at ``times`` (s) as steps of ``dt`` ms and neurons, each as often as ``amounts`` says."""
    steps, found = np.rint(times / (dt * 1e-3)).astype(np.int64), np.array(neurons, dtype=np.int32)
    if amounts is None:
        return steps, found
    often = np.rint(amounts).astype(np.int64)
    return np.repeat(steps, often), np.repeat(found, often)


@dataclass
class Build:
    """What lowering rules add to. ``feed`` are the sources' spikes, as far as they are known before the run.

    ``draws`` are the numbers that modules choose by, (steps, modules) by population; None: the host gives those of each step.
    """

    network: LoweredNetwork
    clock: Any
    single: bool
    feed: dict[str, StepEvents]
    draws: Mapping[str, FloatArray] | None = None
    groups: dict[str, Any] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)
    """Monitors of what is counted beside spikes, by the name of the events."""
    firing: dict[str, Firing] = field(default_factory=dict)
    """By population that dendrites may grow on."""
    objects: list[Any] = field(default_factory=list)
    additions: dict[str, Additions] = field(default_factory=dict)
    held: dict[str, tuple[Held, ...]] = field(default_factory=dict)
    saved: dict[str, SavedPopulation] = field(default_factory=dict)
    """By population; sources have no state."""
    initial: dict[str, Array] = field(default_factory=dict)
    """The variables to be read after the run, by key, with their initial values."""

    def group_name(self, population: str) -> str:
        """Return the Brian2 name of a population: the same for every model."""
        return f"n{[p.name for p in self.network.populations].index(population)}"

    def synapses_name(self, projection: str, delay: int | None = None) -> str:
        """Return the Brian2 name of a projection's synapses, or of those of one delay."""
        number = [p.name for p in self.network.projections].index(projection)
        return f"s{number}" + ("" if delay is None else f"_{delay}")

    def keep(self, owner: Any, variable: str, values: float | Array) -> str:
        """Give a variable its initial values, have it read after the run, and return its key."""
        size = owner.variables[variable].size if isinstance(values, float | int) else None
        initial = np.full(size, values) if size is not None else np.asarray(values)
        setattr(owner, variable, initial)
        key = f"{owner.name}.{variable}"
        self.initial[key] = initial
        return key

    def stored(self, weights: FloatArray) -> FloatArray:
        """Return weights as the run's precision holds them."""
        return weights.astype(np.float32).astype(np.float64) if self.single else weights


CellRule = Callable[[LoweredPopulation, Build], Any]
CELL_RULES: dict[type, CellRule] = {}


@dataclass(frozen=True)
class SynapseRule:
    """``extend`` says what the projection needs in its target, before any group is made; ``lower`` makes the synapses.

    ``on_host`` says what of the rule works on the host in each step, so that no program of its own can be made of it; "" if
    nothing does.
    """

    extend: Callable[[LoweredProjection, Build], None]
    lower: Callable[[LoweredProjection, Build], tuple[Held, ...]]
    on_host: str = ""


SYNAPSE_RULES: dict[type, SynapseRule] = {}


def compiled(backend: str) -> Abilities:
    """Return what programs of their own can do."""
    rules = SYNAPSE_RULES.items()
    why = {s: f"{r.on_host}, and a compiled program runs without it" for s, r in rules if r.on_host}
    reasons = {synapse: (reason, "backend brian2 or numba") for synapse, reason in why.items()}
    offered = tuple(synapse for synapse, rule in rules if not rule.on_host)
    return Abilities(backend, NUMERICS, tuple(CELL_RULES), offered, reasons=reasons)


def lowers_cell(cell: type) -> Callable[[CellRule], CellRule]:
    """Register the rule that makes the Brian2 group of a population of ``cell``."""

    def register(rule: CellRule) -> CellRule:
        CELL_RULES[cell] = rule
        return rule

    return register


Extension = Callable[[LoweredPopulation, Build], None]
SOMA_RULES: dict[type, Extension] = {}


def extends_soma(dendrite: type) -> Callable[[Extension], Extension]:
    """Register what dendrites of type ``dendrite`` need in their soma, before any group is made."""

    def register(rule: Extension) -> Extension:
        SOMA_RULES[dendrite] = rule
        return rule

    return register
