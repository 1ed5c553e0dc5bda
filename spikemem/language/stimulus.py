"""The stimuli that operations make: which source neurons fire at which steps after the operation's start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spikemem.errors import OperationError

Neurons = tuple[int, ...]
"""The neurons that an operation's argument names, sorted unless it is a sequence: what the model's method is given."""


@dataclass(frozen=True)
class Stimulus:
    """``spikes[population]`` are (step after the start, neuron) pairs, sorted."""

    spikes: Mapping[str, tuple[tuple[int, int], ...]]

    def __add__(self, other: Stimulus) -> Stimulus:
        """Return both stimuli together; raise :class:`OperationError` if a neuron would fire twice in a step."""
        both = dict(self.spikes)
        for population, spikes in other.spikes.items():
            together = sorted((*both.get(population, ()), *spikes))
            if len(set(together)) < len(together):
                raise OperationError(f"stimulus: a neuron of {population} would fire twice in one step")
            both[population] = tuple(together)
        return Stimulus(both)

    @property
    def last(self) -> int:
        """The step of the last spike, 0 if there is none."""
        return max((spikes[-1][0] for spikes in self.spikes.values() if spikes), default=0)

    def later(self, steps: int) -> Stimulus:
        """Return the stimulus ``steps`` steps later."""
        return Stimulus({p: tuple((s + steps, n) for s, n in spikes) for p, spikes in self.spikes.items()})


def hold(steps: int, **neurons: Iterable[int] | None) -> Stimulus:
    """Return the stimulus in which the given neurons of each source fire in ``steps`` consecutive steps; None: no neuron.

    >>> hold(2, in_cue=[3]).spikes
    {'in_cue': ((0, 3), (1, 3))}
    """
    return Stimulus({
        population: tuple((step, neuron) for step in range(steps) for neuron in sorted(fire))
        for population, fire in neurons.items()
        if fire is not None
    })  # fmt: skip


def pulse(**neurons: Iterable[int] | None) -> Stimulus:
    """Return the stimulus in which the given neurons of each source fire once, in the first step."""
    return hold(1, **neurons)
