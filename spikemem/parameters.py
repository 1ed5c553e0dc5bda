"""Records of declared parameters: what models, their parts and studies are."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spikemem.errors import InvalidInput, explain


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

    A wrong one raises :class:`spikemem.errors.InvalidInput` naming class, parameter, rule and value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise InvalidInput(explain(error, type(self).__name__, type(self).model_fields)) from None
