"""What peripherals have in common: registers, read and written by programs one word at a time."""

from __future__ import annotations

from abc import abstractmethod


class NotEmulated(Exception):
    """A program asks for something of the hardware that this board does not have."""


class Device:
    """Registers of a page; ``name`` is what a sentence calls it."""

    name: str

    @abstractmethod
    def read(self, offset: int) -> int:
        """Return a register's value; raise :class:`NotEmulated` if there is none."""

    @abstractmethod
    def write(self, offset: int, value: int) -> None:
        """Set a register; raise :class:`NotEmulated` if there is none."""

    def refuse(self, offset: int, value: int | None = None) -> NotEmulated:
        """Return the error of a register that is not emulated."""
        what = "reads" if value is None else f"writes 0x{value:x} to"
        return NotEmulated(f"{what} register 0x{offset:x} of the {self.name}")
