"""The backend brian2-cuda as far as it goes without a GPU: what is missing is told, what is generated compiles and links."""

from pathlib import Path

import pytest

from spikemem.backend import RunOptions, backend
from spikemem.errors import HardwareError, MissingDependency
from spikemem.ir import AllToAll, IF_curr_delta, Network, PairSTDP, Population, Projection, SpikeSource
from spikemem.passes import lower
from tests.brian.support import needs

RULE = PairSTDP(w_max=30.0, update="deferred", history=2)


def learner() -> Network:
    populations = (Population("in", 2, SpikeSource()), Population("out", 1, IF_curr_delta()))
    synapses = Projection("learn", "in", "out", AllToAll(), 20.0, 2.0, "excitatory", RULE)
    return Network("learner", 1.0, populations, (synapses,))


def test_a_missing_tool_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("brian2cuda", reason="brian2cuda is not installed")
    from spikemem.backends.brian import cuda_toolchain

    monkeypatch.setattr(cuda_toolchain, "_cuda", lambda: None)
    with pytest.raises(
        MissingDependency, match=r"brian2-cuda: nvcc is not installed: apt-get install nvidia-cuda-tool"
    ):
        backend("brian2-cuda")


def test_without_a_gpu_the_run_is_refused_before_anything_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    needs("brian2-cuda")
    from spikemem.backends.brian import cuda

    monkeypatch.setattr(cuda, "has_gpu", lambda: False)
    target = backend("brian2-cuda")
    program = target.compile(lower(learner(), target.abilities, "exact", 1), RunOptions())
    with pytest.raises(HardwareError, match=r"backend brian2-cuda: this machine has no NVIDIA GPU"):
        program.run(5)


@pytest.mark.slow
def test_the_generated_cuda_compiles_and_links(tmp_path: Path) -> None:
    needs("brian2-cuda")
    from spikemem.backends.brian.standalone import StandaloneProgram

    target = backend("brian2-cuda")
    program = target.compile(lower(learner(), target.abilities, "spinnaker", 1), RunOptions())
    assert isinstance(program, StandaloneProgram)
    program.compile_into(tmp_path, 10)
    assert (tmp_path / "main").stat().st_mode & 0o100
