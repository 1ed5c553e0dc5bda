"""Pieces of work on processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from spikemem.errors import InvalidInput, SpikememError
from spikemem.processes import ALONE, Processes


def product(seed: int, size: int) -> bytes:
    """Return the bits of a product of matrices, large enough for several threads, if there were any."""
    drawn = np.random.default_rng(seed).random((size, size))
    return (drawn @ drawn).tobytes()


def refused(number: int) -> int:
    if number == 3:
        raise InvalidInput("piece 3")
    return number


def killed(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def environment(name: str) -> str | None:
    return os.environ.get(name)


def test_results_are_in_order_and_the_same_bits_for_any_number_of_workers() -> None:
    pieces, found = [(seed, 160) for seed in range(5)], []
    for workers in (1, 3):
        heard: list[int] = []
        with Processes(workers) as on:
            found.append(on.spread(product, pieces, heard.append))
        assert heard == [1, 2, 3, 4, 5]
    assert found[0] == found[1]
    assert len(set(found[0])) == 5


def test_workers_reckon_on_one_thread_and_leave_the_environment_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with Processes(1) as on:
        assert on.spread(environment, [(name,) for name in ALONE]) == ["1"] * len(ALONE)
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_what_a_piece_raises_is_raised() -> None:
    with pytest.raises(InvalidInput, match=r"^piece 3$"), Processes(2) as on:
        on.spread(refused, [(number,) for number in range(8)])


def test_a_worker_that_dies_is_told_in_a_sentence() -> None:
    with pytest.raises(SpikememError, match=r"^a worker process ended before its work did: "), Processes(1) as on:
        on.spread(killed, [(0,)])


SCRIPT = """
import sys, time
from pathlib import Path
from spikemem.processes import Processes

def slow(folder, number):
    (Path(folder) / str(number)).touch()
    time.sleep(60)

if __name__ == "__main__":
    with Processes(2) as on:
        on.spread(slow, [(sys.argv[1], number) for number in range(4)])
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX does")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interruption_or_the_death_of_the_first_process_ends_the_workers(
    tmp_path: Path, how: signal.Signals
) -> None:
    """Neither waits for the pieces, of a minute each, that have begun; the pipe ends once no process holds it."""
    script, begun = tmp_path / "script.py", tmp_path / "begun"
    script.write_text(SCRIPT, encoding="utf-8")
    begun.mkdir()
    first = subprocess.Popen(
        [sys.executable, str(script), str(begun)], stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    while len(list(begun.iterdir())) < 2 and first.poll() is None:
        time.sleep(0.05)
    first.send_signal(how)
    _, said = first.communicate(timeout=30)
    assert first.returncode != 0
    assert ("KeyboardInterrupt" in said) == (how is signal.SIGINT)
    assert len(list(begun.iterdir())) == 2
