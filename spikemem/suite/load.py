"""A suite: found by name or path, changed by ``--set``, checked, and spread out into conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spikemem.backend import backend as find_backend
from spikemem.errors import InvalidInput, Unsupported, choices, explain, first_problem
from spikemem.experiment.load import find_model, is_study, read_named
from spikemem.hardware import find_hardware, hardware_for
from spikemem.rng import check_seed
from spikemem.suite.condition import Condition, task_class
from spikemem.suite.schema import SuiteFile

_PARTS = ("grids", "criteria", "run")


@dataclass(frozen=True)
class Suite:
    """A checked suite: its file after all changes, and its conditions, by grid, in order; a condition may be in several.

    ``source`` and ``changes`` are the name or path and the ``--set`` that it was loaded with.
    """

    source: str
    file: SuiteFile
    grids: Mapping[str, tuple[Condition, ...]]
    changes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """What of the file the model cannot do, in words."""

    @property
    def name(self) -> str:
        """The name of its file, with hyphens."""
        return Path(self.source).stem.replace("_", "-")

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions, each once."""
        return tuple({c.digest: c for made in self.grids.values() for c in made}.values())

    @property
    def first(self) -> Condition:
        """The first condition, which has the choices that all have in common."""
        return self.conditions[0]

    def within_reach(self) -> Suite:
        """Return the suite without what the model cannot do; raise :class:`Unsupported` if nothing is left."""
        kept: dict[str, tuple[Condition, ...]] = {}
        left_out: list[str] = []
        for grid, made in self.grids.items():
            can = []
            for condition in made:
                try:
                    condition.made_task().check(condition.made_model())
                    can.append(condition)
                except Unsupported as error:
                    left_out.append(f"{grid}{_apart(condition, made)}: {error}")
            if can:
                kept[grid] = tuple(can)
        reasons = tuple(dict.fromkeys(left_out))
        if not kept:
            raise Unsupported(f"suite {self.name}: nothing of it can be run: {reasons[0]}")
        return replace(self, grids=kept, left_out=reasons)

    def only(self, digests: Sequence[str]) -> Suite:
        """Return the suite with the conditions alone whose names begin so; raise :class:`InvalidInput` if there is none."""
        known = {c.digest: c for c in self.conditions}
        for digest in digests:
            if not any(name.startswith(digest) for name in known):
                raise InvalidInput(f"condition {digest!r}: {self.name} has none of that name; {choices(digest, known)}")
        kept = {
            grid: tuple(c for c in made if c.digest.startswith(tuple(digests))) for grid, made in self.grids.items()
        }
        return replace(self, grids={grid: made for grid, made in kept.items() if made})


def _apart(condition: Condition, others: Sequence[Condition]) -> str:
    """Return what sets a condition apart from the others of its grid, in words."""
    keys = [key for key, value in condition.keys.items() if any(o.keys[key] != value for o in others)]
    return f" ({', '.join(f'{key}={condition.keys[key]}' for key in keys)})" if keys else ""


def suite_names() -> dict[str, Path]:
    """Return the suites that come with spikemem: name (with hyphens) and path."""
    folder = files("spikemem.experiments") / "suites"
    found = sorted(Path(str(f)) for f in folder.iterdir() if f.name.endswith(".toml"))
    return {path.stem.replace("_", "-"): path for path in found}


def load_suite(
    name_or_path: str,
    changes: Sequence[str] = (),
    *,
    model: str | None = None,
    backend: str | None = None,
    hardware: str | None = None,
    seed: int | None = None,
    seeds: int | None = None,
) -> Suite:
    """Return the suite called so, or in the TOML file at that path; ``changes`` are ``key.key=value`` assignments.

    What is not None takes the place of what the file says. Raises :class:`InvalidInput` naming file and key for anything that
    the schema, the task or the model does not allow.
    """
    path, data = read_named("suite", name_or_path, suite_names(), changes)
    if is_study(data) or "operations" in data:
        raise InvalidInput(f"{path}: is a{'n experiment' if 'operations' in data else ' study'}; spikemem run takes it")
    if model is not None and model != data.get("model"):
        data["model"] = model
        data.pop("parameters", None) if not any(c.startswith("parameters") for c in changes) else None
    file = _checked(path, data)
    own = None if hardware is None else find_hardware(hardware).backend
    backend, hardware = backend or own or file.run.backend, hardware or file.run.hardware
    find_backend(backend)
    hardware_for(backend, hardware)
    folder = path.parent if Path(name_or_path).suffix == ".toml" else Path()
    find_model(file.model, folder)
    common: dict[str, Any] = {
        "task": file.task, "model": file.model, "parameters": file.parameters, "backend": backend, "hardware": hardware,
        "numerics": file.run.numerics, "seed": check_seed(file.run.seed if seed is None else seed),
        "seeds": file.seeds if seeds is None else seeds, "folder": str(folder),
    }  # fmt: skip
    kind = task_class(file.task, folder)
    grids: dict[str, tuple[Condition, ...]] = {}
    for number, grid in enumerate(file.grids):
        made = []
        for keys in _spread(f"{path}: grids[{number}].over", grid.over):
            try:
                task = kind(**{**file.fixed, **keys})
            except InvalidInput as error:
                raise InvalidInput(f"{path}: grids[{number}]: {error}") from None
            made.append(Condition(keys=task.model_dump(), **common))
        grids[grid.name] = tuple(made)
    return Suite(name_or_path, file, grids, tuple(changes))


def _checked(path: Path, data: Mapping[str, Any]) -> SuiteFile:
    try:
        return SuiteFile(**data)
    except ValidationError as error:
        location = first_problem(error)["loc"]
        schema: Any = SuiteFile
        if location and location[0] in _PARTS and len(location) > 1:
            kind: Any = SuiteFile.model_fields[str(location[0])].annotation
            schema = getattr(kind, "__args__", (kind,))[0]
        raise InvalidInput(explain(error, str(path), schema.model_fields, joint=": ", what="key")) from None


def _spread(where: str, over: Mapping[str, Sequence[Any]]) -> Iterable[dict[str, Any]]:
    """Yield every combination; what is called "a, b" sets several keys together."""
    axes = []
    for names, values in over.items():
        keys = [name.strip() for name in names.split(",")]
        if not values:
            raise InvalidInput(f"{where}.{names}: must have at least 1 value")
        rows = [value if len(keys) > 1 else [value] for value in values]
        for row in rows:
            if not isinstance(row, list) or len(row) != len(keys):
                raise InvalidInput(f"{where}.{names}: must be lists of {len(keys)} values, got {row!r}")
        axes.append([dict(zip(keys, row, strict=True)) for row in rows])
    for combination in product(*axes):
        yield {key: value for part in combination for key, value in part.items()}
