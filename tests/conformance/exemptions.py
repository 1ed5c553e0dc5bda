"""What a backend does not support, as data: the backend, the feature as tests/conformance/cases.py calls it, and why."""

from __future__ import annotations

from typing import NamedTuple


class Exemption(NamedTuple):
    """``feature`` is a case's whole name, or what it starts with."""

    backend: str
    feature: str
    reason: str


EXEMPTIONS: tuple[Exemption, ...] = ()


def exemption(backend: str, feature: str) -> Exemption | None:
    """Return why ``backend`` need not pass the case of ``feature``, if it need not."""
    return next((e for e in EXEMPTIONS if e.backend == backend and feature.startswith(e.feature)), None)
