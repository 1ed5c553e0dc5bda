"""UDP ports at which a board takes what a host sends to a core while it runs: one for each reverse IP tag."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

_LARGEST = 2048


class Doors:
    """Ports of the board's ``address`` that are open."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._sockets: dict[int, socket.socket] = {}

    def open(self, port: int) -> bool:
        """Open a port; return whether it could be."""
        if port not in self._sockets:
            link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            link.setblocking(False)
            try:
                link.bind((self._address, port))
            except OSError:
                link.close()
                return False
            self._sockets[port] = link
        return True

    def keep(self, ports: set[int]) -> None:
        """Close all others."""
        for port in set(self._sockets) - ports:
            self._sockets.pop(port).close()

    def sockets(self) -> list[socket.socket]:
        """Return what to wait for."""
        return list(self._sockets.values())

    def arrived(self) -> Iterator[tuple[int, bytes]]:
        """Yield the packets that have come, each with its port."""
        for port, link in list(self._sockets.items()):
            with suppress(BlockingIOError, ConnectionRefusedError):
                while True:
                    yield port, link.recv(_LARGEST)
