"""Records of declared parameters: what models, their parts and studies are."""

from __future__ import annotations

from typing import Any, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spikemem.errors import InvalidInput, explain
from spikemem.ir.node import as_tuples


def parameter(
    default: Any = ...,
    *,
    doc: str,
    gt: float | None = None,
    ge: float | None = None,
    lt: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare a parameter: its default (none: required), its bounds and what it means."""
    return Field(default, description=doc, gt=gt, ge=ge, lt=lt, le=le)


class Parameters(BaseModel):
    """A value made of parameters: frozen, equal if they are.

    A wrong one raises :class:`spikemem.errors.InvalidInput` naming class, parameter, rule and value. A parameter that is a list
    in TOML is declared as a tuple, since it does not change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def __init__(self, **values: Any) -> None:
        kinds = {name: get_origin(field.annotation) for name, field in type(self).model_fields.items()}
        try:
            super().__init__(**{n: as_tuples(v) if kinds.get(n) is tuple else v for n, v in values.items()})
        except ValidationError as error:
            raise InvalidInput(explain(error, type(self).__name__, type(self).model_fields)) from None
