"""Delays in ms to whole steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from spikemem.errors import NetworkError
from spikemem.ir.network import Network, Projection, Steps
from spikemem.ir.values import Explicit
from spikemem.passes.base import Pass


def whole_steps(ms: float, dt: float, what: str) -> int:
    """Return ``ms`` in steps of ``dt``; raise :class:`NetworkError` naming ``what`` unless it is a whole number of them.

    >>> whole_steps(1.5, 0.1, "delay")
    15
    """
    steps = ms / dt
    if abs(steps - round(steps)) > min(1e-9 * max(1.0, abs(steps)), 1e-3):
        low = int(steps) * dt
        raise NetworkError(
            f"{what}: {ms:g} ms is not a multiple of dt = {dt:g} ms; nearest: {low:g} or {low + dt:g} ms"
        )
    return round(steps)


def steps_between(ms: float, dt: float) -> float:
    """Return a time in steps of ``dt``, exactly where it is a whole number of them but for rounding.

    >>> steps_between(0.3, 0.1), steps_between(0.25, 0.1)
    (3.0, 2.5)
    """
    steps = ms / dt
    return float(round(steps)) if abs(steps - round(steps)) < 1e-6 else steps


@dataclass(frozen=True)
class Discretize(Pass):
    """Give every delay as whole steps of ``dt``: refuse a given delay that does not fit, round a drawn one."""

    name: ClassVar[str] = "discretize"
    dt: float

    def rewrite(self, network: Network) -> Network:
        """Return the network at ``dt`` with all delays as :class:`spikemem.ir.Steps`."""
        changed = {p.name: replace(p, delay=self._delay(p, network.dt)) for p in network.projections}
        return replace(network, dt=self.dt).with_projections(changed)

    def _delay(self, projection: Projection, steps_of: float) -> Steps:
        where, delay = f"projection {projection.name}: delay", projection.delay
        match delay:
            case Steps():
                same = delay.drawn is not None or self.dt == steps_of
                return delay if same else Steps(self._at_least_one(delay.count * steps_of, where))
            case float() | int():
                return Steps(self._at_least_one(delay, where))
            case Explicit():
                for ms in delay.numbers.array.reshape(-1):
                    self._at_least_one(float(ms), where)
        return Steps(drawn=delay)

    def _at_least_one(self, ms: float, where: str) -> int:
        if ms < (1.0 - 1e-9) * self.dt:
            raise NetworkError(f"{where} must be at least dt = {self.dt:g} ms, got {ms:g} ms")
        return whole_steps(ms, self.dt, where)
