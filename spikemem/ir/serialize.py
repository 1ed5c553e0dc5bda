"""A network as plain JSON data, and back, exactly."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from spikemem.errors import FileError
from spikemem.ir.dendrite import Branch
from spikemem.ir.network import Network, Population, Projection, Steps
from spikemem.ir.node import node_type
from spikemem.ir.values import Numbers

FORMAT = 1
_STRUCTURE: dict[str, type[Any]] = {c.__name__: c for c in (Network, Population, Branch, Projection, Steps)}


def to_data(value: Any) -> Any:
    """Return ``value`` (a network, a node or a plain value) as JSON data; a record becomes ``{"type": name, fields...}``."""
    if isinstance(value, Numbers):
        return {"type": "Numbers", "shape": list(value.array.shape), "data": value.array.reshape(-1).tolist()}
    if is_dataclass(value) and not isinstance(value, type):
        data = {f.name: to_data(getattr(value, f.name)) for f in fields(value)}
        head: dict[str, Any] = {"type": type(value).__name__}
        return ({"format": FORMAT} if isinstance(value, Network) else {}) | head | data
    if isinstance(value, tuple | list):
        return [to_data(v) for v in value]
    if isinstance(value, float) and np.isinf(value):
        return {"type": "inf", "sign": 1 if value > 0 else -1}
    return value


def from_data(data: Any) -> Any:
    """Return what :func:`to_data` was given; raise :class:`FileError` for data of another format."""
    if isinstance(data, list):
        return tuple(from_data(v) for v in data)
    if not isinstance(data, dict):
        return data
    rest = dict(data)
    if rest.pop("format", FORMAT) != FORMAT:
        raise FileError(f"network data: format must be {FORMAT}, got {data['format']!r}")
    kind = rest.pop("type", None)
    match kind:
        case "Numbers":
            return Numbers(np.array(rest["data"], dtype=np.float64).reshape(rest["shape"]))
        case "inf":
            return rest["sign"] * float("inf")
        case str():
            made = _STRUCTURE.get(kind) or node_type(kind)
            return made(**{name: from_data(value) for name, value in rest.items()})
    raise FileError(f"network data: a record has no type: {str(data)[:60]}")
