"""Random protocols for the CA3 memory: Brian2 gives the Numba engine's spikes, one by one."""

import pytest

import spikemem
from spikemem.models import CA3CAM
from tests.brian.support import assert_same_recording, needs
from tests.models.protocols import dense

SIZES = {"5x10": (5, 10), "16x32": (16, 32), "32x64": (32, 64)}


def agree(backend: str, size: str, seed: int, count: int) -> None:
    needs(backend)
    cues, bits = SIZES[size]
    protocol = dense(seed, cues, bits, count)
    found, wanted = (
        spikemem.run(CA3CAM(cues=cues, bits=bits), protocol=protocol, backend=name) for name in (backend, "numba")
    )
    assert sum(times.size for times, _ in wanted.spikes.values()) > 30 * count
    assert_same_recording(found, wanted)


def test_forty_operations() -> None:
    agree("brian2", "16x32", seed=3, count=40)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("size", SIZES)
def test_two_hundred_operations(size: str, seed: int) -> None:
    agree("brian2", size, seed, 200)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_two_hundred_operations_compiled(size: str) -> None:
    agree("brian2-cpp", size, seed=5, count=200)
