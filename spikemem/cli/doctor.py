"""``spikemem doctor``."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version

from rich.table import Table

from spikemem.backend import BACKENDS, backend
from spikemem.cli.options import Json, print_json, stdout
from spikemem.errors import MissingDependency, SpikememError
from spikemem.language import call
from spikemem.models import HeteroAssociative
from spikemem.simulate import run

_REQUIRED = ("numpy", "scipy", "numba", "h5py", "matplotlib", "pydantic", "typer", "rich")
_OPTIONAL = {
    "brian2": "brian2", "brian2cuda": "cuda", "PyNN": "nest", "nest-simulator": "nest",
    "sPyNNaker": "spinnaker", "unicorn": "board", "nengo": "nengo", "distributed": "dask", "dask-jobqueue": "dask",
}  # fmt: skip


def doctor(as_json: Json = False) -> None:
    """Examine this installation: packages, backends and their tools, a memory that learns. Exit code 3 if one fails."""
    checks = [_python(), *(_package(name, None) for name in _REQUIRED), *(_package(n, e) for n, e in _OPTIONAL.items())]
    checks += [_backend(name) for name in BACKENDS]
    if as_json:
        print_json([{"check": c, "ok": ok, "found": found} for c, ok, found in checks])
    else:
        table = Table()
        for column in ("check", "", "found"):
            table.add_column(column)
        for check, ok, found in checks:
            table.add_row(check, {True: "ok", False: "PROBLEM", None: "-"}[ok], found)
        stdout().print(table)
    missing = [check for check, ok, _ in checks if ok is False]
    if missing:
        raise MissingDependency(f"doctor: {', '.join(missing)} failed; pip install --force-reinstall spikemem")


def _python() -> tuple[str, bool | None, str]:
    return "python", sys.version_info >= (3, 12), f"{sys.version.split()[0]}, {os.cpu_count()} processors"


def _package(name: str, extra: str | None) -> tuple[str, bool | None, str]:
    try:
        return name, True, version(name)
    except PackageNotFoundError:
        hint = "pip install spikemem" if extra is None else f"not installed: pip install 'spikemem[{extra}]'"
        return name, (False if extra is None else None), hint


def _backend(name: str) -> tuple[str, bool | None, str]:
    check, optional = f"backend {name}", BACKENDS[name].extra is not None
    try:
        tools = backend(name).tools
        if tools is not None:
            return check, True, tools
        protocol = [call(0.0, "learn", cue=1, content=[0, 2]), call(40.0, "recall", cue=1, expect={"content": [0, 2]})]
        recording = run(HeteroAssociative(cues=2, bits=3), protocol=protocol, backend=name)
    except MissingDependency as error:
        return check, (None if optional else False), str(error).removeprefix(f"{check}: ")
    except SpikememError as error:
        return check, False, str(error)
    right = recording.right == 1
    return check, right, "a memory learned and recalled" if right else "a memory gave a wrong answer"
