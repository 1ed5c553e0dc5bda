"""``spikemem run`` on a board in software says on stderr what that board cannot show, and which synapses do nothing."""

from pathlib import Path

import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

import spikemem
from spikemem.cli.main import main
from spikemem.errors import SpikememWarning
from spikemem.ir import AllToAll, IF_curr_exp, Network, PairSTDP, Population, Projection, SpikeSource


def test_a_plain_run_says_what_it_cannot_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    command = ["run", "hetero-functional", "--backend", "spinnaker", "--hardware", "software_spin3"]
    assert main([*command, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr()
    (remark,) = [line for line in told.err.splitlines() if "does not model timing" in line]
    assert remark.startswith(
        "spikemem: backend spinnaker: a board in software does not model timing: what hardware cannot do in time, and packets "
        "that it drops, do not show; estimated load (timing is not modelled): at most 8 synaptic events a step on a core"
    )
    assert "estimated load" not in told.out


def test_a_run_warns_of_synapses_that_do_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    rule = PairSTDP(
        tau_plus=20.0, tau_minus=20.0, A_plus=0.1, A_minus=0.1, w_min=0.0, w_max=9.0, update="deferred", history=15
    )
    network = Network(
        "silent", 1.0, (Population("source", 1, SpikeSource()), Population("out", 1, IF_curr_exp(tau_refrac=1.0))),
        (Projection("plastic", "source", "out", AllToAll(), 5.0, 2.0, "excitatory", rule),),
    )  # fmt: skip
    with pytest.warns(
        SpikememWarning, match=r"plastic: plastic synapses with a delay of 2 ms \(2 steps\) do nothing to out"
    ):
        spikemem.run(
            network,
            stimulus={"source": ([1.0], [0])},
            duration_ms=8.0,
            backend="spinnaker",
            numerics="spinnaker",
            hardware="software_spin3",
        )


def test_a_dry_run_says_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("spikemem.models.hetero_associative.CONTENT_DELAY", 2.0)
    command = ["run", "hetero-functional", "--backend", "spinnaker", "--hardware", "software_spin3", "--dry-run"]
    assert main(command) == 0
    (remark,) = [line for line in capsys.readouterr().err.splitlines() if "do nothing" in line]
    assert remark.startswith(
        "spikemem: backend spinnaker: projection in_cue->out: plastic synapses with a delay of 2 ms"
    )
