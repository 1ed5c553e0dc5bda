"""An experiment: found by name or path, changed by ``--set``, checked, made ready to run."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from spikemem.errors import InvalidInput, OperationError, choices, explain, first_problem, shown
from spikemem.experiment.schema import ExperimentFile, valid_keys
from spikemem.experiment.users_code import import_named, users_code
from spikemem.hardware import read_toml
from spikemem.language.memory import Memory
from spikemem.language.protocol import Call, call
from spikemem.models import MODELS
from spikemem.stimuli import read_stimuli


@dataclass(frozen=True)
class Experiment:
    """A checked experiment; ``file`` is what the TOML said after ``--set``."""

    name: str
    file: ExperimentFile
    model: Memory
    calls: tuple[Call, ...]
    stimulus: Mapping[str, Any] | None


def experiment_names() -> dict[str, Path]:
    """Return the experiments that come with spikemem: name (with hyphens) and path."""
    folder = files("spikemem.experiments")
    return {
        f.name.removesuffix(".toml").replace("_", "-"): Path(str(f))
        for f in sorted(folder.iterdir(), key=lambda f: f.name)
        if f.name.endswith(".toml")
    }


def read_experiment(name_or_path: str, changes: Sequence[str]) -> tuple[Path, dict[str, Any]]:
    """Return the path, and what the TOML says with the ``changes`` made, of the experiment called so or at that path."""
    return read_named("experiment", name_or_path, experiment_names(), changes)


def read_named(
    what: str, name_or_path: str, known: Mapping[str, Path], changes: Sequence[str]
) -> tuple[Path, dict[str, Any]]:
    """Return the path and what the TOML says, the ``changes`` made, of one of ``known`` by name, or of the file at a path."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        if name_or_path not in known:
            raise InvalidInput(
                f"{what} {name_or_path!r} is unknown; {choices(name_or_path, known)}, or the path of a .toml file"
            )
        path = known[name_or_path]
    data = read_toml(path)
    for change in changes:
        apply_change(data, change)
    return path, data


def is_study(data: Mapping[str, Any]) -> bool:
    """Return whether a TOML file is a study, not a protocol of one model."""
    return "study" in data


def checked[T: BaseModel](schema: type[T], path: Path, data: Mapping[str, Any]) -> T:
    """Return what ``data`` of the file at ``path`` says; raise :class:`InvalidInput` naming file and key if it may not."""
    try:
        return schema(**data)
    except ValidationError as error:
        valid = valid_keys(schema, first_problem(error)["loc"])
        raise InvalidInput(explain(error, str(path), valid, joint=": ", what="key")) from None


def load_experiment(name_or_path: str, changes: Sequence[str] = ()) -> Experiment:
    """Return the experiment called so, or in the TOML file at that path; ``changes`` are ``key.key=value`` assignments.

    Raises :class:`InvalidInput` naming file and key for anything that the schema or the model does not allow.
    """
    path, data = read_experiment(name_or_path, changes)
    if is_study(data):
        raise InvalidInput(f"{path}: is a study, made of many runs; only spikemem run takes it")
    if "grids" in data:
        raise InvalidInput(f"{path}: is a suite; spikemem suite takes it")
    file = checked(ExperimentFile, path, data)
    kind = find_model(file.model, path.parent)
    try:
        model = kind(**file.parameters)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: parameters: {error}") from None
    with _guard(file):
        model.network()
    return Experiment(
        name=path.stem.replace("_", "-"),
        file=file,
        model=model,
        calls=_calls(path, file, model),
        stimulus=None if file.run.stimulus is None else read_stimuli(path.parent / file.run.stimulus),
    )


def apply_change(data: dict[str, Any], change: str) -> None:
    """Apply ``key.key=value`` to nested tables; the value is TOML, or text if it is no TOML.

    >>> data = {"run": {"seed": 1}}
    >>> apply_change(data, "run.seed=7")
    >>> data
    {'run': {'seed': 7}}
    """
    key, equals, text = change.partition("=")
    parts = key.strip().split(".")
    if not equals or not all(parts):
        raise InvalidInput(f"--set {change!r}: must have the form key.key=value, such as parameters.cues=6")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    table = data
    for part in parts[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            raise InvalidInput(f"--set {change!r}: {part!r} is no table of keys")
        table = inner
    table[parts[-1]] = value


def find_model(reference: str, folder: Path = Path()) -> type[Memory]:
    """Return a model by its name, or by ``module:Class`` for one of the user's own: installed, or a file in ``folder``."""
    if ":" not in reference:
        if reference not in MODELS:
            raise InvalidInput(
                f"model {reference!r} is unknown; {choices(reference, MODELS)}, or module:Class of your own"
            )
        return MODELS[reference]
    found = import_named(reference, "model", folder)
    if not (isinstance(found, type) and issubclass(found, Memory)):
        raise InvalidInput(f"model {reference!r}: is no subclass of spikemem.language.Memory")
    if missing := sorted(getattr(found, "__abstractmethods__", ())):
        raise InvalidInput(f"model {reference!r}: does not define {', '.join(missing)}")
    return found


def _guard(file: ExperimentFile) -> AbstractContextManager[None]:
    """Return what tells errors of the model's code in one sentence if it is the user's own; ours are defects."""
    return users_code(f"model {file.model!r}") if ":" in file.model else nullcontext()


def _calls(path: Path, file: ExperimentFile, model: Memory) -> tuple[Call, ...]:
    if file.generate is not None:
        if file.operations:
            raise InvalidInput(f"{path}: give either operations or generate, not both")
        return _generated(file.generate, model, path.parent)
    calls = []
    for number, row in enumerate(file.operations):
        try:
            made = call(row.at, row.do, expect=row.expect, **(row.model_extra or {}))
            with _guard(file):
                model.operation(row.do).stimulus(model, made.arguments)
        except OperationError as error:
            raise OperationError(f"{path}: operations[{number}]: {error}") from None
        calls.append(made)
    return tuple(calls)


def _generated(reference: str, model: Memory, folder: Path) -> tuple[Call, ...]:
    where = f"generate {reference!r}"
    generate: Callable[[Memory], Sequence[Call]] = import_named(reference, "generate", folder)
    if not callable(generate):
        raise InvalidInput(f"{where}: must be a function of the model, got {shown(generate)}")
    with users_code(where):
        calls = tuple(generate(model))
    for made in calls:
        if not isinstance(made, Call):
            raise InvalidInput(f"{where}: must return calls (spikemem.language.call), got {shown(made)}")
    return calls
