"""Pieces of work on threads."""

from __future__ import annotations

import time

import pytest

from spikemem.parallel import spread


def test_after_an_error_no_further_piece_is_begun() -> None:
    begun = []

    def work(k: int) -> None:
        begun.append(k)
        if k == 0:
            raise ValueError("the first piece")
        time.sleep(0.01)

    with pytest.raises(ValueError, match=r"^the first piece$"):
        spread(2, 1000, work)
    assert 0 in begun
    assert len(begun) < 100  # the other thread had 500 pieces, of 10 ms each
