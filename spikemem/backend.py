"""What a backend is, and the registry that finds one by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from spikemem.checks import whole_number
from spikemem.errors import InvalidInput, MissingDependency, choices
from spikemem.hardware import Hardware
from spikemem.ir.lowered import Connections, LoweredNetwork
from spikemem.parallel import spread
from spikemem.passes.legalize import Abilities

WeightForm = Literal["stored", "effective"]
StepEvents = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]
"""Spikes of one population: steps and neurons, sorted by step, then neuron."""


@dataclass(frozen=True)
class RunOptions:
    """How to run: precision of the weights, threads for independent trials, populations to record (None: all), the hardware."""

    weight_precision: Literal["float64", "float32"] = "float64"
    threads: int = 1
    record: tuple[str, ...] | None = None
    hardware: Hardware = field(default_factory=Hardware)

    def __post_init__(self) -> None:
        if self.weight_precision not in ("float64", "float32"):
            raise InvalidInput(f"weight_precision {self.weight_precision!r} is unknown; valid: float32, float64")
        whole_number("threads", self.threads, least=1)
        if isinstance(self.record, str):
            raise InvalidInput(f"record: must be a list of populations, got the text {self.record!r}")


@dataclass(frozen=True)
class Cost:
    """What a stretch of a run took: spikes fired, synaptic events delivered, plastic weights updated."""

    spikes: int = 0
    synaptic_events: int = 0
    weight_updates: int = 0

    def __sub__(self, earlier: Cost) -> Cost:
        """Return the cost since ``earlier``."""
        return Cost(
            self.spikes - earlier.spikes,
            self.synaptic_events - earlier.synaptic_events,
            self.weight_updates - earlier.weight_updates,
        )


class Program(ABC):
    """A lowered network made ready to run. Time is in steps and starts at 0; ``now`` is the next step to be run.

    A program that is not ``stepwise`` is run once, as a whole, with all its stimuli given before.
    """

    network: LoweredNetwork
    stepwise: ClassVar[bool] = True
    notes: tuple[str, ...] = ()
    """What the target reported of the run that may have changed its results, such as lost packets."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a run on this target cannot show, in words, once it has run."""
        return ()

    @property
    @abstractmethod
    def now(self) -> int:
        """The next step."""

    @abstractmethod
    def stimulate(self, events: Mapping[str, StepEvents]) -> None:
        """Add spikes of spike sources, at steps >= ``now``; raise :class:`InvalidInput` for any that cannot be."""

    @abstractmethod
    def run(self, steps: int) -> None:
        """Advance by ``steps`` steps."""

    def rehearse(self, steps: int) -> str | None:
        """Do all of a run of ``steps`` steps that can be done without running; return what was done, in words."""
        return None

    @abstractmethod
    def spikes(self, since: int = 0) -> dict[str, StepEvents]:
        """Return the recorded spikes of steps >= ``since`` that are still held, by population."""

    @abstractmethod
    def forget_spikes(self) -> None:
        """Drop the spikes held, once they are written elsewhere."""

    @abstractmethod
    def weights(self, projection: str, form: WeightForm = "stored") -> Connections:
        """Return a projection's synapses: ``stored`` as hardware reads them back, ``effective`` with pending post events."""

    @abstractmethod
    def variable(self, population: str, name: str) -> npt.NDArray[np.float64]:
        """Return a state variable (``v``, ``isyn_exc``, ...) of every neuron as it is after the last step."""

    @property
    @abstractmethod
    def cost(self) -> Cost:
        """What the run took so far."""

    def costs(self, marks: Sequence[int]) -> list[Cost]:
        """Return what a program that is not ``stepwise`` took up to each of ``marks``, once it has run."""
        raise NotImplementedError(f"{type(self).__name__} is stepwise: its cost is read between two stretches")

    @abstractmethod
    def save_state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return everything that the rest of the run depends on, as named arrays."""

    @abstractmethod
    def load_state(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Take over what :meth:`save_state` returned; raise :class:`spikemem.errors.FileError` if it is of another network."""


class Backend(ABC):
    """A target: what it can do, and how it makes programs of a lowered network."""

    abilities: Abilities
    side_by_side: ClassVar[bool] = True
    """Whether programs may run on several threads; else all run on the thread that asks for them."""

    @property
    def tools(self) -> str | None:
        """What was found that the backend needs beside packages, in words; None if it needs nothing."""
        return None

    @abstractmethod
    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[Program]:
        """Return ``count`` programs of ``network`` in the initial state, for independent trials, with constants in common."""

    def compile(self, network: LoweredNetwork, options: RunOptions) -> Program:
        """Return the program for ``network``."""
        return self.programs(network, options, 1)[0]

    def run_batch(
        self, network: LoweredNetwork, options: RunOptions, stimuli: Sequence[Mapping[str, StepEvents]], steps: int
    ) -> Sequence[Program]:
        """Run independent trials, one a stimulus, on ``options.threads`` threads; return their programs in the same order.

        Each trial has its own state, so the number of threads changes no bit.
        """
        programs = self.programs(network, options, len(stimuli))

        def trial(k: int) -> None:
            programs[k].stimulate(stimuli[k])
            programs[k].run(steps)

        spread(options.threads if self.side_by_side else 1, len(stimuli), trial)
        return programs


@dataclass(frozen=True)
class Entry:
    """A backend that can be had: where its factory is, what it is, and the packages that it needs."""

    factory: str
    summary: str
    requires: tuple[str, ...] = ()
    extra: str | None = None

    @property
    def missing(self) -> list[str]:
        """The packages that are not there."""
        return [package for package in self.requires if find_spec(package) is None]

    @property
    def install(self) -> str:
        """Return the command that installs what the backend needs."""
        return "pip install spikemem" if self.extra is None else f"pip install 'spikemem[{self.extra}]'"


BACKENDS: Mapping[str, Entry] = {
    "numba": Entry("spikemem.backends.numba_cpu:make", "CPU engine, the reference", ("numba",)),
    "brian2": Entry("spikemem.backends.brian.engine:make_runtime", "Brian2, step by step", ("brian2",), "brian2"),
    "brian2-cpp": Entry(
        "spikemem.backends.brian.engine:make_cpp", "Brian2, a C++ program a run", ("brian2",), "brian2"
    ),
    "brian2-cuda": Entry("spikemem.backends.brian.cuda:make", "Brian2 on an NVIDIA GPU", ("brian2cuda",), "cuda"),
    "nest": Entry("spikemem.backends.pynn.nest:make", "NEST through PyNN, on the grid", ("nest", "pyNN"), "nest"),
    "spinnaker": Entry(
        "spikemem.backends.pynn.spinnaker:make",
        "SpiNNaker boards through sPyNNaker",
        ("spynnaker", "pyNN"),
        "spinnaker",
    ),
}


def backend(name: str) -> Backend:
    """Return the backend called ``name``, importing it now. Raise :class:`InvalidInput` with the valid names if unknown.

    Raises :class:`MissingDependency`, with the command that installs it, if its package is not there.
    """
    if name not in BACKENDS:
        raise InvalidInput(f"backend {name!r} is unknown; {choices(name, BACKENDS)}")
    entry = BACKENDS[name]
    if entry.missing:
        raise MissingDependency(f"backend {name}: {' and '.join(entry.missing)} is not installed: {entry.install}")
    module, _, attribute = entry.factory.partition(":")
    factory: Callable[[], Backend] = getattr(import_module(module), attribute)
    return factory()
