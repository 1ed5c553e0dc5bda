"""The backend ``brian2-cuda``: brian2cuda's standalone device."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any

import brian2

from spikemem.backend import Backend, RunOptions
from spikemem.backends.brian.build import compiled
from spikemem.backends.brian.cuda_project import compile_project
from spikemem.backends.brian.cuda_toolchain import Toolchain, find_toolchain
from spikemem.backends.brian.project import Projects
from spikemem.backends.brian.standalone import StandaloneProgram
from spikemem.errors import HardwareError, SpikememWarning
from spikemem.hardware import Gpu
from spikemem.ir.lowered import LoweredNetwork, synapses

_CAPABILITY = 9.0
"""The compute capability compiled for where there is no GPU to ask."""
_WORTHWHILE = 1_000_000
"""Synapses below which starting a GPU's kernels takes longer than their work on a processor (our estimate)."""


class CudaProgram(StandaloneProgram):
    """One trial on the GPU. Its rehearsal stops before the run, so it needs no GPU."""

    device = "cuda_standalone"

    def __init__(self, network: LoweredNetwork, options: RunOptions, projects: Projects, toolchain: Toolchain) -> None:
        self._toolchain = toolchain
        self._gpu = options.hardware if isinstance(options.hardware, Gpu) else Gpu()
        super().__init__(network, options, projects, "brian2-cuda")

    def _before_run(self) -> None:
        if not has_gpu():
            raise HardwareError(
                "backend brian2-cuda: this machine has no NVIDIA GPU (nvidia-smi is not there); --dry-run compiles without one"
            )

    def _preferences(self, folder: Path) -> dict[str, Any]:
        tools, ours = self._toolchain, "devices.cuda_standalone.cuda_backend"
        standard = "-std=c++17" if tools.needs_cpp17 else "-std=c++11"
        return {
            f"{ours}.cuda_path": str(tools.cuda),
            f"{ours}.cuda_runtime_version": float(f"{tools.version[0]}.{tools.version[1]}"),
            # brian2cuda's default is fast math, which would change results.
            f"{ours}.extra_compile_args_nvcc": ["-w", "--fmad=false", standard],
            # brian2cuda names a standard of its own before it.
            "codegen.cpp.extra_compile_args": ["-w", "-O2", "-ffp-contract=off", standard],
            "codegen.cpp.include_dirs": [str(tools.curand_include)],
            "codegen.cpp.library_dirs": [str(folder)],
            "codegen.cpp.runtime_library_dirs": [str(tools.curand_library)],
            f"{ours}.detect_gpus": has_gpu(),
            f"{ours}.gpu_id": self._gpu.device,
            f"{ours}.compute_capability": self._gpu.compute_capability or (None if has_gpu() else _CAPABILITY),
        }

    def _compile(self, folder: Path) -> None:
        library = next(iter(sorted(self._toolchain.curand_library.glob("libcurand.so*"))))
        (folder / "libcurand.so").symlink_to(library)
        compile_project(folder)

    @contextmanager
    def _written_quietly(self) -> Iterator[None]:
        """Keep brian2cuda from listing its preferences, and from warning of every ``exp`` of a number of steps.

        It fears that such numbers are taken for single precision; ours are multiplied by a rate, a double, before.
        """
        logger = brian2.BrianLogger.console_handler
        level = logger.level
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


class CudaBackend(Backend):
    """The same on a GPU; sums in whatever order the GPU adds, so that last bits may differ from run to run."""

    def __init__(self, toolchain: Toolchain) -> None:
        self.abilities = compiled("brian2-cuda")
        self._toolchain = toolchain

    @property
    def tools(self) -> str:
        """The compiler, curand and the GPU."""
        major, minor = self._toolchain.version
        gpu = "an NVIDIA GPU" if has_gpu() else "no NVIDIA GPU, so that --dry-run compiles and nothing can be run"
        return f"nvcc {major}.{minor} in {self._toolchain.cuda}, curand in {self._toolchain.curand_library}; {gpu}"

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[CudaProgram]:
        """Return the programs, of which the first to run is compiled for all; warn if a processor would be as fast."""
        if total_synapses(network) < _WORTHWHILE:
            warnings.warn(
                f"backend brian2-cuda: {network.name} has {total_synapses(network)} synapses, too few for a GPU to gain; "
                "brian2-cpp or numba will be faster",
                SpikememWarning,
                stacklevel=2,
            )
        projects = Projects(count)
        return [CudaProgram(network, options, projects, self._toolchain) for _ in range(count)]


def total_synapses(network: LoweredNetwork) -> int:
    """Return the number of synapses of all projections."""
    sizes = {p.name: p.size for p in network.populations}
    return sum(synapses(b, sizes[p.pre], sizes[p.post]) for p in network.projections for b in p.buckets)


def has_gpu() -> bool:
    """Return whether this machine has an NVIDIA driver, without which there is nothing to run on."""
    return which("nvidia-smi") is not None


def make() -> CudaBackend:
    """Return the backend ``brian2-cuda``; raise :class:`MissingDependency` if nvcc or curand is missing."""
    toolchain = find_toolchain()
    import brian2cuda  # noqa: F401  # it registers its device

    return CudaBackend(toolchain)
