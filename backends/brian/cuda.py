"""The backend ``brian2-cuda``: brian2cuda's standalone device."""

from __future__ import annotations

import logging
import os
import subprocess
import warnings
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from typing import Any

import brian2

from spikemem.backend import Backend, RunOptions
from spikemem.backends.brian.build import CELL_RULES, SYNAPSE_RULES
from spikemem.backends.brian.cuda_toolchain import Toolchain, find_toolchain
from spikemem.backends.brian.standalone import StandaloneProgram
from spikemem.errors import HardwareError
from spikemem.ir.lowered import LoweredNetwork, synapses
from spikemem.ir.numerics import NUMERICS
from spikemem.passes.legalize import Abilities

_CAPABILITY = 9.0
"""The compute capability compiled for where there is no GPU to ask."""
_WORTHWHILE = 1_000_000
"""Synapses below which starting a GPU's kernels takes longer than their work on a processor."""


class CudaProgram(StandaloneProgram):
    """One trial on the GPU. ``compile_into`` stops before the run, so it needs no GPU."""

    device = "cuda_standalone"

    def __init__(self, network: LoweredNetwork, options: RunOptions, toolchain: Toolchain) -> None:
        self._toolchain = toolchain
        super().__init__(network, options, "brian2-cuda")

    def _before_run(self) -> None:
        if not has_gpu():
            raise HardwareError("backend brian2-cuda: this machine has no NVIDIA GPU (nvidia-smi is not there)")
        if sum(synapses(b, *self._sizes(p)) for p in self.network.projections for b in p.buckets) < _WORTHWHILE:
            warnings.warn(
                f"backend brian2-cuda: {self.network.name} has too few synapses for a GPU to gain; try brian2-cpp or numba",
                stacklevel=2,
            )

    def _sizes(self, projection: Any) -> tuple[int, int]:
        return self.network.population(projection.pre).size, self.network.population(projection.post).size

    def _preferences(self, folder: Path) -> dict[str, Any]:
        tools, ours = self._toolchain, "devices.cuda_standalone.cuda_backend"
        standard = ["-std=c++17"] if tools.needs_cpp17 else []
        changes: dict[str, Any] = {
            f"{ours}.cuda_path": str(tools.cuda),
            f"{ours}.cuda_runtime_version": float(f"{tools.version[0]}.{tools.version[1]}"),
            # brian2cuda's default is fast math, which would change results.
            f"{ours}.extra_compile_args_nvcc": ["-w", "--fmad=false", *standard],
            "codegen.cpp.extra_compile_args": ["-w", "-O2", "-ffp-contract=off", *(standard or ["-std=c++11"])],
            "codegen.cpp.include_dirs": [str(tools.curand_include)],
            "codegen.cpp.library_dirs": [str(folder)],
            "codegen.cpp.runtime_library_dirs": [str(tools.curand_library)],
        }
        if not has_gpu():
            changes |= {f"{ours}.detect_gpus": False, f"{ours}.gpu_id": 0, f"{ours}.compute_capability": _CAPABILITY}
        return changes

    def _compile(self, device: Any, folder: Path) -> None:
        library = next(iter(sorted(self._toolchain.curand_library.glob("libcurand.so*"))))
        (folder / "libcurand.so").symlink_to(library)
        logger = brian2.BrianLogger.console_handler
        level = logger.level
        logger.setLevel(logging.WARNING)  # brian2cuda lists its preferences on the console
        try:
            device.build(directory=str(folder), compile=False, run=False)
        finally:
            logger.setLevel(level)
        done = subprocess.run(
            ["make", f"-j{len(os.sched_getaffinity(0))}"], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"the CUDA that brian2cuda generated does not compile:\n{done.stdout}\n{done.stderr}")


class CudaBackend(Backend):
    """The same on a GPU; sums in whatever order the GPU adds, so that last bits may differ from run to run."""

    def __init__(self, toolchain: Toolchain) -> None:
        self.abilities = Abilities("brian2-cuda", NUMERICS, tuple(CELL_RULES), tuple(SYNAPSE_RULES))
        self._toolchain = toolchain

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[CudaProgram]:
        """Return the programs, each of which will be compiled when it runs."""
        return [CudaProgram(network, options, self._toolchain) for _ in range(count)]


def has_gpu() -> bool:
    """Return whether this machine has an NVIDIA driver, without which there is nothing to run on."""
    return which("nvidia-smi") is not None


def make() -> CudaBackend:
    """Return the backend ``brian2-cuda``; raise :class:`MissingDependency` if nvcc or curand is missing."""
    toolchain = find_toolchain()
    import brian2cuda  # noqa: F401  # it registers its device

    return CudaBackend(toolchain)
