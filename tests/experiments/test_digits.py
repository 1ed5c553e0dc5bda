"""Digits from files, and their skeletons."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from spikemem.errors import FileError
from spikemem.experiments.digits import line_drawings, load_digits, skeletons, thickened

SAMPLE = Path(__file__).parents[1] / "data" / "digits.npz"


def as_idx(array: np.ndarray) -> bytes:
    shape = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes((0, 0, 8, array.ndim)) + shape + array.astype(np.uint8).tobytes()


@pytest.mark.parametrize("packed", [False, True])
def test_idx_files_are_read_with_their_labels(tmp_path: Path, packed: bool) -> None:
    sample = load_digits(str(SAMPLE))
    pack: Callable[[bytes], bytes] = gzip.compress if packed else bytes
    end = ".gz" if packed else ""
    (tmp_path / f"train-images-idx3-ubyte{end}").write_bytes(pack(as_idx(sample.images)))
    (tmp_path / f"train-labels-idx1-ubyte{end}").write_bytes(pack(as_idx(sample.labels)))
    found = load_digits(str(tmp_path / f"train-images-idx3-ubyte{end}"))
    assert np.array_equal(found.images, sample.images)
    assert np.array_equal(found.labels, sample.labels)
    assert np.bincount(found.labels).tolist() == [20] * 10


def test_splits_are_disjoint_and_balanced() -> None:
    digits = load_digits(str(SAMPLE))
    train, test = digits.split(np.random.default_rng(1), (12, 8))
    assert sorted([*train, *test]) == list(range(200))
    assert np.bincount(digits.labels[train]).tolist() == [12] * 10


def test_skeletons_are_thin_connected_and_inside() -> None:
    """No pixel has all its eight neighbours, and thinning a skeleton changes nothing."""
    images = load_digits(str(SAMPLE)).images > 127
    thin = skeletons(images)
    assert not (thin & ~images).any()
    assert (thin.sum(axis=(1, 2)) > 3).all()
    assert np.array_equal(skeletons(thin), thin)
    wide = np.pad(thin, ((0, 0), (1, 1), (1, 1)))
    full = np.logical_and.reduce([wide[:, r : r + 28, c : c + 28] for r in range(3) for c in range(3)])
    assert not full.any()
    assert [pieces(image) for image in thin[:40]] == [pieces(image) for image in images[:40]]


def pieces(image: np.ndarray) -> int:
    """Return the number of connected pieces, corners included."""
    left, count = {(int(r), int(c)) for r, c in np.argwhere(image)}, 0
    while left:
        count += 1
        border = [left.pop()]
        while border:
            r, c = border.pop()
            near = {(r + a, c + b) for a in (-1, 0, 1) for b in (-1, 0, 1)} & left
            left -= near
            border += near
    return count


def test_a_pen_of_three_pixels() -> None:
    dot = np.zeros((1, 5, 5), dtype=bool)
    dot[0, 2, 2] = dot[0, 0, 0] = True
    assert thickened(dot)[0].astype(int).tolist() == [
        [1, 1, 0, 0, 0], [1, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0],
    ]  # fmt: skip
    drawn = line_drawings(load_digits(str(SAMPLE)))
    assert 50 < drawn.sum(axis=(1, 2)).mean() < 200


def test_wrong_files_are_told(tmp_path: Path) -> None:
    def told(name: str, data: bytes | None, message: str) -> None:
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(FileError) as raised:
            load_digits(str(path))
        assert str(raised.value) == f"digits {path}: {message}"

    told("none.npz", None, "No such file or directory")
    told("text.npz", b"no archive", "is no .npz file with arrays 'images' and 'labels'")
    told("none.dat", None, "must be a .npz file or an IDX file with 'images' in its name")
    told("a-images", b"\0\0\x08\x01\0\0\0\0", "is no IDX file of bytes with 3 axes")
    told("b-images", as_idx(np.zeros((2, 3, 3)))[:-1], "must hold (2, 3, 3) bytes, got 17")
    told("c-images.gz", b"no gzip", "is no gzip file")
    np.savez(tmp_path / "d.npz", images=np.zeros((2, 3, 3), np.uint8), labels=np.array([1, 10]))
    told(
        "d.npz", None,
        "must be images (count, rows, columns) of bytes and as many labels 0..9, got uint8 (2, 3, 3) and int64 (2,)",
    )  # fmt: skip
