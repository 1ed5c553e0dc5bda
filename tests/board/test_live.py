"""Live input and output: a user's script sends spikes to a board in software while it runs, and is told of spikes."""

import signal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

from tests.board.scripts import against, script
from tests.board.test_start_and_stop import announced, command

CELLS, DELAY = 5, 2


def check(found: dict[str, Any], *, volleys: int) -> None:
    """All that was sent has arrived, in its order, made its cell fire, and was heard as it was recorded."""
    sent, fired = found["sent"], found["fired"]
    assert [len(train) for train in sent] == [1 + volleys] * CELLS
    firsts = [train[0] for train in sent]
    assert firsts == sorted(set(firsts))
    for given, answered in zip(sent, fired, strict=True):
        assert all(t + DELAY in answered for t in given)
        assert not [t for t in answered if t < given[0] + DELAY]


def heard(found: dict[str, Any]) -> list[list[int]]:
    return [sorted(t for t, cell in found["heard"] if cell == own) for own in range(CELLS)]


def test_spikes_from_the_host_and_to_the_host(tmp_path: Path) -> None:
    """Against ``spikemem board``, with what it prints as the configuration."""
    with command("--version", "3") as process:
        _, lines = announced(process)
        begin = lines.index("[Machine]")
        found = against([line for line in lines[begin:-1] if line], "live.py", tmp_path)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    check(found, volleys=1)
    assert heard(found) == found["fired"]
    assert len({train[-1] for train in found["sent"]}) == 1  # all at once


def test_spikes_by_a_reverse_ip_tag(tmp_path: Path) -> None:
    found = script("live.py", tmp_path, 12345, real_time=True)
    check(found, volleys=0)
    assert heard(found) == found["fired"]
