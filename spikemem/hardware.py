"""Hardware files: one TOML a target, in hw_configs/ or the user's own."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge
from pydantic import BaseModel, ConfigDict, ValidationError

from spikemem.errors import FileError, InvalidInput, choices, explain


class Hardware(BaseModel):
    """What a hardware file of the CPU engine says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    backend: str = "numba"
    threads: Annotated[int, Ge(1)] = 1
    weight_precision: Literal["float64", "float32"] = "float64"


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
    try:
        return Hardware(**data)
    except ValidationError as error:
        raise InvalidInput(explain(error, str(path), Hardware.model_fields, joint=": ", what="key")) from None
