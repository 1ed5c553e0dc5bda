"""A board whose cores cannot send packets: for a test of how it is told that a binary asks for what is not emulated."""

import sys

from spikemem.backends.spinnaker_board import server
from spikemem.backends.spinnaker_board.comms import Comms


def write(self: Comms, offset: int, value: int) -> None:
    if offset == 0x08:
        raise self.refuse(offset, value)


if __name__ == "__main__":
    setattr(Comms, "write", write)  # noqa: B010  # a checker would have it be a method
    server.main(int(sys.argv[1]), real_time=False)
