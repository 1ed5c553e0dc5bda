"""The backends ``brian2`` and ``brian2-cpp``."""

from __future__ import annotations

from collections.abc import Sequence

from spikemem.backend import Backend, RunOptions
from spikemem.backends.brian.build import CELL_RULES, SYNAPSE_RULES, compiled
from spikemem.backends.brian.compiler import find_compiler
from spikemem.backends.brian.project import Projects
from spikemem.backends.brian.runtime import RuntimeProgram
from spikemem.backends.brian.standalone import StandaloneProgram
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.numerics import NUMERICS
from spikemem.passes.legalize import Abilities


class RuntimeBackend(Backend):
    """Runs everything of the catalogue under every numerics, grade exact but for the order in which inputs are summed."""

    def __init__(self) -> None:
        self.abilities = Abilities("brian2", NUMERICS, tuple(CELL_RULES), tuple(SYNAPSE_RULES))

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[RuntimeProgram]:
        """Return the programs; those on several threads take turns."""
        return [RuntimeProgram(network, options) for _ in range(count)]


class StandaloneBackend(Backend):
    """The same as a C++ program of its own, which runs a protocol as a whole."""

    def __init__(self, compiler: str) -> None:
        self._compiler = compiler
        self.abilities = compiled("brian2-cpp")

    @property
    def tools(self) -> str:
        """The C++ compiler."""
        return f"the compiler {self._compiler}"

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[StandaloneProgram]:
        """Return the programs: the first to run is compiled, and the others run what came of it."""
        projects = Projects(count)
        return [StandaloneProgram(network, options, projects) for _ in range(count)]


def make_runtime() -> RuntimeBackend:
    """Return the backend ``brian2``."""
    return RuntimeBackend()


def make_cpp() -> StandaloneBackend:
    """Return the backend ``brian2-cpp``; raise :class:`MissingDependency` if there is no C++ compiler."""
    return StandaloneBackend(find_compiler("brian2-cpp"))
