"""Prints docs/backends.md: ``python -m tests.conformance.page > docs/backends.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spikemem.backend import BACKENDS
from spikemem.backends.pynn import rules, spinnaker_rules
from tests.conformance.cases import CASES
from tests.conformance.exemptions import EXEMPTIONS, TOLERANCES, exemption
from tests.conformance.facts import FACTS


def page() -> str:
    """Return the page."""
    return "\n".join(
        [
            "# Backends",
            "",
            "Printed by `python -m tests.conformance.page` from what the conformance tests run; not written by hand.",
            "",
            "The Numba engine is the reference: under the same numerics, another backend of grade `exact` gives every spike",
            "of it, at the same step, and the same weights and state variables to 1e-6.",
            "",
            *table(
                ("backend", "what", "install", "numerics", "grade", "run", "checkpoints", "what is tested"), _backends()
            ),
            "",
            "A backend that runs whole protocols cannot hold a live memory (`spikemem.open`).",
            "",
            "## What is refused",
            "",
            "Before anything runs, with these reasons (exit code 4):",
            "",
            *table(("backend", "feature", "reason"), EXEMPTIONS),
            "",
            "Segments that count within one step, pass no current on and take no notice of their soma run everywhere with",
            "`--decompose segments`, as threshold neurons with the same spikes (tests/passes/test_decompose.py).",
            "",
            "## Where a backend is not exact",
            "",
            *table(
                ("backend", "feature", "largest difference (mV, nA, uS)", "reason"),
                [(b, f, f"{largest:g}", why) for b, f, largest, why in TOLERANCES],
            ),
            "",
            "## NEST's plasticity in our terms",
            "",
            "`stdp_synapse` onto `IF_curr_delta` is `PairSTDP` with these fields; any other value is refused:",
            "",
            *table(("field", "value", "why"), [(f, repr(own), why) for f, (own, why) in rules.CONVENTIONS.items()]),
            "",
            "## SpiNNaker's plasticity in our terms",
            "",
            "sPyNNaker's additive `SpikePairRule` is `PairSTDP` with these fields; any other value is refused:",
            "",
            *table(
                ("field", "value", "why"),
                [(f, repr(own), why) for f, (own, why) in spinnaker_rules.CONVENTIONS.items()],
            ),
            "",
            "A rule that is `portable` takes the target's `coincidence` and `history`.",
            "",
            "## Features",
            "",
            "One small network each (tests/conformance/cases.py): `yes`, `no` (refused), or `compiles`, `maps` (not run yet).",
            "",
            *table(("feature", *BACKENDS), ((c.feature, *(_answer(b, c.feature) for b in BACKENDS)) for c in CASES)),
            "",
        ]
    )


def _backends() -> Iterator[Sequence[str]]:
    for name, entry in BACKENDS.items():
        facts = FACTS[name]
        run, saved = "step by step" if facts.stepwise else "whole protocols", "yes" if facts.checkpoints else "no"
        numerics = ", ".join(facts.numerics)
        yield name, entry.summary, f"`{entry.install}`", numerics, facts.grade, run, saved, facts.shown


def _answer(backend: str, feature: str) -> str:
    if exemption(backend, feature) is not None:
        return "no"
    if FACTS[backend].grade != "not measured":
        return "yes"
    return "compiles" if FACTS[backend].compiles else "maps"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    print(page(), end="")
