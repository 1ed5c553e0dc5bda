"""The communications controller of a core: packets out and in. Source: SpiNNaker Datasheet 2.02, section 8."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from spikemem.backends.spinnaker_board.device import Device
from spikemem.backends.spinnaker_board.vic import FIXED_ROUTE, MULTICAST, RECEIVED, Vic

MULTICAST_KIND, FIXED_KIND = 0, 3
_TX_CONTROL, _TX_DATA, _TX_KEY, _RX_STATUS, _RX_DATA, _RX_KEY, _SOURCE = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
_FREE = 0x90000000
"""Empty and not full."""
_PAYLOAD = 0x20000
_ARRIVED = 0x80000000
_STATUS_LINE = {MULTICAST_KIND: MULTICAST, FIXED_KIND: FIXED_ROUTE}


@dataclass(frozen=True, slots=True)
class Packet:
    """What cores send each other; ``payload`` is None if there is none."""

    key: int
    payload: int | None = None
    kind: int = MULTICAST_KIND


class Comms(Device):
    """``send`` takes what the core sends; ``waiting`` are the packets that it has not taken yet."""

    name = "communications controller"

    def __init__(self, vic: Vic, send: Callable[[Packet], None]) -> None:
        self._vic, self._send = vic, send
        self._control = 0
        self._payload: int | None = None
        self.waiting: deque[Packet] = deque()
        self._last = Packet(0)
        self.taken: Callable[[], None] = lambda: None
        """Called when the core has taken a packet."""

    def receive(self, packet: Packet) -> None:
        """Put a packet behind those that wait."""
        self.waiting.append(packet)
        self._vic.lines |= RECEIVED | _STATUS_LINE[self.waiting[0].kind]

    def read(self, offset: int) -> int:
        """Return a register; reading the key takes the packet."""
        if offset == _RX_KEY:
            return self._take()
        first = self.waiting[0] if self.waiting else self._last
        match offset:
            case 0x00:
                return _FREE | self._control & 0x00FF0000
            case 0x0C:
                status = (_PAYLOAD if first.payload is not None else 0) | first.kind << 22
                return status | (_ARRIVED if self.waiting else 0)
            case 0x10:
                return first.payload or 0
            case 0x18:
                return 0
        raise self.refuse(offset)

    def _take(self) -> int:
        if not self.waiting:
            return self._last.key
        self._last = self.waiting.popleft()
        self._vic.lines &= ~(RECEIVED | MULTICAST | FIXED_ROUTE)
        if self.waiting:
            self._vic.lines |= RECEIVED | _STATUS_LINE[self.waiting[0].kind]
        self.taken()
        return self._last.key

    def write(self, offset: int, value: int) -> None:
        """Set a register; a key sends a packet."""
        if offset == _TX_KEY:
            kind = self._control >> 22 & 3
            if kind not in _STATUS_LINE:
                raise self.refuse(offset, value)
            payload = self._payload if self._payload is not None or not self._control & _PAYLOAD else 0
            self._payload = None
            self._send(Packet(value, payload, kind))
        elif offset == _TX_DATA:
            self._payload = value
        elif offset == _TX_CONTROL:
            self._control = value
        elif offset not in (_RX_STATUS, _SOURCE):
            raise self.refuse(offset, value)
