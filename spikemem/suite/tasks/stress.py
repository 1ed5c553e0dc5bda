"""Random and adversarial streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from spikemem.language import parameter
from spikemem.suite.stream import Stream
from spikemem.suite.task import Task


class Stress(Task):
    """Streams of ``operations`` operations, as close as ``spacing_ms`` says.

    Where a model has no addresses, its items are asked for by their whole patterns instead.

    ``plan`` "random": storing (0.35), forgetting (0.05, else storing), recall by address (0.25), by 1 to K lines (any, 0.2), by
    the best match (0.15, else any); half of the operations are followed at once, the others 0 to 3 steps later. "disjoint" and
    "overlapping": the same, but a pattern shares no line, or all but one, with that of the neighbouring address. "relearn":
    the same two addresses are stored anew again and again, each followed by recalls of both. "repeat": each item is stored
    once, then the same three fragments of several lines are asked for in turn.

    "rounds": each item is stored anew, in order, then each is recalled by its address, and each single line is asked for.

    Streams that show defects of the published memory, which are told by their draws: "queries": each item once, in order, then
    fragments of 3 random lines; "mixed": u < 0.4 store at a random address, u < 0.7 recall by address, else by one line;
    "once": each item once, then each recalled by its address.
    """

    plan: Literal["random", "relearn", "repeat", "disjoint", "overlapping", "rounds", "queries", "mixed", "once"] = (
        parameter("random", doc="what the stream is made of")
    )
    operations: int = parameter(200, ge=1, doc="operations of a stream, storing all items not counted (queries)")

    @property
    def needs(self) -> tuple[str, ...]:
        """What is asked for."""
        more = {"repeat": ("any",), "queries": ("any",), "mixed": ("address", "any")}
        return more.get(self.plan, ()) + super().needs

    def fill(self, stream: Stream, rng: np.random.Generator) -> None:
        """Add the operations of the plan."""
        _PLANS[self.plan](self, stream, rng)


def _random(task: Stress, stream: Stream, rng: np.random.Generator) -> None:
    known, acts = stream.association, stream.association.acts
    for _ in range(task.operations):
        u, wide = rng.random(), rng.random() < 0.2
        late = int(rng.integers(4)) if rng.random() < 0.5 else 0
        address = int(rng.integers(known.addresses))
        if u < 0.35 or (u < 0.4 and "forget" not in acts):
            stream.store(address, _pattern(task, stream, rng, address, wide), late)
        elif u < 0.4:
            stream.forget(address, late)
        elif u < 0.65 or acts.isdisjoint(("any", "best")):
            _recall(stream, address, late)
        elif "any" in acts and (u < 0.85 or "best" not in acts):
            most = known.bits if wide else min(known.bits, 4)
            stream.ask("any", known.pattern(rng, int(rng.integers(1, most + 1))), late=late)
        else:
            stream.ask("best", _worn(task, stream, rng), late=late)


def _recall(stream: Stream, address: int, late: int = 0) -> None:
    """Ask by an address, or, where a model has none, by the whole pattern that is stored there, if there is one."""
    known = stream.association
    if "address" in known.acts:
        stream.ask("address", address, late=late)
    elif address in known.stored:
        stream.ask("best" if "best" in known.acts else "any", known.stored[address], kind="address", late=late)


def _pattern(task: Stress, stream: Stream, rng: np.random.Generator, address: int, wide: bool) -> frozenset[int]:
    """Draw a pattern as the plan has it: of any size, or disjoint with, or close to, the neighbour's."""
    known = stream.association
    if task.plan == "random":
        return known.pattern(rng, int(rng.integers(1, (known.bits if wide else task.active) + 1)))
    neighbour = known.stored.get((address + 1) % known.addresses)
    if neighbour is None:
        return known.pattern(rng, task.active)
    return known.near(rng, neighbour, 0 if task.plan == "disjoint" else len(neighbour) - 1)


def _worn(task: Stress, stream: Stream, rng: np.random.Generator) -> frozenset[int]:
    """Draw a part of a stored pattern, up to a quarter of it wrong; any pattern if nothing is stored."""
    known = stream.association
    addresses = sorted(known.stored)
    if not addresses:
        return known.pattern(rng, task.active)
    pattern = known.stored[addresses[int(rng.integers(len(addresses)))]]
    kept = max(1, int(rng.binomial(len(pattern), 0.7)))
    return known.fragment(rng, pattern, kept, min(int(rng.integers(kept // 4 + 1)), known.bits - len(pattern)))


def _relearn(task: Stress, stream: Stream, rng: np.random.Generator) -> None:
    known, pair = stream.association, [0, stream.association.addresses - 1]
    while len(stream.calls) < task.operations:
        address = pair[int(rng.integers(2))]
        stream.store(address, known.pattern(rng, task.active))
        for other in sorted(set(pair) & set(known.stored)):
            _recall(stream, other)
        if "any" in known.acts:
            stream.ask("any", known.fragment(rng, known.stored[address], 1, 0))


def _repeat(task: Stress, stream: Stream, rng: np.random.Generator) -> None:
    known = stream.association
    _each_once(task, stream, rng)
    fragments = [known.pattern(rng, min(task.active, known.bits)) for _ in range(3)]
    for k in range(task.operations):
        stream.ask("any", fragments[k % 3], place=float(k))


def _rounds(task: Stress, stream: Stream, rng: np.random.Generator) -> None:
    known = stream.association
    while len(stream.calls) < task.operations:
        _once(task, stream, rng)
        for line in range(known.bits if "any" in known.acts else 0):
            stream.ask("any", frozenset((line,)))


def _each_once(task: Stress, stream: Stream, rng: np.random.Generator) -> None:
    for address in range(stream.association.addresses):
        stream.store(address, stream.association.pattern(rng, task.active))


def _queries(task: Stress, stream: Stream, rng: np.random.Generator) -> None:
    _each_once(task, stream, rng)
    for k in range(task.operations):
        stream.ask("any", stream.association.pattern(rng, 3), place=float(k))


def _mixed(task: Stress, stream: Stream, rng: np.random.Generator) -> None:
    known = stream.association
    for _ in range(task.operations):
        u = rng.random()
        if u < 0.4:
            stream.store(int(rng.integers(known.addresses)), known.pattern(rng, task.active))
        elif u < 0.7:
            stream.ask("address", int(rng.integers(known.addresses)))
        else:
            stream.ask("any", frozenset((int(rng.integers(known.bits)),)))


def _once(task: Stress, stream: Stream, rng: np.random.Generator) -> None:
    _each_once(task, stream, rng)
    for address in range(stream.association.addresses):
        _recall(stream, address)


_PLANS: Mapping[str, Callable[[Stress, Stream, np.random.Generator], None]] = {
    "random": _random, "relearn": _relearn, "repeat": _repeat, "disjoint": _random, "overlapping": _random,
    "rounds": _rounds, "queries": _queries, "mixed": _mixed, "once": _once,
}  # fmt: skip
