"""Every error that spikemem raises on purpose: one hierarchy, one exit code each.

A message names the object, the attribute, the rule, the value received and the valid choices, in one sentence:
``CA3CAM.learn: content bit 12 is out of range 0..9 (bits=10)``. What is the user's to mend derives from
:class:`SpikememError`; any other exception that leaves spikemem is a defect of spikemem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, ClassVar

from pydantic import ValidationError


class SpikememError(Exception):
    """Base of all errors raised on purpose; ``exit_code`` is what the command line returns for it."""

    exit_code: ClassVar[int] = 2


class InvalidInput(SpikememError, ValueError):
    """A value, name, shape or file content that spikemem cannot accept (exit code 2)."""


class NetworkError(InvalidInput):
    """A network that contradicts itself: found by ``Network.verify`` or by a pass (exit code 2)."""


class OperationError(InvalidInput):
    """An operation that the model does not have, or not with these arguments, or not at this time (exit code 2)."""


class FileError(SpikememError, OSError):
    """A file that is missing, unreadable, unwritable, corrupt or of another program (exit code 2)."""


class CriterionFailed(SpikememError):
    """The run ended, but an answer or a criterion of the experiment was wrong (exit code 1)."""

    exit_code = 1


class MissingDependency(SpikememError, ImportError):
    """An optional package is not installed; the message ends with the command that installs it (exit code 3)."""

    exit_code = 3


class Unsupported(SpikememError, NotImplementedError):
    """The chosen backend or hardware cannot do what the network asks for (exit code 4)."""

    exit_code = 4


class HardwareError(SpikememError, ConnectionError):
    """Hardware that is unreachable, of another kind, or that failed (exit code 5)."""

    exit_code = 5


class Interrupted(SpikememError, KeyboardInterrupt):
    """The user stopped the run (Ctrl-C); nothing half-written is left behind (exit code 130, as shells have it)."""

    exit_code = 130


class SpikememWarning(UserWarning):
    """What the user should know of a run that goes on."""


def choices(name: str, valid: Iterable[str]) -> str:
    """Return ``did you mean 'x'? valid: a, b, c`` for an unknown ``name``.

    >>> choices("lern", ["learn", "recall"])
    "did you mean 'learn'? valid: learn, recall"
    >>> choices("decay", ["Hebbian", "Hebbian, decay"])
    "valid: Hebbian, 'Hebbian, decay'"
    """
    known = sorted(str(v) for v in valid)
    close = get_close_matches(str(name), known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    listed = [repr(name) if "," in name else name for name in known]
    return f"{hint}valid: {', '.join(listed) if listed else '(none)'}"


_RULES: dict[str, Callable[[dict[str, Any]], str]] = {
    "greater_than": lambda c: f"must be > {c['gt']:g}",
    "greater_than_equal": lambda c: f"must be >= {c['ge']:g}",
    "less_than": lambda c: f"must be < {c['lt']:g}",
    "less_than_equal": lambda c: f"must be <= {c['le']:g}",
    "finite_number": lambda c: "must be a finite number",
    "literal_error": lambda c: f"must be one of {c['expected']}",
    "int_type": lambda c: "must be a whole number",
    "int_from_float": lambda c: "must be a whole number",
    "int_parsing": lambda c: "must be a whole number",
    "float_type": lambda c: "must be a number",
    "float_parsing": lambda c: "must be a number",
    "bool_type": lambda c: "must be true or false",
    "bool_parsing": lambda c: "must be true or false",
    "string_type": lambda c: "must be a text",
    "too_short": lambda c: f"must have at least {c['min_length']} item{'s' if c['min_length'] > 1 else ''}",
    "list_type": lambda c: "must be a list",
    "tuple_type": lambda c: "must be a list",
    "dict_type": lambda c: "must be a table of key = value",
    "model_type": lambda c: "must be a table of key = value",
    "missing": lambda c: "is required",
}
_BRANCHES = {"float", "int", "str", "bool", "list", "tuple", "dict"}
_CLASS_NAME = re.compile(r"[A-Z][a-z]+[A-Za-z]*")
_LONGEST = 80
_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument", "no_such_attribute"}


def first_problem(error: ValidationError) -> dict[str, Any]:
    """Return the problem of a pydantic error to tell: an unknown name, since it explains a missing one, else the first."""
    problems: list[Any] = error.errors(include_url=False)
    return next((p for p in problems if p["type"] in _UNKNOWN), problems[0])


def explain(
    error: ValidationError, owner: str, valid: Iterable[str], *, joint: str = ".", what: str = "parameter"
) -> str:
    """Turn the first problem of a pydantic error about ``owner`` into one sentence.

    ``valid`` are the names that ``owner`` accepts, for the hint after an unknown one; ``joint`` stands between ``owner`` and
    what it owns, and ``what`` is the word for that.
    """
    problem = first_problem(error)
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        reason = context["error"]
        if isinstance(reason, SpikememError):
            return str(reason)
    path = _path(problem["loc"])
    if kind in _UNKNOWN:
        parent, name = _path(problem["loc"][:-1]), str(problem["loc"][-1])
        return f"{owner}{joint + parent if parent else ''}: unknown {what} {name!r}; {choices(name, valid)}"
    where = f"{owner}{joint}{path}" if path else owner
    if kind == "missing":
        return f"{where}: is required"
    if kind == "value_error":
        return f"{where}: {context['error']}"
    rule = _RULES[kind](context) if kind in _RULES else problem["msg"][:1].lower() + problem["msg"][1:]
    kinds = dict.fromkeys(p["loc"][-1] for p in error.errors() if p["type"] == "dataclass_exact_type")
    others = f" (or {', '.join(map(str, kinds))})" if kinds and kind != "dataclass_exact_type" else ""
    return f"{where}: {rule}{others}, got {shown(problem['input'])}"


def shown(value: object) -> str:
    """Return ``value`` as a message shows it: cut short if it is long.

    >>> shown("a")
    "'a'"
    """
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _path(location: tuple[int | str, ...]) -> str:
    """Return ``a.b[3].c`` for a pydantic location, without the branches of unions that it may name."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier() and part not in _BRANCHES and not _CLASS_NAME.fullmatch(part):
            text += f".{part}"
    return text.removeprefix(".")
