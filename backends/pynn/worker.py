"""The process that talks to sPyNNaker: ``python -m spikemem.backends.pynn.worker FOLDER``.

sPyNNaker has one simulator a process, reads its configuration from the home folder, writes its reports to the working folder
and prints as it goes. So each run has a process of its own, whose home and working folder are the run's.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np

from spikemem.backends.pynn.boards import neurons_of_a_core
from spikemem.backends.pynn.build import Built, build, fired
from spikemem.backends.pynn.describe import Description
from spikemem.backends.pynn.extensions import rings, shared_extension
from spikemem.backends.pynn.job import JOB, RESULT, Job, Result
from spikemem.backends.pynn.placement import read_placement
from spikemem.backends.pynn.program import Outcome

_EMPTY = "Data from a virtual run will be empty"


class TooLarge(Exception):
    """A network that needs more chips than the machine can have."""


class SharedExtension(Exception):
    """A source whose delays are too long for targets that keep their inputs for different numbers of steps."""


def main(folder: Path) -> None:
    """Do the job in ``folder`` and leave its result there."""
    job: Job = pickle.loads((folder / JOB).read_bytes())
    try:
        result = do(job)
    except Exception as error:  # whatever it is: the caller says it in its own words
        kind = type(error)
        result = Result(error=(kind.__module__, kind.__qualname__, str(error)))
    (folder / RESULT).write_bytes(pickle.dumps(result))


def do(job: Job) -> Result:
    """Map and run a network."""
    from spinn_utilities.config_holder import get_config_bool
    from spynnaker import pyNN as sim  # noqa: N813  # its name in every script

    description = job.description
    sim.setup(
        timestep=description.dt, min_delay=description.dt, time_scale_factor=job.time_scale_factor,
        n_boards_required=job.boards,
    )  # fmt: skip
    virtual = bool(get_config_bool("Machine", "virtual_board"))
    built = build(sim, description, silent=False)
    _spread(description, built)
    _map_and_run(sim, job, built)
    placement = read_placement(description, built)
    outcome = None if virtual else _outcome(description, built)
    warnings = () if virtual else _warnings()
    sim.end()
    return Result(placement, outcome, warnings)


def _map_and_run(sim: Any, job: Job, built: Built) -> None:
    from pacman.exceptions import PacmanPlaceException
    from spinn_machine.exceptions import SpinnMachineException
    from spynnaker.pyNN.data import SpynnakerDataView as View
    from spynnaker.pyNN.exceptions import DelayExtensionException

    try:
        sim.run(job.steps * job.description.dt)
    except SpinnMachineException as error:
        if View.has_n_chips_needed():
            raise TooLarge(f"sPyNNaker's partition of it needs {View.get_n_chips_needed()} chips") from error
        raise
    except PacmanPlaceException as error:
        said = str(error).partition(" Out of")[0].strip()
        raise TooLarge(f"sPyNNaker finds no core for all of it ({said})") from error

    except DelayExtensionException as error:
        shared = shared_extension(job.description, rings(job.description, built))
        if shared is None:
            raise
        raise SharedExtension(shared) from error


def _spread(description: Description, built: Built) -> None:
    """Give plastic targets that are too large for the rows or the memory of one core to more cores."""
    sizes = {p.label: p.size for p in description.populations}
    longest: dict[str, int] = {}
    for projection in description.projections:
        steps = round(projection.delay / description.dt)
        longest[projection.target] = max(longest.get(projection.target, 1), steps)
    for target in {p.target for p in description.projections if p.plasticity is not None}:
        most = neurons_of_a_core(sizes[target], plastic=True, longest=longest[target])
        if most < sizes[target]:
            built.populations[target].set_max_atoms_per_core(most)


def _outcome(description: Description, built: Built) -> Outcome:
    neurons = [p.label for p in description.populations if p.spike_times is None]
    spikes = {label: fired(built.populations[label]) for label in neurons}
    weights = {
        p.label: np.array(list(built.projections[p.label].get(["weight"], format="list")), dtype=np.float64)
        for p in description.projections
        if p.plasticity is not None
    }
    return Outcome(spikes, weights)


def _warnings() -> tuple[str, ...]:
    from spinn_front_end_common.interface.provenance import GlobalProvenance, ProvenanceReader

    found: list[Any] = []
    with ProvenanceReader() as reader:
        found += reader.messages()
    with GlobalProvenance() as store:
        found += store.retreive_log_messages(30)  # logging.WARNING
    return tuple(dict.fromkeys(str(message) for message in found if _EMPTY not in str(message)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
