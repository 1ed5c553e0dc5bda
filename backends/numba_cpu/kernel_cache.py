"""Compiled kernels on disk, so that a second start compiles nothing.

Numba looks only at the file of a function to decide whether its cached code is still good, and would keep a kernel whose
parts, in other files, have changed. Here the stamp is that of all of the engine's sources and of
the function's own file.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile


@cache
def engine_stamp() -> str:
    """Return a digest of the engine's source files."""
    digest = blake2b(digest_size=16)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _EngineCache(FunctionCache):
    """A function's cache whose stamp is the engine's."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=(engine_stamp(), self._impl.locator.get_source_stamp()),
        )

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep compiled code, unless it cannot be written: then the next start compiles again."""
        with suppress(OSError):
            super().save_overload(signature, data)


def cached(dispatcher: Any) -> Any:
    """Have ``dispatcher`` keep its compiled code on disk; return it."""
    dispatcher._cache = _EngineCache(dispatcher.py_func)
    return dispatcher
