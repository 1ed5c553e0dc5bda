"""What a suite's TOML may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Ge, MinLen
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from spikemem.experiment.schema import StudyRunSection, whole_is_number

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)
_Number = Annotated[float, BeforeValidator(whole_is_number), Field(allow_inf_nan=False)]


class SuiteRunSection(StudyRunSection):
    """``[run]`` of a suite."""

    numerics: str | None = None


class GridSection(BaseModel):
    """``[[grids]]``: every combination of the values in ``over``, the first key being the axis of the figure.

    A key such as "items, bits" takes lists of as many values, which change together.
    """

    model_config = _STRICT

    name: str
    over: Annotated[dict[str, list[Any]], MinLen(1)]


class CriterionSection(BaseModel):
    """``[[criteria]]``: what a measure must be in every condition that ``where`` names, for questions of ``kind`` (empty: all).

    A list in ``where`` names several values, and ``models``, if any, the models that the criterion is for. ``bound`` is the
    "mean", or the "low" or "high" end of the 95 % interval; ``near`` must be met within ``tolerance``.
    """

    model_config = _STRICT

    name: str
    measure: str = "exact"
    bound: Literal["mean", "low", "high"] = "mean"
    kind: str = ""
    where: dict[str, Any] = {}
    models: list[str] = []
    at_least: _Number | None = None
    at_most: _Number | None = None
    near: _Number | None = None
    tolerance: _Number = 0.05
    source: str = ""


class SuiteFile(BaseModel):
    """The whole file. ``task`` names its class as ``module:Class``; ``fixed`` are keys of the task that no grid changes."""

    model_config = _STRICT

    title: str = ""
    source: str = ""
    task: str
    model: str = "reliable-cam"
    parameters: dict[str, Any] = {}
    seeds: Annotated[int, Ge(1)] = 10
    run: SuiteRunSection = SuiteRunSection()
    fixed: dict[str, Any] = {}
    grids: Annotated[list[GridSection], MinLen(1)]
    criteria: list[CriterionSection] = []
