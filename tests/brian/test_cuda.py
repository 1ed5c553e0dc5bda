"""The backend brian2-cuda as far as it goes without a GPU: what is missing is told, what is generated compiles and links."""

from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pytest

from spikemem.backend import RunOptions, backend
from spikemem.backends.brian.cuda_project import join
from spikemem.backends.brian.cuda_toolchain import Toolchain
from spikemem.draws import Draws
from spikemem.errors import HardwareError, MissingDependency, SpikememWarning
from spikemem.hardware import Gpu
from spikemem.ir import AllToAll, IF_curr_delta, Mac, Network, OneShot, PairSTDP, Population, Projection, SpikeSource
from spikemem.models import CA3CAM
from spikemem.passes import lower
from tests.brian.support import needs

pytestmark = pytest.mark.filterwarnings("ignore:backend brian2-cuda:spikemem.errors.SpikememWarning")

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


def test_a_network_too_small_to_gain_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    needs("brian2-cuda")
    target = backend("brian2-cuda")
    sentence = "learner has 2 synapses, too few for a GPU to gain; brian2-cpp or numba will be faster"
    with pytest.warns(SpikememWarning, match=sentence):
        target.compile(lower(learner(), target.abilities, "exact", 1), RunOptions())


def test_the_hardware_file_decides_device_and_capability(tmp_path: Path) -> None:
    needs("brian2-cuda")
    from spikemem.backends.brian.cuda import CudaProgram

    target = backend("brian2-cuda")
    gpu = Gpu(device=1, compute_capability=8.6)
    program = target.compile(lower(learner(), target.abilities, "exact", 1), RunOptions(hardware=gpu))
    assert isinstance(program, CudaProgram)
    told = program._preferences(tmp_path)
    ours = "devices.cuda_standalone.cuda_backend"
    assert (told[f"{ours}.gpu_id"], told[f"{ours}.compute_capability"]) == (1, 8.6)


@pytest.mark.parametrize(("version", "standard"), [((12, 4), "-std=c++11"), ((13, 0), "-std=c++17")])
def test_the_standard_is_raised_only_where_cuda_wants_it(
    version: tuple[int, int], standard: str, tmp_path: Path
) -> None:
    needs("brian2-cuda")
    from spikemem.backends.brian.cuda import CudaProgram
    from spikemem.backends.brian.project import Projects

    target = backend("brian2-cuda")
    tools = Toolchain(tmp_path, version, tmp_path, tmp_path)
    program = CudaProgram(lower(learner(), target.abilities, "exact", 1), RunOptions(), Projects(1), tools)
    told = program._preferences(tmp_path)
    assert standard in told["codegen.cpp.extra_compile_args"]
    assert standard in told["devices.cuda_standalone.cuda_backend.extra_compile_args_nvcc"]


def test_files_are_joined_without_their_names_meeting(tmp_path: Path) -> None:
    """Two code objects with the same helper, and one that calls another's kernel, as brian2cuda writes them."""
    folder = tmp_path / "code_objects"
    folder.mkdir()
    part = '#include <cmath>\n  #include "objects.h"\nnamespace {{ int helper() {{ return {0}; }} }}\nvoid _run_{1}()\n{{\n}}\n'
    for name, number in (("a", 1), ("b", 2), ("after_run_a", 3)):
        (folder / f"{name}.cu").write_text(part.format(number, name))
    assert join(tmp_path) == ["joined_0.cu"]
    text = (tmp_path / "joined_0.cu").read_text()
    assert text.startswith('#include <cmath>\n#include "objects.h"\nnamespace of_')
    assert text.count("#include") == 2
    assert text.index("namespace of_a {") < text.index("namespace of_a::beside_after_run_a {")
    assert "void _run_b() { of_b::_run_b(); }" in text
    assert "void _run_after_run_a() { of_a::beside_after_run_a::_run_after_run_a(); }" in text


def test_macs_are_written_as_cuda_with_the_numbers_that_they_draw_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the compilation, which takes many minutes."""
    needs("brian2-cuda")
    from spikemem.backends.brian.cuda import CudaProgram

    monkeypatch.setattr(CudaProgram, "_compile", lambda program, folder: None)
    cell = Mac(modules=2, cells=3, gate="x", hypotheses=2)
    populations = (Population("x", 4, SpikeSource()), Population("mac", 12, cell))
    synapses = Projection("U", "x", "mac", AllToAll(), 0.0, 2.0, "up", OneShot())
    target = backend("brian2-cuda")
    network = lower(Network("macs", 1.0, populations, (synapses,)), target.abilities, "exact", 1)
    program = target.compile(network, RunOptions())
    assert isinstance(program, CudaProgram)
    program.compile_into(tmp_path, 50)
    written = {path.stem: path.read_text() for path in (tmp_path / "code_objects").glob("*.cu")}
    assert "numbers" in written["n1_draw_codeobject"]
    assert {"n1_pairs_summed_variable_left_post_codeobject", "n1_choice6_codeobject"} <= written.keys()
    (numbers,) = [f for f in (tmp_path / "static_arrays").iterdir() if f.stat().st_size == 8 * 100 * 4]
    assert np.array_equal(np.fromfile(numbers).reshape(100, 4), Draws(network).block(0)["mac"])


@pytest.mark.slow
def test_the_generated_cuda_of_the_ca3_memory_compiles_and_links(tmp_path: Path) -> None:
    needs("brian2-cuda")
    from spikemem.backends.brian.standalone import StandaloneProgram

    target = backend("brian2-cuda")
    network = CA3CAM(cues=5, bits=10).network()
    program = target.compile(lower(network, target.abilities, "spinnaker", 1), RunOptions())
    assert isinstance(program, StandaloneProgram)
    program.compile_into(tmp_path, 90)
    assert (tmp_path / "main").stat().st_mode & 0o100


@pytest.mark.slow
def test_a_rehearsal_compiles_and_leaves_nothing() -> None:
    needs("brian2-cuda")
    target = backend("brian2-cuda")
    program = target.compile(lower(learner(), target.abilities, "spinnaker", 1), RunOptions())
    folders = set(Path(gettempdir()).glob("spikemem-*"))
    assert str(program.rehearse(10)).startswith("wrote, compiled and linked the program of brian2-cuda in")
    assert set(Path(gettempdir()).glob("spikemem-*")) == folders
