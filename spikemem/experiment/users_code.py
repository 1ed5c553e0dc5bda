"""Code of the user's own: found beside the experiment's file, and its errors told in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import Any

from spikemem.errors import InvalidInput, SpikememError


def import_named(reference: str, what: str, folder: Path) -> Any:
    """Return what ``module:name`` names; the module is installed, or a file in ``folder``.

    Raises :class:`InvalidInput` about ``what`` if there is none.
    """
    module, _, name = reference.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), name)):
        raise InvalidInput(f"{what} {reference!r}: must have the form module:name")
    place = str(folder.resolve())
    sys.path.insert(0, place)
    try:
        with users_code(f"{what} {reference!r}"):
            found = import_module(module)
    finally:
        sys.path.remove(place)
    if not hasattr(found, name):
        origin = getattr(found, "__file__", None) or "without a file"
        raise InvalidInput(f"{what} {reference!r}: the module {module} ({origin}) has no {name!r}")
    return getattr(found, name)


@contextmanager
def users_code(what: str) -> Iterator[None]:
    """Turn any error of the user's own code in the block into :class:`InvalidInput` that says where it came from."""
    try:
        yield
    except SpikememError:
        raise
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f"{what}: there is no module {error.name!r}, neither installed nor in {sys.path[0]}"
        ) from error
    except Exception as error:
        last = extract_tb(error.__traceback__)[-1]
        where = f"{last.filename}, line {last.lineno}"
        if isinstance(error, SyntaxError) and error.filename:
            where = f"{error.filename}, line {error.lineno}"
        raise InvalidInput(
            f"{what}: {type(error).__name__}: {error.args[0] if error.args else error} ({where})"
        ) from error
