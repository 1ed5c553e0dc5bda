"""Is the board there, and is it the one that the hardware file says? Asked before anything is sent to it.

A board whose monitor program SC&MP runs answers SCP commands on UDP port 17893: 2 bytes of padding, 8 of SDP header, then a
command, a sequence number and three arguments. Sources: SpiNNaker application notes 4 (SDP) and 5 (SCP).
"""

from __future__ import annotations

import json
import socket
import struct
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from spikemem.errors import HardwareError
from spikemem.hardware import Board

SCP_PORT, SPALLOC_PORT = 17893, 22244
_TRIES, _PATIENCE = 3, 1.0
_SERVER_PATIENCE = 8.0
_VER, _READ, _INFO = 0, 2, 31
_IDLE = 15
_MONITOR = (4, 0)
"""Version of SC&MP that sPyNNaker 7.4 speaks with: this major one, at least this minor one."""
_SIZE_AT = 0xF5007F02
"""Where a chip keeps the height and width of its machine, one byte each."""
_CHIPS = {(2, 2): 3, (8, 8): 5}


def preflight(board: Board, cores: int = 0, port: int = SCP_PORT) -> str:
    """Return what answered; raise :class:`HardwareError` if nothing or something else does, or too few ``cores`` are free."""
    if board.address:
        return _board(board, board.address, cores, port)
    return _server(board.server or "")


def _board(board: Board, address: str, cores: int, port: int) -> str:
    where = f"the board at {address}"
    try:
        found = socket.getaddrinfo(address, port, socket.AF_INET, socket.SOCK_DGRAM)[0][4]
    except OSError as error:
        raise HardwareError(f"{where}: no such address ({error.strerror}); check address = ... in the file") from None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.settimeout(_PATIENCE)
        try:
            link.connect(found)
            said = _ask(link, _VER, 0, 0, 0)
        except OSError as error:
            raise HardwareError(f"{where}: cannot be reached ({error.strerror}); check network and address") from None
        if said is None:
            if board.boot:
                return f"{address} does not answer yet and may have to be booted"
            raise HardwareError(
                f"{where}: no answer on UDP port {port} within {_TRIES * _PATIENCE:g} s; is it switched on, "
                "connected and booted? (boot = true in the hardware file has it booted)"
            )
        name, version_text = [*said[12:].decode("ascii", "replace").split("\0"), ""][:2]
        _check_monitor(where, name, version_text)
        size = _ask(link, _READ, _SIZE_AT, 2, 0)
        single = size is not None and tuple(size[1::-1]) in _CHIPS
        free = _free_cores(link, size[1], size[0]) if size is not None and single else 0
    if size is None or len(size) < 2:
        raise HardwareError(f"{where}: answers as {name}, and does not say how many chips it has")
    height, width = size[0], size[1]
    version = _CHIPS.get((width, height))
    if version != board.version:
        known = f"version {version}" if version else "no single board"
        raise HardwareError(
            f"{where}: has {width} x {height} chips, which is {known}; the hardware file says {board.version}"
        )
    if free < cores:
        raise HardwareError(f"{where}: has {free} free cores, and the network needs {cores}; end what else runs there")
    return f"{name} {version_text} on {width} x {height} chips at {address}, {free} cores free"


def _check_monitor(where: str, name: str, version: str) -> None:
    parts = version.split(".")
    if len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
        return  # an older way to say it, which sPyNNaker will judge itself
    if int(parts[0]) != _MONITOR[0] or int(parts[1]) < _MONITOR[1]:
        raise HardwareError(
            f"{where}: runs {name} {version}, and sPyNNaker 7.4 needs {_MONITOR[0]}.{_MONITOR[1]}; boot it anew"
        )


def _free_cores(link: socket.socket, width: int, height: int) -> int:
    """Return the idle cores of all chips; a place without a chip, as on boards of 48, does not answer and has none."""
    free = 0
    for x in range(width):
        for y in range(height):
            if (width, height) == (8, 8) and not 0 <= x - y + 3 < 8:
                continue  # the corners that such a board has not
            said = _ask(link, _INFO, 0xFFFFFFFF, 0, 0, chip=(x, y))
            if said is not None and len(said) >= 12 + 18:
                free += sum(state == _IDLE for state in said[12 : 12 + 18])
    return free


def _ask(link: socket.socket, command: int, *arguments: int, chip: tuple[int, int] = (0, 0)) -> bytes | None:
    """Send a command to a chip, several times if need be; return its arguments' bytes, None if nothing answers."""
    for number in range(_TRIES):
        header = struct.pack("<2x8B", 0x87, 0xFF, 0x00, 0xFF, chip[1], chip[0], 0, 0)
        link.send(header + struct.pack("<2H3I", command, number, *arguments))
        try:
            answer = link.recv(1024)
        except TimeoutError:
            continue
        if len(answer) >= 14:
            return answer[14:]
    return None


def _server(server: str) -> str:
    """Ask a spalloc server for its version: over HTTP if the address is a URL, else by its line protocol."""
    if server.startswith(("http://", "https://")):
        try:
            with urlopen(server, timeout=_SERVER_PATIENCE) as answer:
                return f"{server} answers {answer.status}"
        except HTTPError as error:
            return f"{server} answers {error.code}"
        except (URLError, OSError) as error:
            raise HardwareError(
                f"spalloc server {server}: cannot be reached ({getattr(error, 'reason', error)})"
            ) from None
    parts = urlsplit(f"//{server}")
    host, port = parts.hostname or server, parts.port or SPALLOC_PORT
    try:
        with socket.create_connection((host, port), timeout=_SERVER_PATIENCE) as link:
            link.sendall(json.dumps({"command": "version", "args": [], "kwargs": {}}).encode() + b"\n")
            line = link.makefile("rb").readline()
    except OSError as error:
        raise HardwareError(f"spalloc server {host}:{port}: cannot be reached ({error.strerror or error})") from None
    try:
        return f"spalloc {json.loads(line)['return']} at {host}:{port}"
    except (ValueError, KeyError, TypeError):
        raise HardwareError(
            f"spalloc server {host}:{port}: answers as no spalloc server does (got {line[:40]!r}); is it another program?"
        ) from None
