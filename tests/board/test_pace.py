"""A board whose host talks with its cores is no faster than a real one, and what is late is not caught up."""

import pytest

from spikemem.backends.spinnaker_board.pace import Pace, RealTime

TICK = 200_000
"""Cycles of a millisecond."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("spikemem.backends.spinnaker_board.pace.time.monotonic", lambda: now[0])
    return now


def test_ticks_begin_no_sooner_than_a_tick_after_the_last(clock: list[float]) -> None:
    real = RealTime()
    assert real.wait() == 0.0
    real.ran(clock[0], TICK)
    assert real.wait() == pytest.approx(1e-3)
    clock[0] += 0.4e-3
    assert real.wait() == pytest.approx(0.6e-3)
    clock[0] += 0.8e-3  # 0.2 ms late, which the next makes up for
    assert real.wait() == 0.0
    real.ran(clock[0], TICK)
    assert real.wait() == pytest.approx(0.8e-3)


def test_what_is_later_is_late(clock: list[float]) -> None:
    real = RealTime()
    real.ran(clock[0], TICK)
    clock[0] += 1.0
    real.ran(clock[0], TICK)
    assert real.wait() == pytest.approx(1e-3)


def test_the_pace_is_told_in_ms_and_seconds() -> None:
    counted = Pace()
    counted.add(3 * TICK, 0.25)
    counted.add(TICK // 2, 0.5)
    assert str(counted) == "3.5 0.75"
