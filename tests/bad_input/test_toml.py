"""Wrong experiment files: each gives one sentence that names file, key, rule, value and what is valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bad_input.support import VALID_HARDWARE, VALID_MODELS, command, files_below, refused

LEARN = 'model = "ca3-cam"\n[[operations]]\nat = 0\ndo = "learn"\ncue = 0\ncontent = [0, 1]\n'
RECALL = '[[operations]]\nat = {at}\ndo = "recall"\ncue = 0\n'
OPERATION = "{path}: operations[0]: CA3CAM.learn: "


def run(key: str) -> str:
    return f'model = "ca3-cam"\n[run]\n{key}\n' + LEARN.partition("\n")[2]


def parameter(key: str) -> str:
    return f'model = "ca3-cam"\n[parameters]\n{key}\n' + LEARN.partition("\n")[2]


def learn(given: str, instead: str) -> str:
    assert given in LEARN
    return LEARN.replace(given, instead)


def ask(expect: str) -> str:
    return 'model = "ca3-cam"\n' + RECALL.format(at=0) + expect


ROOT_KEYS = "generate, model, operations, parameters, run, source, title"
RUN_KEYS = "backend, check_spacing, decompose, dt, duration_ms, hardware, numerics, seed, stimulus, weight_precision"

CASES = {
    # the file
    "syntax": ("model = \n", "{path}: is not valid TOML: Invalid value (at line 1, column 9)"),
    "empty": ("", "{path}: model: is required"),
    "root key": (
        LEARN.replace("model =", "modle ="),
        "{path}: unknown key 'modle'; did you mean 'model'? valid: " + ROOT_KEYS,
    ),
    "root key with a hyphen": ("my-key = 1\n" + LEARN, "{path}: unknown key 'my-key'; valid: " + ROOT_KEYS),
    "root key like a type": ("int = 1\n" + LEARN, "{path}: unknown key 'int'; valid: " + ROOT_KEYS),
    "run key": (
        run('numeric = "exact"'),
        "{path}: run: unknown key 'numeric'; did you mean 'numerics'? valid: " + RUN_KEYS,
    ),
    "run no table": ('run = "fast"\n' + LEARN, "{path}: run: must be a table of key = value, got 'fast'"),
    "operations no list": (
        'model = "ca3-cam"\n[operations]\nat = 0\n',
        "{path}: operations: must be a list, got {{'at': 0}}",
    ),
    "both ways": ('generate = "a:b"\n' + LEARN, "{path}: give either operations or generate, not both"),
    "nothing to do": (
        'model = "ca3-cam"\n',
        "duration_ms: is required unless a protocol alone says how long the run is",
    ),
    # the model
    "model": (
        'model = "ca3-cma"\n',
        "model 'ca3-cma' is unknown; did you mean 'ca3-cam'? {models}, or module:Class of your own",
    ),
    "model a number": ("model = 3\n", "{path}: model: must be a text, got 3"),
    "model of nowhere": (
        'model = "nope:X"\n',
        "model 'nope:X': there is no module 'nope', neither installed nor in {folder}",
    ),
    "model no class": ('model = "os:path"\n', "model 'os:path': is no subclass of spikemem.language.Memory"),
    "model abstract": (
        'model = "spikemem.language:Memory"\n',
        "model 'spikemem.language:Memory': does not define build",
    ),
    "model without a name": (
        'model = "spikemem.models:"\n',
        "model 'spikemem.models:': must have the form module:name",
    ),
    "parameter name": (
        parameter("cue = 3"),
        "{path}: parameters: CA3CAM: unknown parameter 'cue'; did you mean 'cues'? valid: bits, cues",
    ),
    "parameter zero": (parameter("cues = 0"), "{path}: parameters: CA3CAM.cues: must be >= 1, got 0"),
    "parameter text": (parameter('cues = "3"'), "{path}: parameters: CA3CAM.cues: must be a whole number, got '3'"),
    "parameter fraction": (parameter("cues = 3.5"), "{path}: parameters: CA3CAM.cues: must be a whole number, got 3.5"),
    "parameter truth": (parameter("cues = true"), "{path}: parameters: CA3CAM.cues: must be a whole number, got True"),
    "parameter nan": (parameter("cues = nan"), "{path}: parameters: CA3CAM.cues: must be a whole number, got nan"),
    "parameter too big": (
        parameter("cues = 3000000000"),
        "population in_cue: size must be <= 2147483647, got 3000000000",
    ),
    # how to run
    "numerics": (
        run('numerics = "exakt"'),
        "numerics 'exakt' is unknown; did you mean 'exact'? valid: exact, spinnaker",
    ),
    "numerics a number": (run("numerics = 3"), "{path}: run.numerics: must be a text, got 3"),
    "hardware": (
        run('hardware = "cqu"'),
        "hardware 'cqu' is unknown; did you mean 'cpu'? {hardware}, or the path of a .toml file",
    ),
    "hardware file": (run('hardware = "nope.toml"'), "nope.toml: cannot be read: No such file or directory"),
    "seed negative": (run("seed = -1"), "{path}: run.seed: must be >= 0, got -1"),
    "seed fraction": (run("seed = 1.5"), "{path}: run.seed: must be a whole number, got 1.5"),
    "seed text": (run('seed = "1"'), "{path}: run.seed: must be a whole number, got '1'"),
    "seed truth": (run("seed = true"), "{path}: run.seed: must be a whole number, got True"),
    "dt zero": (run("dt = 0"), "{path}: run.dt: must be >= 1e-06, got 0"),
    "dt negative": (run("dt = -1.0"), "{path}: run.dt: must be >= 1e-06, got -1.0"),
    "dt in seconds": (run("dt = 1e-12"), "{path}: run.dt: must be >= 1e-06, got 1e-12"),
    "dt nan": (run("dt = nan"), "{path}: run.dt: must be a finite number, got nan"),
    "dt infinite": (run("dt = inf"), "{path}: run.dt: must be a finite number, got inf"),
    "dt text": (run('dt = "1 ms"'), "{path}: run.dt: must be a number, got '1 ms'"),
    "duration zero": (run("duration_ms = 0"), "{path}: run.duration_ms: must be > 0, got 0"),
    "duration endless": (run("duration_ms = 1e300"), "{path}: run.duration_ms: must be <= 1e+12, got 1e+300"),
    "duration off the grid": (
        run("duration_ms = 30.5"),
        "duration_ms: 30.5 ms is not a multiple of dt = 1 ms; nearest: 30 or 31 ms",
    ),
    "duration too short": (
        'model = "ca3-cam"\n[run]\nduration_ms = 3\n' + RECALL.format(at=0),
        "duration_ms: the last answer is read until 7 ms, got 3",
    ),
    "precision": (
        run('weight_precision = "float16"'),
        "{path}: run.weight_precision: must be one of 'float64' or 'float32', got 'float16'",
    ),
    "spacing unchecked": (run('check_spacing = "no"'), "{path}: run.check_spacing: must be true or false, got 'no'"),
    "stimulus file": (
        run('duration_ms = 9\nstimulus = "nope.csv"'),
        "{folder}/nope.csv: cannot be read: No such file or directory",
    ),
    "stimulus suffix": (
        run('duration_ms = 9\nstimulus = "a.txt"'),
        "{folder}/a.txt: a stimulus file must end in .csv or .npz",
    ),
    # the operations
    "no time": (learn("at = 0\n", ""), "{path}: operations[0].at: is required"),
    "no operation": (learn('do = "learn"\n', ""), "{path}: operations[0].do: is required"),
    "time text": (learn("at = 0", 'at = "0"'), "{path}: operations[0].at: must be a number, got '0'"),
    "time truth": (learn("at = 0", "at = true"), "{path}: operations[0].at: must be a number, got True"),
    "time nan": (learn("at = 0", "at = nan"), "{path}: operations[0].at: must be a finite number, got nan"),
    "time negative": (learn("at = 0", "at = -1"), "CA3CAM.learn: at must be a time of 0 to 9.0072e+15 ms, got -1"),
    "time endless": (
        learn("at = 0", "at = 1e300"),
        "CA3CAM.learn: at must be a time of 0 to 9.0072e+15 ms, got 1e+300",
    ),
    "time off the grid": (
        learn("at = 0", "at = 0.5"),
        "CA3CAM.learn: at: 0.5 ms is not a multiple of dt = 1 ms; nearest: 0 or 1 ms",
    ),
    "too early": (
        LEARN + RECALL.format(at=3),
        "CA3CAM.recall at 3 ms: 7 ms must pass after learn at 0 ms; earliest: 7 ms",
    ),
    "operation": (
        learn("learn", "lern"),
        "{path}: operations[0]: CA3CAM has no operation 'lern'; did you mean 'learn'? valid: learn, recall",
    ),
    "forget": (
        'model = "ca3-cam"\n[[operations]]\nat = 0\ndo = "forget"\ncue = 3\n',
        "{path}: operations[0]: CA3CAM has no operation 'forget': it forgets only by relearning; call "
        "learn(cue=..., content=...) with the new content of the same cue",
    ),
    "argument": (
        learn("content", "contents"),
        "{path}: operations[0]: CA3CAM.learn: argument 'contents' is unknown; did you mean 'content'? valid: content, cue",
    ),
    "argument missing": (learn("cue = 0\n", ""), OPERATION + "cue is required: one of 0..4"),
    "cue out of range": (learn("cue = 0", "cue = 5"), OPERATION + "cue 5 is out of range 0..4 (cues=5)"),
    "cue a list": (learn("cue = 0", "cue = [0]"), OPERATION + "cue must be a whole number 0..4 (cues=5), got [0]"),
    "bit out of range": (learn("[0, 1]", "[12]"), OPERATION + "content bit 12 is out of range 0..9 (bits=10)"),
    "bit negative": (learn("[0, 1]", "[-1]"), OPERATION + "content bit -1 is out of range 0..9 (bits=10)"),
    "no bits": (learn("[0, 1]", "[]"), OPERATION + "content is empty; give at least one of the bits 0..9 (bits=10)"),
    "bit twice": (learn("[0, 1]", "[1, 1]"), OPERATION + "content bit 1 is given twice"),
    "bit truth": (learn("[0, 1]", "[true]"), OPERATION + "content bit must be a whole number 0..9 (bits=10), got True"),
    "bit text": (learn("[0, 1]", '["a"]'), OPERATION + "content bit must be a whole number 0..9 (bits=10), got 'a'"),
    "bits text": (learn("[0, 1]", '"ab"'), OPERATION + "content must be a list of bits 0..9 (bits=10), got 'ab'"),
    "bits a number": (learn("[0, 1]", "1"), OPERATION + "content must be a list of bits 0..9 (bits=10), got 1"),
    "both questions": (
        ask("content = [1]\n"),
        "{path}: operations[0]: CA3CAM.recall: give exactly one of cue and content, got cue, content",
    ),
    "no question": (
        ask("").replace("cue = 0\n", ""),
        "{path}: operations[0]: CA3CAM.recall: give exactly one of cue and content, got none",
    ),
    "expected answer": (
        ask("expect.contents = [1]\n"),
        "CA3CAM.recall at 0 ms: expect.contents is unknown; this operation answers: cues, content",
    ),
    "expected of learn": (
        LEARN + "expect.cues = [1]\n",
        "CA3CAM.learn at 0 ms: expect.cues is unknown; this operation answers: (none)",
    ),
    "expected out of range": (
        ask("expect.content = [10]\n"),
        "CA3CAM.recall at 0 ms: expect.content 10 is out of range 0..9",
    ),
    "expected twice": (
        ask("expect.cues = [1, 1]\n"),
        "{path}: operations[0]: call of 'recall' at 0 ms: expect.cues 1 is given twice",
    ),
    "expected truth": (
        ask("expect.cues = [true]\n"),
        "{path}: operations[0].expect.cues[0]: must be a whole number, got True",
    ),
    "expected no table": (ask("expect = 3\n"), "{path}: operations[0].expect: must be a table of key = value, got 3"),
    # made by a function
    "generate form": ('model = "ca3-cam"\ngenerate = "x"\n', "generate 'x': must have the form module:name"),
    "generate nothing": (
        'model = "ca3-cam"\ngenerate = "sys:nothing"\n',
        "generate 'sys:nothing': the module sys (without a file) has no 'nothing'",
    ),
    "generate no function": (
        'model = "ca3-cam"\ngenerate = "os:sep"\n',
        "generate 'os:sep': must be a function of the model, got '/'",
    ),
    "generate other things": (
        'model = "ca3-cam"\ngenerate = "builtins:str"\n',
        "generate 'builtins:str': must return calls (spikemem.language.call), got 'c'",
    ),
    "generate too many": (
        'model = "ca3-cam"\ngenerate = "spikemem.experiments.ca3_stress:operations"\n[parameters]\ncues = 8\nbits = 3\n',
        "ca3-stress: 8 cues need more than 3 bits, so that no content is empty",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_experiment_gives_one_sentence_and_no_file(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, sentence = CASES[case]
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    ended = command("run", path, "--out", tmp_path / "out", capsys=capsys)
    refused(ended, sentence.format(path=path, folder=tmp_path, models=VALID_MODELS, hardware=VALID_HARDWARE))
    assert files_below(tmp_path) == ["wrong.toml"]


def test_a_function_that_fails_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "failing_calls.py").write_text("def make(model):\n    return [1 / 0]\n")
    (tmp_path / "wrong.toml").write_text('model = "ca3-cam"\ngenerate = "failing_calls:make"\n')
    ended = command("run", tmp_path / "wrong.toml", "--out", tmp_path / "out", capsys=capsys)
    refused(
        ended,
        f"generate 'failing_calls:make': ZeroDivisionError: division by zero ({tmp_path}/failing_calls.py, line 2)",
    )


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", bytes(range(256))])
def test_a_binary_file_is_no_experiment(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(content)
    refused(command("run", path, capsys=capsys), f"{path}: is not a text file")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.toml"
    refused(command("run", path, capsys=capsys), f"{path}: cannot be read: No such file or directory")
    path.mkdir()
    refused(command("run", path, capsys=capsys), f"{path}: cannot be read: Is a directory")
