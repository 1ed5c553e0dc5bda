"""Hardware files: one TOML a target, in hw_configs/ or the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, MinLen
from pydantic import BaseModel, ConfigDict, ValidationError

from spikemem.errors import FileError, InvalidInput, choices, explain


class Hardware(BaseModel):
    """What the hardware file of a processor says, and of any target that has nothing to add."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    backend: str = "numba"
    threads: Annotated[int, Ge(1)] = 1
    weight_precision: Literal["float64", "float32"] = "float64"

    def check(self, where: str) -> None:
        """Raise :class:`InvalidInput` if what the file ``where`` says contradicts itself."""


class Gpu(Hardware):
    """What the hardware file of an NVIDIA GPU says: which one it is, and what to compile for where it cannot be asked."""

    backend: str = "brian2-cuda"
    device: Annotated[int, Ge(0)] = 0
    compute_capability: Annotated[float, Ge(5.0)] | None = None


class Board(Hardware):
    """What the hardware file of SpiNNaker boards says: exactly one of ``virtual``, ``software``, ``address`` and ``server``.

    A virtual board is only mapped onto; one in software runs the real binaries in an emulator.

    ``version`` is 3 (4 chips) or 5 (48 chips a board), ``boards`` how many of them a virtual machine has or spalloc gives.
    ``boot``: the board at ``address`` may have to be booted first. A step of dt takes ``time_scale_factor`` dt of real time.
    """

    backend: str = "spinnaker"
    version: Literal[3, 5] = 5
    boards: Annotated[int, Ge(1)] = 1
    virtual: bool = False
    software: bool = False
    address: Annotated[str, MinLen(1)] | None = None
    server: Annotated[str, MinLen(1)] | None = None
    boot: bool = False
    time_scale_factor: Annotated[int, Ge(1)] = 1

    def check(self, where: str) -> None:
        """Raise :class:`InvalidInput` for a contradiction."""
        given = [name for name in ("virtual", "software", "address", "server") if getattr(self, name)]
        if len(given) != 1:
            got = " and ".join(given) or "none of them"
            raise InvalidInput(
                f"{where}: give exactly one of virtual = true, software = true, address and server; got {got}"
            )
        if self.boards > 1 and (self.version == 3 or self.address or self.software):
            raise InvalidInput(f"{where}: boards: several boards are of version 5, virtual or from a server")


KINDS: Mapping[str, type[Hardware]] = {"brian2-cuda": Gpu, "spinnaker": Board}
"""What hardware files say, by backend; all others as :class:`Hardware`."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file; raise :class:`FileError` if it cannot be read or is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FileError(f"{path}: is not a text file") from None
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{path}: is not valid TOML: {error}") from None


def find_hardware(name_or_path: str) -> Hardware:
    """Return the hardware of a file in hw_configs/, by name, or of a TOML file by path."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        folder = files("spikemem.hw_configs")
        known = {f.name.removesuffix(".toml"): f for f in folder.iterdir() if f.name.endswith(".toml")}
        if name_or_path not in known:
            raise InvalidInput(
                f"hardware {name_or_path!r} is unknown; {choices(name_or_path, known)}, or the path of a .toml file"
            )
        path = Path(str(known[name_or_path]))
    data = read_toml(path)
    kind = KINDS.get(str(data.get("backend")), Hardware)
    try:
        made = kind(**data)
    except ValidationError as error:
        raise InvalidInput(explain(error, str(path), kind.model_fields, joint=": ", what="key")) from None
    made.check(str(path))
    return made


def hardware_for(backend: str, name_or_path: str | None) -> Hardware:
    """Return the hardware of that name or path for ``backend``, or its default; raise :class:`InvalidInput` if for another."""
    if name_or_path is None:
        return default_hardware(backend)
    found = find_hardware(name_or_path)
    if found.backend != backend:
        raise InvalidInput(f"hardware {name_or_path}: is for backend {found.backend!r}, got backend {backend!r}")
    return found


def default_hardware(backend: str) -> Hardware:
    """Return the hardware of a backend for which no file is named."""
    return KINDS.get(backend, Hardware)(backend=backend)
