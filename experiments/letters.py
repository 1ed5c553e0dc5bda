"""Letters of 5 x 7 pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ROWS, COLUMNS = 7, 5
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LINES = """
0E11111F111111 1E11111E11111E 0E11101010110E 1E11111111111E 1F10101E10101F 1F10101E101010 0E11101711110F 1111111F111111
0E04040404040E 0702020202120C 11121418141211 1010101010101F 111B1515111111 11111915131111 0E11111111110E 1E11111E101010
0E11111115120D 1E11111E141211 0F10100E01011E 1F040404040404 1111111111110E 11111111110A04 1111111515150A 11110A040A1111
1111110A040404 1F01020408101F
"""
"""The rows of each letter, a byte each, from the top."""


def letters() -> npt.NDArray[np.bool_]:
    """Return the letters A to Z as rows of pixels, (26, 35).

    >>> for row in letters()[0].reshape(7, 5):
    ...     print("".join(".#"[int(pixel)] for pixel in row))
    .###.
    #...#
    #...#
    #####
    #...#
    #...#
    #...#
    """
    rows = np.array([list(bytes.fromhex(lines)) for lines in _LINES.split()], dtype=np.uint8)
    return np.unpackbits(rows[:, :, None], axis=2)[:, :, 8 - COLUMNS :].reshape(len(rows), -1).astype(bool)
