"""Compiles what Brian2's C++ standalone device has written, some times faster than its makefile does.

It consists of hundreds of small files whose cost is the headers that all of them include: these are compiled once, before.
"""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which

from spikemem.errors import MissingDependency

_FLAGS = ("-w", "-std=c++11", "-fno-fast-math", "-ffp-contract=off", "-I.")
_HEADER = "spikemem_headers.h"
_COMMON = "objects.h synapses_classes.h brianlib/common_math.h brianlib/stdint_compat.h"
_ONCE = ("objects.cpp", "main.cpp", "run.cpp")
"""What runs once, and takes long to optimize."""


def find_compiler(backend: str) -> str:
    """Return the C++ compiler; raise :class:`MissingDependency` if there is none."""
    name = os.environ.get("CXX") or "g++"
    found = which(name)
    if found is None:
        raise MissingDependency(f"backend {backend}: the C++ compiler {name} is not installed: apt-get install g++")
    return found


def compile_project(folder: Path, compiler: str, jobs: int) -> None:
    """Compile all sources in ``folder`` to the program ``main`` there."""
    headers = [f'#include "{name}"' for name in _COMMON.split() if (folder / name).is_file()]
    (folder / _HEADER).write_text("\n".join([*headers, "#include <iostream>", "#include <fstream>", ""]))
    sources = sorted(path.relative_to(folder) for path in folder.rglob("*.cpp"))
    objects = [str(path.with_suffix(".o")) for path in sources]

    def translate(source: Path) -> None:
        level = "-O0" if source.name in _ONCE else "-O2"
        _call(
            [compiler, "-c", *_FLAGS, level, "-include", _HEADER, str(source), "-o", str(source.with_suffix(".o"))],
            folder,
        )

    _call([compiler, *_FLAGS, "-O2", "-x", "c++-header", _HEADER, "-o", f"{_HEADER}.gch"], folder)
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(translate, sources))
    _call([compiler, *objects, "-o", "main"], folder)


def _call(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the C++ that Brian2 generated does not compile: {' '.join(command)}\n{done.stderr}")
