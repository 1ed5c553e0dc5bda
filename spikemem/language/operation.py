"""Operations: what can be done to a memory, with which arguments, when, and how it answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from spikemem.checks import milliseconds
from spikemem.errors import OperationError, choices
from spikemem.language.answer import Window
from spikemem.language.arguments import Argument
from spikemem.language.stimulus import Stimulus
from spikemem.passes.discretize import whole_steps

Asked = Window | Callable[[Any], Window]
"""An answer's window, or the function of the model that gives it, where that depends on the model's parameters."""
_RESERVED = {"at", "do", "expect"}


@dataclass(frozen=True)
class Parameter:
    """One argument of an operation."""

    kind: Argument
    optional: bool


@dataclass(frozen=True)
class Operation:
    """A model's operation.

    ``stimulate(model, **neurons)`` makes its stimulus; ``spacing`` (ms) must pass before the next operation, from its start or,
    with ``from_end``, from the last spike of its stimulus; ``answers`` are read after it; of the arguments named in ``one_of``
    exactly one is given.
    """

    name: str
    summary: str
    stimulate: Callable[..., Stimulus]
    spacing: float
    parameters: Mapping[str, Parameter]
    answers: Mapping[str, Asked] = field(default_factory=dict)
    one_of: tuple[str, ...] = ()
    from_end: bool = False

    def check(self, model: Any, arguments: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """Return the arguments as neurons; raise :class:`OperationError` for wrong ones."""
        owner = f"{type(model).__name__}.{self.name}"
        checked = {}
        for name, value in arguments.items():
            if name not in self.parameters:
                raise OperationError(f"{owner}: argument {name!r} is unknown; {choices(name, self.parameters)}")
            if value is not None:
                kind = self.parameters[name].kind
                checked[name] = kind.check(owner, name, value, getattr(model, kind.size))
        for name, parameter in self.parameters.items():
            if name not in checked and not parameter.optional:
                raise OperationError(
                    f"{owner}: {name} is required: {parameter.kind.describe(getattr(model, parameter.kind.size))}"
                )
        if self.one_of and sum(name in checked for name in self.one_of) != 1:
            raise OperationError(
                f"{owner}: give exactly one of {' and '.join(self.one_of)}, got {', '.join(checked) or 'none'}"
            )
        return checked

    def windows(self, model: Any) -> dict[str, Window]:
        """Return the windows of the answers of ``model``."""
        made = {name: w if isinstance(w, Window) else w(model) for name, w in self.answers.items()}
        for name, found in made.items():
            if not isinstance(found, Window):
                raise OperationError(
                    f"{type(model).__name__}.{self.name}: answer {name!r} must be a window(...), got {found!r}"
                )
        return made

    def check_windows(self, owner: str, windows: Mapping[str, Window], dt: float) -> None:
        """Raise :class:`OperationError` about ``owner`` for a window that is none, or is no whole steps of ``dt``."""
        for name, window in windows.items():
            where = f"{owner}: answer {name!r}"
            if not 0.0 <= window.at <= window.until:
                raise OperationError(
                    f"{where}: its window must have 0 <= at <= until, got {window.at:g} to {window.until:g} ms"
                )
            for time in (window.at, window.until, *window.echo_at):
                whole_steps(time, dt, where)

    def stimulus(self, model: Any, arguments: Mapping[str, Any]) -> Stimulus:
        """Return the stimulus for these arguments, checked."""
        checked = self.check(model, arguments)
        made = self.stimulate(model, **{name: checked.get(name) for name in self.parameters})
        if not isinstance(made, Stimulus):
            raise OperationError(
                f"{type(model).__name__}.{self.name}: must return a stimulus, such as pulse(...), got {made!r}"
            )
        return made


def operation(
    spacing: float,
    answers: Mapping[str, Asked] | None = None,
    one_of: tuple[str, ...] = (),
    from_end: bool = False,
) -> Callable[[Callable[..., Stimulus]], Operation]:
    """Declare a method of a model to be an operation: it gets the neurons that the arguments name, and returns the stimulus.

    Each argument's annotation says its kind: ``Annotated[Neurons, Index("cues")]``, ``cues`` being the model's parameter that
    sets the range; ``... | None = None`` makes it optional. ``spacing`` counts from the start or, with ``from_end``, from
    the last spike of the stimulus.
    """

    def declare(method: Callable[..., Stimulus]) -> Operation:
        summary = (inspect.getdoc(method) or "").split("\n")[0]
        gap = milliseconds(f"operation {method.__name__}: spacing", spacing)
        windows = dict(answers or {})
        return Operation(method.__name__, summary, method, gap, _parameters(method), windows, one_of, from_end)

    return declare


def _parameters(method: Callable[..., Stimulus]) -> dict[str, Parameter]:
    hints = get_type_hints(method, include_extras=True)
    found = {}
    for name, argument in list(inspect.signature(method).parameters.items())[1:]:
        if name in _RESERVED:
            raise OperationError(
                f"operation {method.__name__}: argument {name!r} has a meaning of its own in every call; name it otherwise"
            )
        kinds = [kind for kind in _flat(hints.get(name)) if isinstance(kind, Argument)]
        if len(kinds) != 1:
            raise OperationError(
                f"operation {method.__name__}: argument {name!r} must say its kind, such as Annotated[int, Index('cues')]"
            )
        found[name] = Parameter(kinds[0], optional=argument.default is not inspect.Parameter.empty)
    return found


def _flat(hint: Any) -> list[Any]:
    """Return the annotations in ``hint``, also within a union with None."""
    if get_origin(hint) is Annotated:
        return list(get_args(hint)[1:])
    return [found for part in get_args(hint) if part is not NoneType for found in _flat(part)]
