"""Spiking associative memories: written once, simulated on workstations, deployed to neuromorphic boards.

``open`` gives a live memory, ``load`` one that was saved, ``run`` a whole run's recording, ``run_batch``
those of many independent trials. Simulators are imported only
when a run asks for them.
"""

from spikemem.memory import LiveMemory, load_memory, open_memory
from spikemem.recording import Answer, Recording
from spikemem.simulate import Trial, run, run_batch

open = open_memory  # the name that users read: spikemem.open(model)
load = load_memory

__all__ = ["Answer", "LiveMemory", "Recording", "Trial", "load", "open", "run", "run_batch"]
