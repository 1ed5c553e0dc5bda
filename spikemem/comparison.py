"""Two recordings of the same experiment, spike by spike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spikemem.recording import Recording, Spikes

Grade = Literal["exact", "differs"]


@dataclass(frozen=True)
class FirstDifference:
    """The earliest spike that only one of two recordings has."""

    time_ms: float
    population: str
    neuron: int
    kind: Literal["missing", "extra"]

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.kind} spike of {self.population} neuron {self.neuron} at {self.time_ms:g} ms"


@dataclass(frozen=True, eq=False)
class Comparison:
    """``other`` against ``reference``: spikes that it lacks, spikes that it has alone, the largest difference of weights.

    ``weight_difference`` is that of the stored weights at the end, in the weights' unit; None if there are none to compare.
    The grade is ``exact`` if no spike is missing or extra in any population, else ``differs``.
    """

    common: Mapping[str, Spikes]
    missing: Mapping[str, Spikes]
    extra: Mapping[str, Spikes]
    weight_difference: float | None

    @property
    def missing_count(self) -> int:
        """How many spikes of the reference are missing."""
        return sum(times.size for times, _ in self.missing.values())

    @property
    def extra_count(self) -> int:
        """How many spikes the reference has not."""
        return sum(times.size for times, _ in self.extra.values())

    @property
    def grade(self) -> Grade:
        """The grade of sameness reached."""
        return "differs" if self.missing_count or self.extra_count else "exact"

    @property
    def first(self) -> FirstDifference | None:
        """The earliest difference, None if there is none."""
        kinds: tuple[tuple[Literal["missing", "extra"], Mapping[str, Spikes]], ...]
        kinds = (("missing", self.missing), ("extra", self.extra))
        found = [
            FirstDifference(float(times[0]), population, int(neurons[0]), kind)
            for kind, spikes in kinds
            for population, (times, neurons) in spikes.items()
            if times.size
        ]
        return min(found, key=lambda d: (d.time_ms, d.population, d.neuron), default=None)


def compare(reference: Recording, other: Recording) -> Comparison:
    """Compare two recordings of the same network."""
    common, missing, extra = {}, {}, {}
    for name, own in reference.spikes.items():
        ours, theirs = _keys(own, reference), _keys(other.spikes[name], reference)
        common[name] = _spikes(np.intersect1d(ours, theirs), reference)
        missing[name] = _spikes(np.setdiff1d(ours, theirs), reference)
        extra[name] = _spikes(np.setdiff1d(theirs, ours), reference)
    differences = [
        float(np.abs(weights.weight - other.stored_weights[name].weight).max(initial=0.0))
        for name, weights in reference.stored_weights.items()
    ]
    return Comparison(common, missing, extra, max(differences, default=None))


def _keys(spikes: Spikes, recording: Recording) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return each spike as one number that orders by time, then neuron."""
    times, neurons = spikes
    return np.rint(times / recording.dt).astype(np.int64) * _stride(recording) + neurons


def _spikes(keys: np.ndarray[tuple[int], np.dtype[np.int64]], recording: Recording) -> Spikes:
    steps, neurons = np.divmod(keys, _stride(recording))
    return steps * recording.dt, neurons.astype(np.int32)


def _stride(recording: Recording) -> int:
    return max(recording.sizes.values(), default=1)
