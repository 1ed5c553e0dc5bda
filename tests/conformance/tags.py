"""Cases of tagging and capture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spikemem.ir import (
    AllToAll,
    Connector,
    FixedProbability,
    IF_curr_delta,
    Normal,
    OneToOne,
    Population,
    Projection,
    Static,
    TagAndCapture,
    Uniform,
)
from tests.conformance.case import Case

CELL = IF_curr_delta(cm=0.3, tau_m=4.0, tau_refrac=1.0, v_rest=-65.0, v_reset=-66.0, v_thresh=-55.0)


def tagged(
    feature: str, *, connector: Connector | None = None, delay: Any = 1.0, inhibitory: bool = False, **fields: Any
) -> Case:
    """Return four cells that ``a`` drives and that ``b`` projects to by the rule; ``e``, ``h`` and ``y`` say when and what.

    These relay ``a``, one neuron each, and ``b``: ``e`` has four neurons, ``h`` two, ``y`` eight, four of each sign.
    """
    relays = {"e": (4, 2.0), "h": (2, 1.0), "y": (8, 1.0)}
    populations = [Population(name, size, CELL) for name, (size, _) in relays.items()]
    fired = [
        Projection(f"for {name}", "a", name, FixedProbability(0.5), 13.7, delay_ms, "excitatory", Static())
        for name, (_, delay_ms) in relays.items()
    ]
    rule = TagAndCapture(**{"gate": "e", "rate": 1.137, **fields})
    learned = Projection(
        "learned", "b", "t", connector or AllToAll(), Uniform(-2.13, 3.71), delay,
        "inhibitory" if inhibitory else "excitatory", rule,
    )  # fmt: skip
    drive = Projection("drive", "a", "t", OneToOne(), 11.37, 1.0, "excitatory", Static())
    return Case(feature, (*populations, Population("t", 4, CELL)), (*fired, drive, learned))


def tags() -> Iterator[Case]:
    """Yield the cases of TagAndCapture."""
    taught: dict[str, Any] = {"teacher": "y", "prediction": 0.0913}
    yield tagged("TagAndCapture")
    yield tagged("TagAndCapture, blocks", gate="h", capture="e")
    yield tagged("TagAndCapture, window", window=(1.0, 0.0, -0.413, 0.217))
    yield tagged("TagAndCapture, taught", teacher="y")
    yield tagged("TagAndCapture, prediction", **taught)
    yield tagged("TagAndCapture, prediction over several delays", delay=Normal(3.0, 1.0, 1.0, 6.0), **taught)
    yield tagged("TagAndCapture, momentum", capture="h", momentum=0.713, **taught)
    yield tagged("TagAndCapture, retain", retain=0.913, **taught)
    yield tagged("TagAndCapture, clipped", w_min=-2.17, w_max=4.13, **taught)
    yield tagged("TagAndCapture, delay of 3 steps", delay=3.0, window=(0.5, 0.25), **taught)
    yield tagged("TagAndCapture, sparse", connector=FixedProbability(0.6), capture="h")
    yield tagged("TagAndCapture, inhibitory", inhibitory=True)
