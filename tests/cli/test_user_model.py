"""A user's own memory, in a file of his own: in an experiment, live, saved, loaded; and what he is told when it is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import pytest

import spikemem
from spikemem.cli.main import main
from spikemem.errors import FileError
from spikemem.language import Memory

HETERO = '''
"""A model of one's own."""

from typing import Annotated

from spikemem.language import *

CELL = IF_curr_exp(
    cm=0.27, tau_m=3.0, tau_refrac=1.0, tau_syn_E=0.3, tau_syn_I=0.3, v_rest=-60.0, v_reset=-60.0, v_thresh=-57.0
)
RULE = PairSTDP(tau_plus=3.0, tau_minus=3.0, A_plus=12.0, A_minus=1.0, w_max=6.0)


class Hetero(Memory):
    """A hetero-associative memory: each word calls up its image."""

    words: int = parameter(3, ge=1, doc="words")
    pixels: int = parameter(4, ge=1, doc="pixels of an image")

    def build(self, net):
        word, image = net.input("in_word", self.words), net.input("in_image", self.pixels)
        key, out = net.population("key", self.words, CELL), net.population("out", self.pixels, CELL)
        net.connect(word, key, OneToOne(), weight=6.0, delay=1.0)
        net.connect(image, out, OneToOne(), weight=6.0, delay=2.0)
        net.connect(key, out, AllToAll(), weight=0.0, delay=1.0, synapse=RULE)

    @operation(spacing=10.0)
    def learn(self, word: Annotated[Neurons, Index("words")], image: Annotated[Neurons, Bits("pixels")]) -> Stimulus:
        """Let ``image`` follow ``word``."""
        return pulse(in_word=word, in_image=image)

    @operation(spacing=10.0, answers={"image": window("out", at=2.0, until=3.0)})
    def recall(self, word: Annotated[Neurons, Index("words")]) -> Stimulus:
        """Ask for the image of ``word``."""
        return pulse(in_word=word)


def everything(model):
    """Learn and ask for every word."""
    images = [[n % model.pixels, (n + 1) % model.pixels] for n in range(model.words)]
    learned = [call(10.0 * n, "learn", word=n, image=image) for n, image in enumerate(images)]
    asked = [
        call(10.0 * (n + model.words), "recall", word=n, expect={"image": image}) for n, image in enumerate(images)
    ]
    return learned + asked
