"""The board as a process: ``python -m spikemem.backends.spinnaker_board.server VERSION [ADDRESS]``.

It answers on UDP port 17893 of a loopback address of its own, says ``ready ADDRESS`` on standard output, and ends when its
standard input does: so no board outlives the program that started it.
"""

from __future__ import annotations

import os
import secrets
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from spikemem.backends.spinnaker_board.board import Board
from spikemem.backends.spinnaker_board.layout import CLOCK_MHZ
from spikemem.backends.spinnaker_board.message import REPLY, TO_HOST, Message, unpack
from spikemem.backends.spinnaker_board.monitor import Monitor
from spikemem.backends.spinnaker_board.tags import Address
from spikemem.backends.spinnaker_board.watchdog import Watchdog

PORT = 17893
_PADDING = b"\0\0"
_LARGEST = 2048
_TRIES = 100
_INPUT = 0
"""The descriptor of standard input."""


@dataclass
class Pace:
    """How many cycles were run, and in how many seconds of this process."""

    cycles: int = 0
    seconds: float = 0.0

    def add(self, cycles: int, seconds: float) -> None:
        """Count a tick."""
        self.cycles += cycles
        self.seconds += seconds


class Server:
    """Speaks for a board on a socket."""

    def __init__(self, version: int, link: socket.socket, watchdog: Watchdog | None = None) -> None:
        self._link = link
        link.setblocking(False)
        host = bytes(int(part) for part in link.getsockname()[0].split("."))
        self.board = Board(version, host, self._report, watchdog)
        self.monitor = Monitor(self.board)
        self.faults: list[str] = []
        self._pace = Pace()

    def _report(self, sentence: str) -> None:
        self.faults.append(sentence)
        print(f"board: {sentence}", file=sys.stderr, flush=True)

    def serve(self) -> None:
        """Answer and run until standard input ends."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._link, selectors.EVENT_READ)
            selector.register(_INPUT, selectors.EVENT_READ)
            busy = False
            while True:
                for key, _ in selector.select(0 if busy else None):
                    if key.fileobj == _INPUT and not os.read(_INPUT, _LARGEST):
                        return
                self.take_all()
                busy = self._tick()
                self._send_messages()

    def _tick(self) -> bool:
        """Run a tick, and say how long it all took when there is none any more."""
        begin, now = time.process_time(), self.board.now
        busy = self.board.tick()
        if busy:
            self._pace.add(self.board.now - now, time.process_time() - begin)
        elif self._pace.seconds:
            print(
                f"pace: {self._pace.cycles / (1000 * CLOCK_MHZ):g} {self._pace.seconds:g}", file=sys.stderr, flush=True
            )
            self._pace = Pace()
        return busy

    def take_all(self) -> None:
        """Handle the packets that have arrived."""
        for data, sender in self._arrived():
            self.take(data, sender)

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


def bind(link: socket.socket, address: str | None) -> str:
    """Bind a socket to ``address``, or to a free loopback address; return it."""
    if address is not None:
        link.bind((address, PORT))
        return address
    for _ in range(_TRIES):
        # 127.0.0.1 means to sPyNNaker that there is no board.
        drawn = f"127.{secrets.randbelow(254) + 1}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"
        with suppress(OSError):
            link.bind((drawn, PORT))
            return drawn
    raise OSError(f"no loopback address with a free UDP port {PORT} was found")


def main(version: int, address: str | None) -> None:
    """Serve a board at an address."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program that started it says when it ends
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link, Watchdog() as watchdog:
        bound = bind(link, address)
        server = Server(version, link, watchdog)
        print(f"ready {bound}", flush=True)
        server.serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
