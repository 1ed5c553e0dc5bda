"""What the process that talks to sPyNNaker is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spikemem.backends.pynn.describe import Description
from spikemem.backends.pynn.program import Outcome

JOB, RESULT = "job.pickle", "result.pickle"


@dataclass(frozen=True)
class Job:
    """Map a network and, on a machine that is not virtual, run it."""

    description: Description
    steps: int
    boards: int | None
    time_scale_factor: int


@dataclass(frozen=True)
class Result:
    """What sPyNNaker said: its placement, as numbers; what it ran; what it warned of; or the error that ended it."""

    placement: Mapping[str, Any] | None = None
    outcome: Outcome | None = None
    warnings: tuple[str, ...] = ()
    error: tuple[str, str, str] | None = None
    """Module and name of its type, and the message."""
