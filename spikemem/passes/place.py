"""Where what runs: placement is data, apart from the network and from its execution."""

from __future__ import annotations

from dataclasses import dataclass

from spikemem.checks import whole_number


@dataclass(frozen=True)
class Placement:
    """``shares[k]`` are the trials, by index, that worker k runs, in this order."""

    shares: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Place:
    """Spread independent trials over ``threads`` workers, as evenly as their number allows."""

    threads: int

    def __post_init__(self) -> None:
        whole_number("threads", self.threads, least=1)

    def __call__(self, trials: int) -> Placement:
        """Return the placement of ``trials`` trials.

        >>> Place(2)(3).shares
        ((0, 2), (1,))
        """
        workers = max(1, min(self.threads, trials))
        return Placement(tuple(tuple(range(k, trials, workers)) for k in range(workers)))