'''

EXPERIMENT = """
model = "hetero_of_a_user:Hetero"
[parameters]
words = 2
[[operations]]
at = 0
do = "learn"
word = 1
image = [0, 2]
[[operations]]
at = 10
do = "recall"
word = 1
expect.image = [0, 2]
[[operations]]
at = 20
do = "recall"
word = 0
expect.image = []
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the model and an experiment; nothing of it is installed, nor on Python's path."""
    made = tmp_path_factory.mktemp("mine")
    (made / "hetero_of_a_user.py").write_text(HETERO)
    (made / "mine.toml").write_text(EXPERIMENT)
    yield made
    sys.modules.pop("hetero_of_a_user", None)


@pytest.fixture
def hetero(folder: Path, monkeypatch: pytest.MonkeyPatch) -> type[Memory]:
    """The class, as a script in that folder imports it."""
    monkeypatch.syspath_prepend(folder)
    invalidate_caches()
    found: Any = import_module("hetero_of_a_user")
    kind: type[Memory] = found.Hetero
    return kind


def test_it_runs_from_an_experiment_beside_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", str(folder / "mine.toml"), "--out", str(tmp_path), "--json"]) == 0
    ran = json.loads(capsys.readouterr().out)
    assert [o["answered"].get("image") for o in ran["operations"]] == [None, [0, 2], []]
    assert (ran["right"], ran["wrong"]) == (2, 0)
    assert ran["provenance"]["model"] == {
        "class": "hetero_of_a_user:Hetero", "name": "hetero", "parameters": {"words": 2, "pixels": 4},
    }  # fmt: skip
    assert main(["inspect", str(tmp_path / "mine.h5")]) == 0
    assert "learn word 1, image 0 2" in capsys.readouterr().out


def test_its_own_function_makes_the_operations(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "all.toml"
    path.write_text('model = "hetero_of_a_user:Hetero"\ngenerate = "hetero_of_a_user:everything"\n')
    assert main(["run", str(path), "--out", str(tmp_path), "--set", "parameters.words=4", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["right"] == 4


def test_models_and_show_find_it_in_the_current_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert main(["models", "hetero_of_a_user:Hetero"]) == 0
    described = capsys.readouterr().out
    assert "pixels of an image" in described
    assert "Let image follow word." in described
    assert main(["show", "hetero_of_a_user:Hetero", "--set", "words=2"]) == 0
    assert "  population key[2]  IF_curr_exp(" in capsys.readouterr().out


def test_it_lives_is_saved_and_loaded(hetero: Any, tmp_path: Path) -> None:
    memory = spikemem.open(hetero(words=2))
    memory.learn(word=1, image=[0, 2])
    assert memory.recall(word=1).image == {0, 2}
    memory.save(tmp_path / "mine.h5")
    again = spikemem.load(tmp_path / "mine.h5")
    assert again.model == hetero(words=2)
    for one in (memory, again):
        one.learn(word=0, image=[3])
    for word in (0, 1):
        first, second = memory.recall(word=word), again.recall(word=word)
        assert (first.at_ms, first.image, first.cost) == (second.at_ms, second.image, second.cost)
    assert (memory.weights("key->out").weight == again.weights("key->out").weight).all()


def test_a_saved_memory_whose_class_is_nowhere_asks_for_it(
    hetero: type[Memory], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.h5"
    spikemem.open(hetero()).save(path)
    monkeypatch.setitem(sys.modules, "hetero_of_a_user", None)
    with pytest.raises(FileError) as raised:
        spikemem.load(path)
    assert str(raised.value) == (
        f"{path}: its model hetero_of_a_user:Hetero cannot be imported; pass the class: spikemem.load(path, model=...)"
    )
    assert spikemem.load(path, model=hetero).recall(word=0).image == frozenset()


BUILD = "    def build(self, net):\n"
READ = '    def build(self, net):\n        net.input("a", 1)\n'

WRONG = {
    "syntax": ("class X(Memory:\n", "model '{m}:X': SyntaxError: invalid syntax ({file}, line 2)"),
    "import": (
        "import nothing_of_this_name\n",
        "model '{m}:X': there is no module 'nothing_of_this_name', neither installed nor in {folder}",
    ),
    "no class": ("", "model '{m}:X': the module {m} ({file}) has no 'X'"),
    "no model": ("class X: ...\n", "model '{m}:X': is no subclass of spikemem.language.Memory"),
    "no build": ("class X(Memory): ...\n", "model '{m}:X': does not define build"),
    "build fails": (
        f"class X(Memory):\n{BUILD}        net.inputs('a', 1)\n",
        "model '{m}:X': AttributeError: 'NetworkBuilder' object has no attribute 'inputs' ({file}, line 4)",
    ),
    "population": (
        f"class X(Memory):\n{BUILD}        net.connect('a', 'b', OneToOne(), weight=1.0, delay=1.0)\n",
        "projection a->b: population 'a' is unknown; valid: (none)",
    ),
    "argument": (
        f"class X(Memory):\n{READ}    @operation(spacing=1.0)\n    def learn(self, bit): ...\n",
        "operation learn: argument 'bit' must say its kind, such as Annotated[int, Index('cues')]",
    ),
    "reserved": (
        f"class X(Memory):\n{READ}    @operation(spacing=1.0)\n    def learn(self, at): ...\n",
        "operation learn: argument 'at' has a meaning of its own in every call; name it otherwise",
    ),
    "spacing": (
        f"class X(Memory):\n{READ}    @operation(spacing=-1.0)\n    def learn(self): ...\n",
        "operation learn: spacing: must be a finite number of ms >= 0, got -1.0",
    ),
    "spacing off the grid": (
        f"class X(Memory):\n{READ}    @operation(spacing=1.5)\n    def learn(self): return pulse(a=[0])\n",
        "spacing of learn: 1.5 ms is not a multiple of dt = 1 ms; nearest: 1 or 2 ms",
    ),
    "no stimulus": (
        f"class X(Memory):\n{READ}    @operation(spacing=1.0)\n    def learn(self): ...\n",
        "{toml}: operations[0]: X.learn: must return a stimulus, such as pulse(...), got None",
    ),
    "stimulus fails": (
        f"class X(Memory):\n{READ}    @operation(spacing=1.0)\n    def learn(self):\n        return pulse(a=1 / 0)\n",
        "model '{m}:X': ZeroDivisionError: division by zero ({file}, line 7)",
    ),
    "window of nowhere": (
        f"class X(Memory):\n{READ}    @operation(spacing=1.0, answers={{'b': window('out', at=1.0)}})\n"
        "    def learn(self): ...\n",
        "X.learn: answer 'b': population 'out' is unknown; valid: a",
    ),
    "window backwards": (
        f"class X(Memory):\n{READ}    @operation(spacing=1.0, answers={{'b': window('a', at=2.0, until=1.0)}})\n"
        "    def learn(self): return pulse(a=[0])\n",
        "X.learn: answer 'b': its window must have 0 <= at <= until, got 2 to 1 ms",
    ),
    "window off the grid": (
        f"class X(Memory):\n{READ}    @operation(spacing=1.0, answers={{'b': window('a', at=0.5)}})\n"
        "    def learn(self): return pulse(a=[0])\n",
        "X.learn: answer 'b': 0.5 ms is not a multiple of dt = 1 ms; nearest: 0 or 1 ms",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_model_is_told_in_one_sentence(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, sentence = WRONG[case]
    module = f"wrong_{case.replace(' ', '_')}_of_a_user"
    file, toml = tmp_path / f"{module}.py", tmp_path / "wrong.toml"
    file.write_text(f"from spikemem.language import *\n{code}")
    toml.write_text(f'model = "{module}:X"\n[[operations]]\nat = 0\ndo = "learn"\n')
    assert main(["run", str(toml), "--out", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    expected = sentence.format(m=module, file=file, folder=tmp_path, toml=toml)
    assert (captured.out, captured.err) == ("", f"spikemem: {expected}\n")
    assert not (tmp_path / "out").exists()
