"""Faults of the input: each does what it says, alone."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.suite.faults import Faults

STEPS, SIZE = 20_000, 8
GIVEN = {"in": (np.arange(0, STEPS, 10, dtype=np.int64), np.arange(STEPS // 10, dtype=np.int32) % SIZE)}


def arrived(faults: Faults, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    return faults.disturb(GIVEN, {"in": SIZE}, STEPS, 1.0, seed, "test")["in"]


def test_without_faults_nothing_changes() -> None:
    when, lines = arrived(Faults())
    assert not Faults()
    np.testing.assert_array_equal(when, GIVEN["in"][0])
    np.testing.assert_array_equal(lines, GIVEN["in"][1])


def test_loss_takes_a_share_and_moves_none() -> None:
    when, _ = arrived(Faults(loss=0.3))
    assert when.size == pytest.approx(0.7 * 2000, abs=4 * np.sqrt(2000 * 0.21))
    assert set(when) <= set(GIVEN["in"][0])


def test_late_spikes_are_one_step_late() -> None:
    when, _ = arrived(Faults(late=0.25))
    late = when - GIVEN["in"][0]
    assert set(late) == {0, 1}
    assert late.mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / 2000))


def test_jitter_displaces_by_whole_steps_with_this_deviation() -> None:
    when, _ = arrived(Faults(jitter_ms=2.0))
    assert when.size == 2000
    off = np.sort(when)[1:-1] - GIVEN["in"][0][1:-1]
    assert off.std() == pytest.approx(np.sqrt(4.0 + 1.0 / 12.0), rel=0.1)


def test_noise_has_its_rate_on_every_line() -> None:
    none = {"in": (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))}
    when, lines = Faults(noise_hz=20.0).disturb(none, {"in": SIZE}, STEPS, 1.0, 1, "test")["in"]
    assert when.size == pytest.approx(20.0 * SIZE * STEPS / 1000.0, rel=0.1)
    assert set(lines) == set(range(SIZE))
    assert (np.diff(when) >= 0).all()


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    one, same, other = (arrived(Faults(loss=0.5), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], same[0])
    assert one[0].size != other[0].size or (one[0] != other[0]).any()


def test_one_fault_does_not_move_the_draws_of_another() -> None:
    alone, both = arrived(Faults(loss=0.5)), arrived(Faults(loss=0.5, late=1.0))
    np.testing.assert_array_equal(alone[0] + 1, both[0])
