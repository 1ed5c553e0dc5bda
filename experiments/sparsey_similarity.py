"""Similar inputs have similar codes: overlap of codes against overlap of inputs, beside the closed form."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.experiment.study import Criterion, Findings, Study, StudyRun
from spikemem.ir import AllToAll, Mac, Network, OneShot
from spikemem.ir.mac import Sigmoid
from spikemem.language import parameter
from spikemem.language.builder import NetworkBuilder
from spikemem.session import resolve, start

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
"""Shares of the active inputs that a probe has in common with what is stored."""
FORMS: tuple[Sigmoid, ...] = ("A", "B")


def expected(mac: Mac, share: float) -> float:
    """Return the chance that a module which stored one input chooses its winner again at a probe that shares part of it.

    The stored cells have V = G = share, the others V = 0.

    >>> [round(expected(Mac(modules=1, cells=8), f), 3) for f in (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)]
    [0.125, 0.134, 0.954, 0.984, 0.989, 0.991]
    >>> [round(expected(Mac(modules=1, cells=8, form="B"), f), 3) for f in (0.1, 0.25, 0.5, 0.75, 0.9, 1.0)]
    [0.125, 0.244, 0.375, 0.467, 0.499, 0.514]
    """
    stored, other = mac.psi(share, share), mac.psi(0.0, share)
    return stored / (stored + (mac.cells - 1) * other)


class SimilarityStudy(Study):
    """Overlap of codes as a function of the overlap of inputs (Rinkus 2010, Front. Neuroanat. 4:17).

    Each of many macs stores one input, then draws a code, with rho, for a probe of the same number of active inputs that shares
    some of them. The closed form follows from the equations of :class:`spikemem.ir.Mac`.
    """

    active: int = parameter(40, ge=20, doc="active inputs; all shares of them must be whole")
    macs: int = parameter(200, ge=2, doc="macs, each an experiment of its own")
    modules: int = parameter(40, ge=1, doc="Q")
    cells: int = parameter(8, ge=2, doc="K")

    @model_validator(mode="after")
    def _check(self) -> SimilarityStudy:
        if self.active % 20:
            raise InvalidInput(f"SimilarityStudy.active: must be a multiple of 20, got {self.active}")
        return self

    def mac(self, form: Sigmoid) -> Mac:
        """Return the macs' type, with its default G_minus, gamma and chi."""
        return Mac(modules=self.modules, cells=self.cells, form=form)

    def network(self, form: Sigmoid) -> Network:
        """Return macs that have the same inputs."""
        net = NetworkBuilder("sparsey-similarity", dt=1.0)
        inputs = net.input("inputs", 2 * self.active)
        macs = net.population("mac", self.macs * self.modules * self.cells, self.mac(form))
        net.connect(inputs, macs, AllToAll(), weight=0.0, delay=1.0, receptor="up", synapse=OneShot())
        return net.network()

    def run(self, how: StudyRun) -> Findings:
        """Store, probe, and compare."""
        table: dict[str, list[Any]] = {
            "form": [],
            "shared inputs": [],
            "G": [],
            "shared winners": [],
            "se": [],
            "closed form": [],
        }
        cases = [(form, share) for form in FORMS for share in SHARES]
        for form, share in how.each(cases, lambda case: f"form {case[0]}, share {case[1]}"):
            shares, G = self._probe(how, form, share)
            chance = expected(self.mac(form), share)
            row = (form, share, G, float(shares.mean()), float(np.sqrt(chance * (1 - chance) / shares.size)), chance)
            for column, value in zip(table.values(), row, strict=True):
                column.append(value)
        return Findings({"overlap": table}, self._criteria(table), lambda: _figure(table, self))

    def _probe(self, how: StudyRun, form: Sigmoid, share: float) -> tuple[npt.NDArray[np.bool_], float]:
        """Return, for each module, whether it chose its winner again, and the macs' mean G."""
        network = self.network(form)
        program = start(network, resolve(network, backend=how.backend, hardware=how.hardware, seed=how.seed))
        winners = []
        for first in (0, self.active - round(share * self.active)):
            inputs = np.arange(first, first + self.active, dtype=np.int32)
            program.stimulate({"inputs": (np.full(self.active, program.now), inputs)})
            program.forget_spikes()
            program.run(3)
            winners.append(program.spikes()["mac"][1])
        return winners[0] == winners[1], float(program.variable("mac", "G").mean())

    def _criteria(self, table: dict[str, list[Any]]) -> tuple[Criterion, ...]:
        found, wanted, se, forms = (np.array(table[n]) for n in ("shared winners", "closed form", "se", "form"))
        off = np.abs(found - wanted) / se
        rises = [min(b - a for a, b in pairwise(found[forms == form])) for form in FORMS]
        tolerance = 3.0 * float(np.max(se)) * 2**0.5
        low = np.array(table["G"]) <= self.mac("A").G_minus
        chance = 1.0 / self.cells
        return (
            Criterion("within 3 standard errors of the closed form", bool((off <= 3.0).all()), f"at most {off.max():.2f}"),
            Criterion(
                "never falls by more than 3 standard errors", bool(min(rises) >= -tolerance), f"least rise {min(rises):+.4f}"
            ),
            Criterion(
                "chance for G up to G_minus", bool(low.any() and (np.abs(found[low] - chance) <= 3.0 * se[low]).all()),
                f"{found[low].min():.4f} to {found[low].max():.4f}, 1/K = {chance:g}",
            ),
        )  # fmt: skip


def _figure(table: dict[str, list[Any]], study: SimilarityStudy) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.5), layout="constrained")
    axis = figure.subplots()
    fine = np.linspace(0.0, 1.0, 201)
    for form, colour, marker in zip(FORMS, ("#0072B2", "#D55E00"), ("o", "s"), strict=True):
        mac = study.mac(form)
        axis.plot(fine, [expected(mac, float(f)) for f in fine], color=colour, label=f"form {form}, closed form")
        own = [k for k, f in enumerate(table["form"]) if f == form]
        axis.plot(
            [table["shared inputs"][k] for k in own], [table["shared winners"][k] for k in own], marker, color=colour,
            label=f"form {form}, macs",
        )  # fmt: skip
    axis.axhline(1.0 / study.cells, color="#666666", linestyle=":", label="chance, 1/K")
    axis.set(
        xlabel="share of active inputs in common", ylabel="share of winners in common", ylim=(0.0, 1.05),
        title=f"Similar inputs have similar codes (K = {study.cells})",
    )  # fmt: skip
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8)
    return figure
