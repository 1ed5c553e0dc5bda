"""What an experiment's TOML may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def whole_is_number(value: Any) -> Any:
    """Let TOML's ``at = 10`` stand for ``10.0``, but no text and no truth value."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Number = Annotated[float, BeforeValidator(whole_is_number), Field(allow_inf_nan=False)]
_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)


class RunSection(BaseModel):
    """``[run]``: how to run. What is left out comes from the model, from the hardware file or from the command line."""

    model_config = _STRICT

    backend: str = "numba"
    numerics: str | None = None
    seed: Annotated[int, Ge(0)] = 1
    dt: Annotated[_Number, Ge(1e-6)] | None = None
    duration_ms: Annotated[_Number, Gt(0), Le(1e12)] | None = None
    hardware: str | None = None
    weight_precision: Literal["float64", "float32"] | None = None
    stimulus: str | None = None
    decompose: list[Literal["segments"]] = []
    check_spacing: bool = True


class OperationRow(BaseModel):
    """``[[operations]]``: when, what, with which arguments (any other key), and the right answers if known."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    at: _Number
    do: str
    expect: dict[str, list[int]] = {}


class ExperimentFile(BaseModel):
    """The whole file. Operations are listed, or made by the function that ``generate`` names as ``module:function``."""

    model_config = _STRICT

    title: str = ""
    source: str = ""
    model: str
    parameters: dict[str, Any] = {}
    run: RunSection = RunSection()
    operations: list[OperationRow] = []
    generate: str | None = None


class StudyRunSection(BaseModel):
    """``[run]`` of a study."""

    model_config = _STRICT

    backend: str = "numba"
    hardware: str | None = None
    seed: Annotated[int, Ge(0)] = 1


class StudyFile(BaseModel):
    """The whole file of a study; ``study`` names its class as ``module:Class``."""

    model_config = _STRICT

    title: str = ""
    source: str = ""
    study: str
    parameters: dict[str, Any] = {}
    run: StudyRunSection = StudyRunSection()


def valid_keys(schema: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """Return the keys of ``schema`` that are valid beside the one at ``location``."""
    if location[:1] != ("run",):
        return list(schema.model_fields)
    section: Any = schema.model_fields["run"].annotation
    return list(section.model_fields)
