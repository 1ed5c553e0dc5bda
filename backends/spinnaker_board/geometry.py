"""The chips of a board and what their links lead to.

Links are numbered east, north-east, north, west, south-west, south. Boards of 4 chips (version 3) are joined north and south
on themselves, and have no links beyond their east and west sides; the 48 chips of version 5 form a hexagon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

XY = tuple[int, int]

STEPS: tuple[XY, ...] = ((1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1))


@dataclass(frozen=True)
class Geometry:
    """``links[xy][number]`` is the chip at the other end."""

    width: int
    height: int
    links: Mapping[XY, Mapping[int, XY]]

    @property
    def chips(self) -> tuple[XY, ...]:
        """The chips, by column."""
        return tuple(self.links)

    def toward_root(self) -> dict[XY, int]:
        """Return, for each chip but (0, 0), the link that is the first of a shortest way to (0, 0)."""
        found: dict[XY, int] = {}
        reached = [(0, 0)]
        for near in reached:
            for number, far in self.links[near].items():
                if far not in found and far != (0, 0):
                    found[far] = opposite(number)
                    reached.append(far)
        return found


def opposite(link: int) -> int:
    """Return the number that a link has at its other end."""
    return (link + 3) % 6


def geometry(version: int) -> Geometry:
    """Return the chips of a board of version 3 or 5."""
    return _four() if version == 3 else _forty_eight()


def _four() -> Geometry:
    links = {
        (x, y): {
            number: ((x + dx) % 2, (y + dy) % 2)
            for number, (dx, dy) in enumerate(STEPS)
            if 0 <= x + dx < 2
        }
        for x in range(2)
        for y in range(2)
    }  # fmt: skip
    return Geometry(2, 2, links)


def _forty_eight() -> Geometry:
    chips = [(x, y) for x in range(8) for y in range(8) if -3 <= x - y <= 4]
    links = {
        (x, y): {
            number: (x + dx, y + dy)
            for number, (dx, dy) in enumerate(STEPS)
            if (x + dx, y + dy) in chips
        }
        for x, y in chips
    }  # fmt: skip
    return Geometry(8, 8, links)
