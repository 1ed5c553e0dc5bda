"""Where a result comes from: model, choices, versions."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from spikemem.ir.network import Network
from spikemem.ir.serialize import to_data
from spikemem.language.memory import Memory
from spikemem.session import Setup

_PACKAGES = ("spikemem", "numpy", "numba", "scipy", "h5py")


def versions() -> dict[str, str]:
    """Return the versions of Python, spikemem and the packages that its results depend on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "(not installed)"
    return found


def model_reference(model: Memory | Network) -> dict[str, Any]:
    """Return what is needed to make ``model`` again: its class and parameters, or the network itself."""
    if isinstance(model, Network):
        return {"network": to_data(model)}
    kind = type(model)
    return {
        "class": f"{kind.__module__}:{kind.__qualname__}",
        "name": kind.model_name(),
        "parameters": model.model_dump(),
    }


def _decomposed(model: Memory | Network, setup: Setup) -> dict[str, Any]:
    if not setup.decompose:
        return {}
    network = model.network() if isinstance(model, Memory) else model
    return {"decompose": list(setup.decompose), "substituted": list(setup.substitutions(network))}


def provenance(model: Memory | Network, setup: Setup) -> dict[str, Any]:
    """Return the provenance of a run, as JSON data."""
    return {
        "model": model_reference(model),
        "backend": setup.backend,
        "numerics": setup.numerics,
        "seed": setup.seed,
        "dt_ms": setup.dt,
        "hardware": setup.hardware,
        "weight_precision": setup.options.weight_precision,
        **_decomposed(model, setup),
        "versions": versions(),
    }
