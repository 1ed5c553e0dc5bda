"""Files that are whole or absent."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spikemem.errors import FileError


@contextmanager
def whole_or_absent(path: Path) -> Iterator[Path]:
    """Give the path of a temporary file beside ``path``; move it there when all went well, else remove it.

    Raises :class:`FileError` if the folder cannot be written or the disk is full. An older file stays until the new is whole.
    """
    check_writable(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(partial, path)
    except (OSError, RuntimeError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path}: cannot be written: {reason(error)}; nothing was left behind") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8, whole or not at all; raise :class:`FileError` if that is impossible."""
    with whole_or_absent(path) as partial:
        partial.write_text(text, encoding="utf-8")


def remove_partial(folder: Path, name: str = "*") -> None:
    """Remove what killed processes left of files called ``name`` in ``folder``; nobody may be writing there."""
    for partial in folder.glob(f".{name}.*.partial"):
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Raise :class:`FileError` if no file can come to stand at ``path``, as far as that can be told without writing."""
    try:
        if path.is_dir():
            raise FileError(f"{path}: is a folder, not a file")
        folder = next(parent for parent in path.parents if os.path.lexists(parent))
        if not folder.is_dir():
            raise FileError(f"{path}: cannot be written: {folder} is a file, not a folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise FileError(f"{path}: cannot be written: no permission to write in the folder {folder}")
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{str(path)!r}: cannot be written: {reason(error)}") from None


def reason(error: BaseException) -> str:
    """Return why a file could not be read or written, in words."""
    code = getattr(error, "errno", None)
    if code is None:  # the HDF5 library has the number in its text only
        code = next((c for c in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT) if f"errno = {c}," in str(error)), None)
    known = {
        errno.ENOSPC: "the disk is full",
        errno.EFBIG: "the file would exceed the size limit",
        errno.EROFS: "read-only",
    }
    return known.get(code, os.strerror(code)) if code is not None else str(error).splitlines()[0]
