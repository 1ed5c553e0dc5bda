"""The emulator of a core's processor: Unicorn, called without what its Python interface adds to every call and callback.

Source: Quynh & Vu 2015, Unicorn: next generation CPU emulator framework. What it has nearest to the ARM968 of a core is the
ARM926.
"""

from __future__ import annotations

import ctypes
from typing import Any

import unicorn
from unicorn import arm_const as arm
from unicorn.unicorn_py3.unicorn import MMIO_READ_CFUNC, MMIO_WRITE_CFUNC, uclib

from spikemem.backends.spinnaker_board.device import Device
from spikemem.backends.spinnaker_board.memory import Region


class Fault(Exception):
    """What the processor, or a device that it asked, cannot do."""


class Emulator:
    """A processor; after each run ``at`` and ``status`` are where it stands and its status register."""

    def __init__(self) -> None:
        self._uc: Any = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_ARM)
        self._uc.ctl_set_cpu_model(arm.UC_CPU_ARM_926)
        self._handle = self._uc._uch
        self._kept: list[Any] = []
        self._errors: list[Exception] = []
        self._at, self._status = ctypes.c_uint32(), ctypes.c_uint32()
        self._names = (ctypes.c_int * 2)(arm.UC_ARM_REG_PC, arm.UC_ARM_REG_CPSR)
        self._values = (ctypes.c_void_p * 2)(ctypes.addressof(self._at), ctypes.addressof(self._status))
        self.at = self.status = 0

    def map(self, region: Region) -> None:
        """Let the processor see a region."""
        for base in region.bases:
            self._uc.mem_map_ptr(base, region.size, unicorn.UC_PROT_ALL, region.host)

    def attach(self, device: Device, bases: tuple[int, ...], size: int) -> None:
        """Let the processor see a device's registers; what the device raises ends the run."""
        read, write = device.read, device.write

        def reads(handle: Any, offset: int, width: int, user: Any) -> int:
            try:
                return read(offset)
            except Exception as error:  # it cannot pass through the emulator
                self._fail(error)
                return 0

        def writes(handle: Any, offset: int, width: int, value: int, user: Any) -> None:
            try:
                write(offset, value)
            except Exception as error:
                self._fail(error)

        calls = (
            ctypes.cast(MMIO_READ_CFUNC(reads), MMIO_READ_CFUNC),
            ctypes.cast(MMIO_WRITE_CFUNC(writes), MMIO_WRITE_CFUNC),
        )
        self._kept.append((reads, writes, calls))
        for base in bases:
            self._check(uclib.uc_mmio_map(self._handle, base, size, calls[0], 0, calls[1], 0))

    def _fail(self, error: Exception) -> None:
        self._errors.append(error)
        self.stop()

    def _check(self, code: int) -> None:
        if code != unicorn.UC_ERR_OK:
            raise unicorn.UcError(code)

    def begin(self, at: int, status: int, argument: int) -> None:
        """Set where it stands, its status and the first argument."""
        self._uc.reg_write(arm.UC_ARM_REG_CPSR, status)
        self._uc.reg_write(arm.UC_ARM_REG_R0, argument)
        self.at, self.status = at, status

    def run(self, at: int, end: int) -> None:
        """Run from ``at`` until the processor sleeps, is stopped or reaches ``end``; raise :class:`Fault` if it cannot."""
        self._errors.clear()
        code = uclib.uc_emu_start(self._handle, at, end, 0, 0)
        uclib.uc_reg_read_batch(self._handle, self._names, self._values, 2)
        self.at, self.status = self._at.value, self._status.value
        if self._errors or code:
            raise self._fault(str(self._errors[0] if self._errors else unicorn.UcError(code)))

    def _fault(self, why: str) -> Fault:
        link = self._uc.reg_read(arm.UC_ARM_REG_LR)
        return Fault(f"the instruction at 0x{self.at:08x} (called from 0x{link:08x}) {why}")

    def interrupt(self, why: str) -> None:
        """End the run, from another thread, with a :class:`Fault`."""
        self._fail(Fault(why))

    def stop(self) -> None:
        """End the run, from within a device."""
        uclib.uc_emu_stop(self._handle)
