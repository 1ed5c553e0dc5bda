"""The base of all models."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import ConfigDict

from spikemem.errors import OperationError, Unsupported, choices
from spikemem.ir.network import Network
from spikemem.ir.numerics import Numerics
from spikemem.language.association import Association
from spikemem.language.builder import NetworkBuilder
from spikemem.language.operation import Operation
from spikemem.parameters import Parameters


class Memory(Parameters, ABC):
    """A spiking memory: parameters, a network and operations.

    A model is one final subclass in one file: annotated parameters, ``build``, and methods declared with ``@operation``. Its
    docstring begins with what it is and where it was published. It is a value: frozen, equal if its parameters are.
    """

    model_config = ConfigDict(ignored_types=(Operation,))

    dt: ClassVar[float] = 1.0
    """The step (ms) that the model is written for."""
    numerics: ClassVar[Numerics | None] = "spinnaker"
    """The numerics that the model is written for: what runs use unless told otherwise. None: whatever the backend has."""
    cannot: ClassVar[Mapping[str, str]] = {}
    """Operations that users may look for and that the model has not: what to do instead."""

    @abstractmethod
    def build(self, net: NetworkBuilder) -> None:
        """Declare populations and projections."""

    @classmethod
    def sized(cls, items: int, bits: int) -> Self:
        """Return the model for so many items of so many lines; raise :class:`Unsupported` if suites cannot ask for it."""
        raise Unsupported(f"{cls.__name__}: declares no association (Memory.sized), so suites cannot ask it")

    def association(self) -> Association:
        """Return how it stores and recalls items, and what is right, empty; raise :class:`Unsupported` if it does not say."""
        raise Unsupported(f"{type(self).__name__}: declares no association, so suites cannot ask it")

    @classmethod
    def model_name(cls) -> str:
        """Return the name on the command line: the class name in kebab case.

        >>> class CA3CAM(Memory): ...
        >>> CA3CAM.model_name()
        'ca3-cam'
        >>> class SDRNeuron(Memory): ...
        >>> SDRNeuron.model_name()
        'sdr-neuron'
        """
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", cls.__name__).lower()

    def network(self) -> Network:
        """Return the network that ``build`` declares, verified; the operations must read populations that it has."""
        builder = NetworkBuilder(self.model_name(), self.dt)
        self.build(builder)
        network = builder.network()
        names = [p.name for p in network.populations]
        for key, made in self.operations().items():
            for answer, window in made.windows(self).items():
                if window.population not in names:
                    raise OperationError(
                        f"{type(self).__name__}.{key}: answer {answer!r}: population {window.population!r} is unknown; "
                        f"{choices(window.population, names)}"
                    )
        return network

    @classmethod
    def operations(cls) -> dict[str, Operation]:
        """Return the model's operations by name, in the order of the file."""
        found: dict[str, Operation] = {}
        for base in reversed(cls.__mro__):
            found |= {name: value for name, value in vars(base).items() if isinstance(value, Operation)}
        return found

    @classmethod
    def operation(cls, name: str) -> Operation:
        """Return an operation; raise :class:`OperationError` with what the model says or the valid names if it has none."""
        found = cls.operations()
        if name in found:
            return found[name]
        if name in cls.cannot:
            raise OperationError(f"{cls.__name__} has no operation {name!r}: {cls.cannot[name]}")
        raise OperationError(f"{cls.__name__} has no operation {name!r}; {choices(name, found)}")
