"""Handwritten digits from the user's own files of MNIST, and their skeletons."""

from __future__ import annotations

import gzip
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.errors import FileError, InvalidInput

Images = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Digits:
    """``images`` (count, rows, columns), 0 .. 255, and their ``labels``, 0 .. 9."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]

    def split(self, rng: np.random.Generator, counts: tuple[int, ...]) -> list[npt.NDArray[np.int64]]:
        """Return disjoint draws of ``counts`` digits of each class, as indices; raise :class:`InvalidInput` for too few."""
        parts: list[list[npt.NDArray[np.int64]]] = [[] for _ in counts]
        for label in range(10):
            own = rng.permutation(np.flatnonzero(self.labels == label))
            if own.size < sum(counts):
                raise InvalidInput(
                    f"digits: {' + '.join(map(str, counts))} of each class are asked for, there are {own.size} of {label}"
                )
            for part, piece in zip(parts, np.split(own[: sum(counts)], np.cumsum(counts)[:-1]), strict=True):
                part.append(piece)
        return [rng.permutation(np.concatenate(part)) for part in parts]


def load_digits(path: str) -> Digits:
    """Return the digits of a file: .npz with arrays ``images`` and ``labels``, or MNIST's IDX file of images, also as .gz.

    The labels of an IDX file lie beside it, under its name with ``labels`` for ``images`` and ``idx1`` for ``idx3``. Raises
    :class:`FileError` for what is not there or is something else.
    """
    file = Path(path)
    if file.suffix == ".npz":
        images, labels = _npz(file)
    else:
        beside = file.with_name(file.name.replace("images", "labels").replace("idx3", "idx1"))
        if beside == file:
            raise FileError(f"digits {path}: must be a .npz file or an IDX file with 'images' in its name")
        images, labels = _idx(file, 3), _idx(beside, 1)
    good = images.ndim == 3 and images.dtype == np.uint8 and labels.shape == images.shape[:1]
    if not good or not np.issubdtype(labels.dtype, np.integer) or ((labels < 0) | (labels > 9)).any():
        raise FileError(
            f"digits {path}: must be images (count, rows, columns) of bytes and as many labels 0..9, "
            f"got {images.dtype} {images.shape} and {labels.dtype} {labels.shape}"
        )
    return Digits(images, labels.astype(np.int64))


def _npz(file: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    try:
        with np.load(file) as arrays:
            return arrays["images"], arrays["labels"]
    except (OSError, ValueError, zipfile.BadZipFile, KeyError) as error:
        reason = getattr(error, "strerror", None) or "is no .npz file with arrays 'images' and 'labels'"
        raise FileError(f"digits {file}: {reason}") from None


def _idx(file: Path, axes: int) -> npt.NDArray[np.uint8]:
    try:
        data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (OSError, EOFError) as error:
        raise FileError(f"digits {file}: {getattr(error, 'strerror', None) or 'is no gzip file'}") from None
    begin = 4 + 4 * axes
    if data[:4] != bytes((0, 0, 8, axes)) or len(data) < begin:
        raise FileError(f"digits {file}: is no IDX file of bytes with {axes} axes")
    shape = tuple(int(n) for n in np.frombuffer(data[4:begin], dtype=">u4"))
    if len(data) - begin != int(np.prod(shape)):
        raise FileError(f"digits {file}: must hold {shape} bytes, got {len(data) - begin}")
    return np.frombuffer(data[begin:], dtype=np.uint8).reshape(shape)


def _neighbours(images: Images) -> list[Images]:
    """Return the eight neighbours of every pixel, clockwise from the one above; off beyond the edge."""
    rows, columns = images.shape[1:]
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    around = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))
    return [wide[:, r : r + rows, c : c + columns] for r, c in around]


def skeletons(images: Images) -> Images:
    """Return binary images thinned to lines (Zhang & Suen 1984, Commun. ACM 27:236).

    >>> bar = np.zeros((1, 5, 9), dtype=bool)
    >>> bar[0, 1:4, 1:8] = True
    >>> np.flatnonzero(skeletons(bar)[0].any(axis=1)).tolist()
    [2]
    """
    images = images.copy()
    while True:
        before = int(images.sum())
        for first in (True, False):
            p = _neighbours(images)
            count = np.sum(p, axis=0)
            rises = np.sum([~p[k] & p[(k + 1) % 8] for k in range(8)], axis=0)
            up, right, down, left = p[0], p[2], p[4], p[6]
            kept = (up & right & down) | (right & down & left) if first else (up & right & left) | (up & down & left)
            images &= ~((count >= 2) & (count <= 6) & (rises == 1) & ~kept)
        if int(images.sum()) == before:
            return images


def thickened(images: Images) -> Images:
    """Return lines drawn with a pen of 3 x 3 pixels."""
    drawn: Images = np.logical_or.reduce([images, *_neighbours(images)])
    return drawn


def line_drawings(digits: Digits, threshold: int = 127) -> Images:
    """Return the digits as lines of one width: binary above ``threshold``, thinned, drawn with a pen of 3 x 3 pixels."""
    return thickened(skeletons(digits.images > threshold))
