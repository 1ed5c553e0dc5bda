"""Spikes from the host and to the host while a network runs: a PyNN script, as users of live input and output write it.

``live.py [PORT]``: with a port, spikes are sent there, as EIEIO packets without sPyNNaker's help.
"""

import json
import socket
import struct
import sys
import time
from threading import Lock
from typing import Any

import numpy as np
from spinn_utilities.config_holder import get_config_str
from spynnaker import pyNN as sim  # noqa: N813  # its name in every script

CELLS, RUN_MS, EVERY_S = 5, 1500, 0.04
KEYS_16_BIT = 0x0000
"""The header of an EIEIO packet of 16-bit keys, to which the core adds its prefix; its low byte counts them."""

lock = Lock()
heard: list[tuple[int, int]] = []


def send(label: str, link: Any) -> None:
    """Have each cell fire, one after the other, and then all at once."""
    time.sleep(0.05)
    for cell in range(CELLS):
        link.send_spike(label, cell)
        time.sleep(EVERY_S)
    link.send_spikes(label, list(range(CELLS)))


def send_to_port(port: int) -> None:
    """Have each fire by a reverse IP tag."""
    address = get_config_str("Machine", "machine_name")
    time.sleep(0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for cell in range(CELLS):
            out.sendto(struct.pack("<HH", KEYS_16_BIT | 1, cell), (address, port))
            time.sleep(EVERY_S)


def receive(label: str, when: int, cells: list[int]) -> None:
    """Take note of what comes."""
    with lock:
        heard.extend((int(when), int(cell)) for cell in cells)


def trains(population: sim.Population) -> list[list[int]]:
    return [[int(t) for t in train] for train in population.get_data("spikes").segments[-1].spiketrains]


def main() -> None:
    """Run, and print what was sent, heard and recorded."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else None
    sim.setup(timestep=1.0)
    link = sim.external_devices.SpynnakerLiveSpikesConnection(
        receive_labels=["cells"], send_labels=["in"], local_port=None
    )
    injector = sim.external_devices.SpikeInjector(database_notify_port_num=link.local_port)
    options = {} if port is None else {"port": port}
    source = sim.Population(CELLS, injector, label="in", additional_parameters=options)
    cells = sim.Population(CELLS, sim.IF_curr_exp(tau_refrac=1.0), label="cells")
    sim.Projection(source, cells, sim.OneToOneConnector(), sim.StaticSynapse(weight=np.float64(60.0), delay=2.0))
    source.record("spikes")
    cells.record("spikes")
    sim.external_devices.activate_live_output_for(cells, database_notify_port_num=link.local_port)
    link.add_receive_callback("cells", receive)
    link.add_start_resume_callback("in", send if port is None else lambda label, link: send_to_port(port))
    sim.run(RUN_MS)
    sent, fired = trains(source), trains(cells)
    with lock:
        found = {"sent": sent, "fired": fired, "heard": sorted(heard)}
    sim.end()
    link.close()
    print("result", json.dumps(found))


if __name__ == "__main__":
    main()
