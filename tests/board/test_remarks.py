"""``spikemem run`` on a board in software says on stderr what that board cannot show, and which synapses do nothing."""

from pathlib import Path

import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

from spikemem.cli.main import main


@pytest.mark.filterwarnings("always::spikemem.errors.SpikememWarning")
def test_a_plain_run_says_what_it_cannot_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    command = ["run", "hetero-functional", "--backend", "spinnaker", "--hardware", "software_spin3"]
    assert main([*command, "--out", str(tmp_path / "out")]) == 1  # its plastic delay is one that does nothing there
    told = capsys.readouterr()
    (remark,) = [line for line in told.err.splitlines() if "does not model timing" in line]
    assert remark == (
        "spikemem: backend spinnaker: a board in software does not model timing: what hardware cannot do in time, and packets "
        "that it drops, do not show; estimated load (timing is not modelled): at most 11 synaptic events a step on a core, of "
        "out in step 5, 0.22 % of the 5000 that are taken to fit"
    )
    (warning,) = [line for line in told.err.splitlines() if line.startswith("spikemem: warning: ")]
    assert "projection in_cue->out: plastic synapses with a delay of 2 ms (2 steps) do nothing to out" in warning
    assert "estimated load" not in told.out
