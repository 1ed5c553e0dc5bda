"""What brian2-cuda needs beside Python packages: nvcc, and curand, which newer CUDA installations and wheels have apart."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from spikemem.errors import MissingDependency


@dataclass(frozen=True)
class Toolchain:
    """Where CUDA is, nvcc's version, and the folders of curand.h and of libcurand.so.10 (or .so)."""

    cuda: Path
    version: tuple[int, int]
    curand_include: Path
    curand_library: Path

    @property
    def needs_cpp17(self) -> bool:
        """Whether CUDA's own headers want C++17, which brian2cuda does not ask for."""
        return self.version >= (13, 0)


def find_toolchain() -> Toolchain:
    """Return what is installed; raise :class:`MissingDependency` with the line that installs what is not."""
    cuda = _cuda()
    if cuda is None:
        raise MissingDependency("backend brian2-cuda: nvcc is not installed: apt-get install nvidia-cuda-toolkit")
    told = subprocess.run([cuda / "bin" / "nvcc", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"release (\d+)\.(\d+)", told)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    places = [cuda, cuda / "targets" / "x86_64-linux", *_wheels()]
    include = next((p / "include" for p in places if (p / "include" / "curand.h").is_file()), None)
    library = next((f for p in places for f in (p / "lib64", p / "lib") if any(f.glob("libcurand.so*"))), None)
    if include is None or library is None:
        raise MissingDependency("backend brian2-cuda: curand is not installed: pip install nvidia-curand")
    return Toolchain(cuda, version, include, library)


def _cuda() -> Path | None:
    given = [os.environ[name] for name in ("CUDA_PATH", "CUDA_HOME") if os.environ.get(name)]
    on_path = which("nvcc")
    places = (
        [Path(p) for p in given] + ([Path(on_path).resolve().parents[1]] if on_path else []) + [Path("/usr/local/cuda")]
    )
    return next(
        (p for p in places if (p / "bin" / "nvcc").is_file() and (p / "include" / "cuda_runtime.h").is_file()), None
    )


def _wheels() -> list[Path]:
    spec = find_spec("nvidia")
    folders = [Path(p) for p in (spec.submodule_search_locations or [])] if spec is not None else []
    return [place for folder in folders for place in sorted(folder.iterdir()) if place.is_dir()]
