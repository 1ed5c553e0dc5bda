"""What every primitive is: a frozen, validated, documented record with units."""

from __future__ import annotations

import functools
from dataclasses import fields
from typing import Annotated, Any, dataclass_transform

import numpy as np
from annotated_types import Ge, Gt, Le
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass as validated

from spikemem.errors import InvalidInput, choices, explain

_CONFIG = ConfigDict(strict=True, arbitrary_types_allowed=True, extra="forbid")
_NODES: dict[str, type[Any]] = {}


def plain(value: Any) -> Any:
    """Return a NumPy scalar as the Python number that it holds, anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def as_tuples(value: Any) -> Any:
    """Return lists and arrays as tuples of plain values, to any depth; anything else as it is.

    >>> as_tuples([[1, np.int64(2)], "ab"])
    ((1, 2), 'ab')
    """
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(as_tuples(part) for part in value)
    return plain(value)


class Unit(str):
    """The unit of a field, kept in its annotation for printing and documentation."""

    __slots__ = ()


_Number = Annotated[float, BeforeValidator(plain), Field(allow_inf_nan=False)]
Real = _Number
Whole = Annotated[int, BeforeValidator(plain)]
Count = Annotated[int, BeforeValidator(plain), Ge(1)]
Positive = Annotated[_Number, Gt(0.0)]
NonNegative = Annotated[_Number, Ge(0.0)]
Fraction = Annotated[_Number, Ge(0.0), Le(1.0)]
Ms = Annotated[_Number, Gt(0.0), Unit("ms")]
MsOrZero = Annotated[_Number, Ge(0.0), Unit("ms")]
MilliVolt = Annotated[_Number, Unit("mV")]
NanoAmpere = Annotated[_Number, Unit("nA")]
NanoFarad = Annotated[_Number, Gt(0.0), Unit("nF")]
Hertz = Annotated[_Number, Ge(0.0), Unit("Hz")]


@dataclass_transform(frozen_default=True, kw_only_default=False)
def node[T](cls: type[T]) -> type[T]:
    """Make ``cls`` a primitive: frozen, validated on creation, known to the printer and to the serialiser by its name.

    A wrong value raises :class:`spikemem.errors.InvalidInput` naming class, field, rule and value.
    """
    made: Any = validated(frozen=True, config=_CONFIG)(cls)
    names = [f.name for f in fields(made)]
    inner = made.__init__

    @functools.wraps(inner)
    def create(self: Any, *args: Any, **kwargs: Any) -> None:
        if len(args) > len(names):
            raise InvalidInput(
                f"{cls.__name__}: takes at most {len(names)} values ({', '.join(names)}), got {len(args)}"
            )
        given = dict(zip(names, args, strict=False))
        if twice := sorted(given.keys() & kwargs):
            raise InvalidInput(f"{cls.__name__}.{twice[0]}: is given twice")
        try:
            inner(self, **given, **kwargs)
        except ValidationError as error:
            raise InvalidInput(explain(error, cls.__name__, names)) from None

    made.__init__ = create
    _NODES[cls.__name__] = made
    return made  # type: ignore[no-any-return]  # pydantic's decorator is untyped here


def node_type(name: str) -> type[Any]:
    """Return the primitive class called ``name``; raise :class:`InvalidInput` with the valid names when unknown."""
    if name not in _NODES:
        raise InvalidInput(f"primitive {name!r} is unknown; {choices(name, _NODES)}")
    return _NODES[name]


def node_names() -> tuple[str, ...]:
    """Return the names of all primitives that have been imported, sorted."""
    return tuple(sorted(_NODES))
