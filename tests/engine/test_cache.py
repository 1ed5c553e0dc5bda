"""Kernels are compiled once and for all starts, and anew when the engine's sources change."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import spikemem
from spikemem.backends.numba_cpu import kernel_cache

# A start that uses every kernel: all cells, both numerics, both updates, dense and sparse, both precisions.
START = """
import json
from dataclasses import replace
from numba.core import event
with event.install_recorder("numba:compile") as compiled:
    import spikemem
    from spikemem.ir import *
    sources = (Population("in", 2, SpikeSource()), Population("noise", 2, SpikeSourcePoisson(rate=20.0)))
    cells = tuple(Population(c.__name__, 2, c()) for c in (IF_curr_exp, IF_curr_delta, IF_cond_exp))
    synapses = (Static(), PairSTDP(w_max=2.0), PairSTDP(w_max=2.0, update="deferred"))
    projections = tuple(
        Projection(f"{c.name}{k}{connector}", "in", c.name, connector, weight, 2.0, "excitatory", synapse)
        for c in cells for k, synapse in enumerate(synapses)
        for connector in (AllToAll(), FromList(((0, 0), (1, 1)))) for weight in (1.0, Uniform(0.0, 1.0))
    )
    projections = tuple(replace(p, name=str(k)) for k, p in enumerate(projections))
    network = Network("all", 1.0, (*sources, *cells), projections)
    for numerics in ("spinnaker", "exact"):
        for precision in ("float64", "float32"):
            spikemem.run(
                network, stimulus={"in": ([1.0, 5.0], [0, 1])}, duration_ms=20.0, numerics=numerics,
                weight_precision=precision,
            )
    memory = spikemem.open(__import__("spikemem.models").models.CA3CAM())
    memory.learn(cue=0, content=[1])
    assert memory.recall(cue=0).content == {1}
print(json.dumps([str(record.data["dispatcher"].py_func.__name__) for _, record in compiled.buffer if record.is_start]))
"""
# One kernel only, under a stamp of our own, in a cache folder of our own.
STAMPED = """
import json, sys
from numba.core import event
from spikemem.backends.numba_cpu import kernel, kernel_cache, spike_source
kernel_cache.engine_stamp = lambda: sys.argv[1]
with event.install_recorder("numba:compile") as compiled:
    kernel.address(kernel_cache.cached(spike_source.emit))
print(json.dumps([str(record.data["dispatcher"].py_func.__name__) for _, record in compiled.buffer if record.is_start]))
"""


def compiled(code: str, *arguments: str, **environment: str) -> list[str]:
    """Return the names of the functions that a new process running ``code`` has compiled."""
    environment["PYTHONPATH"] = str(Path(spikemem.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return names


def test_a_second_start_compiles_nothing() -> None:
    compiled(START)
    assert compiled(START) == []


def test_a_changed_engine_is_compiled_anew(tmp_path: Path) -> None:
    folder = {"NUMBA_CACHE_DIR": str(tmp_path)}
    assert "emit" in compiled(STAMPED, "one", **folder)
    assert compiled(STAMPED, "one", **folder) == []
    assert "emit" in compiled(STAMPED, "two", **folder)
    assert compiled(STAMPED, "two", **folder) == []


def copied(tmp_path: Path) -> ModuleType:
    """Return the cache module of a copy of the engine's sources."""
    engine = tmp_path / "engine"
    if not engine.exists():
        shutil.copytree(Path(kernel_cache.__file__).parent, engine, ignore=shutil.ignore_patterns("__pycache__"))
    found = importlib.util.spec_from_file_location("copied_kernel_cache", engine / "kernel_cache.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def edit(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")


CHANGES: dict[str, Any] = {
    "a part of kernels": lambda engine: edit(engine / "pair_rule.py"),
    "the driver": lambda engine: edit(engine / "driver.py"),
    "a new file": lambda engine: (engine / "another.py").write_text("", encoding="utf-8"),
    "another name": lambda engine: (engine / "static.py").rename(engine / "statics.py"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_source_file_is_part_of_the_stamp(change: str, tmp_path: Path) -> None:
    stamp = copied(tmp_path).engine_stamp()
    assert stamp == kernel_cache.engine_stamp()
    assert copied(tmp_path).engine_stamp() == stamp
    CHANGES[change](tmp_path / "engine")
    assert copied(tmp_path).engine_stamp() != stamp
