"""A stream of operations with known right answers, as fast as the model allows, or faster."""

from __future__ import annotations

from dataclasses import dataclass

from spikemem.language import Ask, Association, Call, Memory
from spikemem.language.protocol import plan


@dataclass(frozen=True)
class Asked:
    """What a question was: its kind, such as ``address`` or ``any``, and a number that the task gives meaning, or NaN."""

    kind: str
    place: float = float("nan")


class Stream:
    """Calls of ``model`` in time. ``spacing_ms`` 0 keeps the spacings that the model states, else it stands in their place."""

    def __init__(self, model: Memory, association: Association, spacing_ms: float = 0.0) -> None:
        self.model, self.association, self.spacing_ms = model, association, spacing_ms
        self.calls: list[Call] = []
        self.asked: list[Asked] = []
        """One an entry of ``calls``; of kind "" where nothing is asked."""
        self._step = 0
        self._sizes = {p.name: p.size for p in model.network().populations}

    def store(self, address: int, pattern: frozenset[int], late: int = 0) -> None:
        """Store ``pattern`` at ``address``; ``late`` more steps pass after it."""
        self._add(self.association.store(address, pattern), Asked(""), late)

    def forget(self, address: int, late: int = 0) -> None:
        """Forget what is at ``address``."""
        self._add(self.association.forget(address), Asked(""), late)

    def ask(
        self, act: str, what: int | frozenset[int], kind: str = "", place: float = float("nan"), late: int = 0
    ) -> None:
        """Ask by an address or by a fragment; ``kind`` (default: ``act``) and ``place`` are kept with the answer."""
        self._add(self.association.ask(act, what), Asked(kind or act, place), late)

    def _add(self, asked: Ask, label: Asked, late: int) -> None:
        dt = self.model.dt
        made = Call(self._step * dt, asked.do, asked.arguments, asked.expect)
        planned = plan(self.model, made, self._step, dt, self._sizes)
        self.calls.append(made)
        self.asked.append(label)
        spacing = round(self.spacing_ms / dt)
        origin = max(self._step, planned.stimulus.last) if planned.operation.from_end else self._step
        self._step = (origin + spacing if spacing else planned.free) + late
