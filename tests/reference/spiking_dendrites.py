"""Neurons with alpha dendrites and permanence plasticity, as slow and obvious as can be: every current is a sum over spikes."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import e, exp

from spikemem.ir import AlphaDendrite, IF_curr_exp, PermanenceSTDP

Spike = tuple[int, int]


@dataclass
class Cells:
    """``drive`` and ``send`` are synapses [pre][post] onto somata (nA) and dendrites (permanences; None: there is none)."""

    dt: float
    cell: IF_curr_exp
    dendrite: AlphaDendrite
    rule: PermanenceSTDP
    drive: list[list[float]]
    send: list[list[float | None]]
    drive_delay: int
    send_delay: int
    spikes: list[Spike] = field(default_factory=list)
    daps: list[Spike] = field(default_factory=list)
    clipped: set[str] = field(default_factory=set)
    delivered: int = 0

    def run(self, given: list[Spike], steps: int) -> None:
        """Run ``steps`` steps with the pre neurons' spikes ``given``."""
        n = len(self.drive[0])
        self.arrivals: dict[tuple[int, int], float] = {}  # (step, neuron): what arrives at its dendrite
        self.reset = [-1] * n  # the last step up to which what arrived is gone
        self.plateau = [-1] * n  # the last step of the plateau
        self.frozen = [-1] * n
        self.v = [self.cell.v_rest] * n
        flowing = [0.0] * n
        for t in range(steps):
            fired = [j for j in range(n) if self._soma(j, t, given, flowing[j])]
            self.spikes += [(t, j) for j in fired]
            for j in range(n):
                flowing[j] = self._dendrite(j, t, j in fired)
            for j in fired:
                self._potentiate(j, t, given)
            for u, i in given:
                if u == t:
                    self._depress_and_send(i, t)

    def alpha(self, j: int, t: int) -> float:
        """Return the synaptic current of dendrite j at the end of step t: alpha functions of all that still counts."""
        tau = self.dendrite.tau_syn
        total = 0.0
        for (step, target), weight in self.arrivals.items():
            if target == j and self.reset[j] < step <= t:
                s = (t + 1 - step) * self.dt
                total += weight * e * s / tau * exp(-s / tau)
        return total

    def _soma(self, j: int, t: int, given: list[Spike], flowing: float) -> bool:
        cell, dt = self.cell, self.dt
        tau, c, tau_s = cell.tau_m, cell.cm, cell.tau_syn_E
        if t <= self.frozen[j]:
            return False
        synaptic = 0.0
        for u, i in given:
            late = t - u - self.drive_delay
            if late >= 0:
                synaptic += self.drive[i][j] * exp(-late * dt / tau_s)
        kept = exp(-dt / tau)
        gain = (exp(-dt / tau) - exp(-dt / tau_s)) / (1.0 / tau_s - 1.0 / tau) / c
        self.v[j] = cell.v_rest + kept * (self.v[j] - cell.v_rest) + gain * synaptic + (1.0 - kept) * tau / c * flowing
        if self.v[j] < cell.v_thresh:
            return False
        self.v[j] = cell.v_reset
        self.frozen[j] = t + round(cell.tau_refrac / dt)
        return True

    def _dendrite(self, j: int, t: int, soma_fires: bool) -> float:
        """Advance dendrite j; return the current into the soma in step t + 1."""
        cell = self.dendrite
        if soma_fires:
            self.reset[j], self.plateau[j] = t, min(self.plateau[j], t)
            return 0.0
        if t <= self.plateau[j]:
            self.reset[j] = t
            return cell.current if t < self.plateau[j] else 0.0
        current = self.alpha(j, t)
        if current < cell.theta:
            return current
        self.daps.append((t, j))
        self.plateau[j], self.reset[j] = t + round(cell.plateau / self.dt), t
        return cell.current if t < self.plateau[j] else 0.0

    def _potentiate(self, j: int, t: int, given: list[Spike]) -> None:
        rule = self.rule
        z = sum(exp(-(t - s) * self.dt / rule.tau_h) for s, d in self.daps if d == j)
        for i, row in enumerate(self.send):
            before = [u for u, k in given if k == i and u < t]
            permanence = row[j]
            if permanence is None or not before or not rule.dt_min < (t - max(before)) * self.dt < rule.dt_max:
                continue
            x = sum(exp(-(t - u) * self.dt / rule.tau_pre) for u in before)
            permanence += rule.lambda_plus * rule.P_max * x + rule.lambda_h * (rule.z_target - z) * rule.P_max
            if permanence > rule.P_max:
                self.clipped.add("above")
            if permanence < rule.P_min:
                self.clipped.add("below")
            row[j] = min(max(permanence, rule.P_min), rule.P_max)

    def _depress_and_send(self, i: int, t: int) -> None:
        rule = self.rule
        for j, permanence in enumerate(self.send[i]):
            if permanence is None:
                continue
            if permanence - rule.lambda_minus * rule.P_max < rule.P_min:
                self.clipped.add("floor")
            permanence = max(permanence - rule.lambda_minus * rule.P_max, rule.P_min)
            self.send[i][j] = permanence
            if permanence > rule.P_theta:
                at = (t + self.send_delay, j)
                self.arrivals[at] = self.arrivals.get(at, 0.0) + rule.w_mature
                self.delivered += 1
