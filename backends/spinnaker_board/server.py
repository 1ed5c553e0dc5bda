"""The board as a process: ``python -m spikemem.backends.spinnaker_board.server VERSION [--real-time]``.

It answers on UDP port 17893 of a loopback address of its own, says ``ready ADDRESS`` on standard output, and ends when its
standard input does: so no board outlives the program that started it.
"""

from __future__ import annotations

import os
import secrets
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress

from spikemem.backends.spinnaker_board.board import Board
from spikemem.backends.spinnaker_board.doors import Doors
from spikemem.backends.spinnaker_board.message import REPLY, TO_HOST, Message, unpack
from spikemem.backends.spinnaker_board.monitor import Monitor
from spikemem.backends.spinnaker_board.pace import Pace, RealTime
from spikemem.backends.spinnaker_board.tags import Address
from spikemem.backends.spinnaker_board.watchdog import Watchdog

PORT = 17893
REAL_TIME = "--real-time"
_PADDING = b"\0\0"
_LARGEST = 2048
_TRIES = 100
_INPUT = 0
"""The descriptor of standard input."""


class Server:
    """Speaks for a board on a socket."""

    def __init__(
        self, version: int, link: socket.socket, watchdog: Watchdog | None = None, *, real_time: bool = False
    ) -> None:
        self._link, self._always = link, real_time
        link.setblocking(False)
        host = bytes(int(part) for part in link.getsockname()[0].split("."))
        self.board = Board(version, host, self._report, watchdog)
        self._doors = Doors(link.getsockname()[0])
        self.monitor = Monitor(self.board, self._doors)
        self.faults: list[str] = []
        self._pace, self._real_time = Pace(), RealTime()

    def _report(self, sentence: str) -> None:
        self.faults.append(sentence)
        print(f"board: {sentence}", file=sys.stderr, flush=True)

    def serve(self) -> None:
        """Answer and run until standard input ends."""
        busy = False
        while True:
            waits = self._waits() if busy else None
            sources: list[socket.socket | int] = [self._link, _INPUT, *self._doors.sockets()]
            ready, _, _ = select.select(sources, [], [], waits)
            if _INPUT in ready and not os.read(_INPUT, _LARGEST):
                return
            self.take_all()
            if not (busy and self._waits()):
                busy = self._tick()
            self._send_messages()

    def close(self) -> None:
        """Close the ports of reverse tags; the socket that was given is its owner's."""
        self._doors.keep(set())

    def _waits(self) -> float:
        """Return the seconds until the next tick."""
        return self._real_time.wait() if self._always or self.monitor.live else 0.0

    def _tick(self) -> bool:
        """Run a tick, and say how long it all took when there is none any more."""
        began, begin, now = time.monotonic(), time.process_time(), self.board.now
        busy = self.board.tick()
        if busy:
            self._real_time.ran(began, self.board.now - now)
            self._pace.add(self.board.now - now, time.process_time() - begin)
        elif self._pace.seconds:
            print(f"pace: {self._pace}", file=sys.stderr, flush=True)
            self._pace = Pace()
        return busy

    def take_all(self) -> None:
        """Handle the packets that have arrived."""
        for data, sender in self._arrived():
            self.take(data, sender)
        for port, data in self._doors.arrived():
            self.monitor.inward(port, data)

    def take(self, data: bytes, sender: Address) -> None:
        """Handle one packet; what is no message is dropped."""
        message = unpack(data[len(_PADDING) :])
        if message is None:
            return
        answer = self.monitor.answer(message, sender)
        if answer is not None and message.flags == REPLY:
            self._send(_PADDING + answer.pack(), sender)
        self._send_messages()

    def _arrived(self) -> Iterator[tuple[bytes, Address]]:
        while True:
            try:
                data, sender = self._link.recvfrom(_LARGEST)
            except (BlockingIOError, ConnectionRefusedError):
                return
            yield data, sender

    def _send(self, data: bytes, to: Address) -> None:
        with suppress(OSError):  # UDP: what does not get there is lost
            self._link.sendto(data, to)

    def _send_messages(self) -> None:
        """Pass on what cores have sent: to the host, to other cores, to a monitor."""
        messages = self.board.messages
        while messages:
            message = messages.popleft()
            if message.to_port == TO_HOST:
                self._to_host(message)
            elif (
                message.core in self.board.chips[message.to_chip].cores
                if message.to_chip in self.board.chips
                else False
            ):
                self.board.chips[message.to_chip].give(message)
                self.board.settle()

    def _to_host(self, message: Message) -> None:
        tag = self.monitor.tags.entries.get(message.tag)
        if tag is None:
            return
        tag.count += 1
        self._send(message.body if tag.strip else _PADDING + message.pack(), tag.address)


def bind(link: socket.socket) -> str:
    """Bind a socket to a free loopback address; return it."""
    for _ in range(_TRIES):
        # 127.0.0.1 means to sPyNNaker that there is no board.
        drawn = f"127.{secrets.randbelow(254) + 1}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"
        with suppress(OSError):
            link.bind((drawn, PORT))
            return drawn
    raise OSError(f"no loopback address with a free UDP port {PORT} was found")


def main(version: int, *, real_time: bool) -> None:
    """Serve a board. ``real_time``: it is never faster than a real one, also where the host does not talk with its cores."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program that started it says when it ends
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link, Watchdog() as watchdog:
        bound = bind(link)
        with closing(Server(version, link, watchdog, real_time=real_time)) as server:
            print(f"ready {bound}", flush=True)
            server.serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), real_time=REAL_TIME in sys.argv[2:])
