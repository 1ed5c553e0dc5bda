"""All entrants, in the order of the tables."""

from __future__ import annotations

from collections.abc import Mapping

from spikemem.experiments.memories.entrants import Entrant
from spikemem.experiments.memories.kept import KEPT
from spikemem.experiments.memories.linear import LINEAR
from spikemem.experiments.memories.spiking import SPIKING

ENTRANTS: Mapping[str, Entrant] = {entrant.name: entrant for entrant in (*LINEAR, *KEPT, *SPIKING)}
