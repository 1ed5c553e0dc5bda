"""Brian2's global state: preferences and the active device, changed for as long as a program needs them, then put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

import brian2
import numpy as np

_LOCK = RLock()
"""Brian2 has one device and one set of preferences a process: programs on several threads take turns."""
# What all results depend on: float64, and the order of operations as the rules write it. Neither Brian2's own rearrangements,
# nor fast math, nor fused multiply-adds, so that all backends agree but for the order of sums.
_EXACT: dict[str, Any] = {
    "core.default_float_dtype": np.float64,
    "codegen.loop_invariant_optimisations": False,
    "codegen.cpp.extra_compile_args": ["-w", "-O2", "-fno-fast-math", "-ffp-contract=off", "-std=c++11"],
}


@contextmanager
def runtime() -> Iterator[None]:
    """Hold the lock and the runtime device.

    Code is generated for NumPy unless Brian2's preference ``codegen.target`` is set to ``cython``: compiling takes some
    seconds for each of a network's many pieces of code.
    """
    with _LOCK:
        target = "cython" if brian2.prefs["codegen.target"] == "cython" else "numpy"
        # Brian2 would answer Ctrl-C by ending the run early, as if it were complete.
        changes = {"codegen.target": target, "core.stop_on_keyboard_interrupt": False}
        with _preferences(changes), _device("runtime"):
            yield


@contextmanager
def standalone(name: str, changes: Mapping[str, Any]) -> Iterator[Any]:
    """Hold the lock, the preferences ``changes``, and a fresh standalone device, which is given and forgotten at the end."""
    quiet: dict[str, Any] = {"devices.cpp_standalone.run_environment_variables": {}}
    with _LOCK, _preferences(quiet | dict(changes)), _device(name, build_on_run=False) as device:
        device.reinit()
        device.activate(build_on_run=False)
        try:
            yield device
        finally:
            device.reinit()


@contextmanager
def _preferences(changes: Mapping[str, Any]) -> Iterator[None]:
    wanted = _EXACT | dict(changes)
    kept = {name: brian2.prefs[name] for name in wanted}
    try:
        for name, value in wanted.items():
            brian2.prefs[name] = value
        yield
    finally:
        for name, value in kept.items():
            brian2.prefs[name] = value


@contextmanager
def _device(name: str, **options: Any) -> Iterator[Any]:
    brian2.set_device(name, **options)
    try:
        yield brian2.get_device()
    finally:
        brian2.devices.reset_device()
