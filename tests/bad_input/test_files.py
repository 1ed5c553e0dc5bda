"""Result files that are missing, truncated, foreign, newer or damaged: told by load and by inspect."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import spikemem
from spikemem.errors import FileError
from spikemem.language import Memory, NetworkBuilder
from spikemem.models import CA3CAM
from tests.bad_input.support import command, refused

Damage = Callable[[Any], object]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory's file."""
    path = tmp_path_factory.mktemp("saved") / "memory.h5"
    memory = spikemem.open(CA3CAM(cues=3, bits=4))
    memory.learn(cue=1, content=[0, 2])
    memory.recall(cue=1)
    memory.save(path)
    return path


def provenance(**changes: Any) -> Damage:
    def damage(file: Any) -> None:
        data = json.loads(file["provenance"].attrs["json"])
        file["provenance"].attrs["json"] = json.dumps(data | changes)

    return damage


def attribute(name: str, value: Any) -> Damage:
    return lambda file: file.attrs.__setitem__(name, value)


def text(value: Any) -> Damage:
    return lambda file: file["provenance"].attrs.__setitem__("json", value)


def replaced(name: str, value: Any) -> Damage:
    def damage(file: Any) -> None:
        if name in file:
            del file[name]
        file[name] = value

    return damage


NEWER = "has schema version 2, and this spikemem reads none newer than 1: pip install --upgrade spikemem"
VERSION = "is damaged: schema_version must be a whole number >= 1, got "

BOTH: dict[str, tuple[Damage, str]] = {
    "foreign": (attribute("format", "other"), "is an HDF5 file, but not one of spikemem"),
    "newer": (attribute("schema_version", 2), NEWER),
    "version text": (attribute("schema_version", "one"), VERSION + "'one'"),
    "version list": (attribute("schema_version", [1, 2]), VERSION + "array([1, 2])"),
    "version missing": (lambda file: file.attrs.__delitem__("schema_version"), VERSION + "None"),
    "provenance missing": (
        lambda file: file.__delitem__("provenance"),
        "is damaged: Unable to synchronously open object",
    ),
    "provenance garbage": (
        text("{"),
        "is damaged: Expecting property name enclosed in double quotes: line 1 column 2",
    ),
    "provenance a number": (text(3), "is damaged: the JSON object must be str, bytes or bytearray, not int64"),
    "model garbage": (provenance(model=3), "is damaged: its provenance has no table 'model'"),
    "versions garbage": (provenance(versions=None), "is damaged: its provenance has no table 'versions'"),
}


@pytest.mark.parametrize("case", BOTH)
def test_a_file_that_cannot_be_read_is_refused(
    case: str, saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage, sentence = BOTH[case]
    path = tmp_path / "wrong.h5"
    shutil.copy(saved, path)
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(FileError) as raised:
        spikemem.load(path)
    assert str(raised.value) == f"{path}: {sentence}"
    refused(command("inspect", path, capsys=capsys), f"{path}: {sentence}")


LOAD: dict[str, tuple[Damage, str]] = {
    "no checkpoint": (
        lambda file: file.__delitem__("checkpoint"),
        "holds no checkpoint of a memory; files of spikemem run have none",
    ),
    "another state": (
        lambda file: file["checkpoint"].create_dataset("more", data=[1]),
        "is damaged: its checkpoint is not the one that was written",
    ),
    "model of nowhere": (
        provenance(model={"class": "nowhere:Model", "parameters": {}}),
        "its model nowhere:Model cannot be imported; pass the class: spikemem.load(path, model=...)",
    ),
    "model no model": (
        provenance(model={"class": "os:path", "parameters": {}}),
        "its model os:path is no memory model",
    ),
}


@pytest.mark.parametrize("case", LOAD)
def test_a_file_without_a_memory_of_this_model_cannot_be_loaded(case: str, saved: Path, tmp_path: Path) -> None:
    damage, sentence = LOAD[case]
    path = tmp_path / "wrong.h5"
    shutil.copy(saved, path)
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(FileError) as raised:
        spikemem.load(path)
    assert str(raised.value) == f"{path}: {sentence}"


INSPECT: dict[str, tuple[Damage, str]] = {
    "operations": (replaced("operations", np.zeros(3)), "is damaged: invalid index to scalar variable."),
    "spikes": (replaced("spikes", np.zeros(3)), "is damaged: 'Dataset' object has no attribute 'items'"),
    "weights": (replaced("weights/a/b", 1.0), "is damaged: Unable to synchronously open object"),
}


@pytest.mark.parametrize("case", INSPECT)
def test_a_damaged_part_is_told_by_inspect(
    case: str, saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage, sentence = INSPECT[case]
    path = tmp_path / "wrong.h5"
    shutil.copy(saved, path)
    with h5py.File(path, "r+") as file:
        damage(file)
    refused(command("inspect", path, capsys=capsys), f"{path}: {sentence}")


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused(
    share: float, saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "short.h5"
    content = saved.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    sentence = f"{path}: is a truncated or damaged HDF5 file"
    with pytest.raises(FileError) as raised:
        spikemem.load(path)
    assert str(raised.value) == sentence
    refused(command("inspect", path, capsys=capsys), sentence)


@pytest.mark.parametrize("content", [b"", b"garbage", bytes(range(256)) * 64])
def test_what_is_no_hdf5_file_is_refused(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "garbage.h5"
    path.write_bytes(content)
    with pytest.raises(FileError) as raised:
        spikemem.load(path)
    assert str(raised.value) == f"{path}: is no HDF5 file"
    refused(command("inspect", path, capsys=capsys), f"{path}: is no HDF5 file")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    for path, sentence in ((tmp_path / "no.h5", "no such file"), (tmp_path, "is a folder, not a file")):
        with pytest.raises(FileError) as raised:
            spikemem.load(path)
        assert str(raised.value) == f"{path}: {sentence}"
        assert isinstance(raised.value, OSError)


def test_a_result_of_run_holds_no_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("run", "ca3-functional", "--out", tmp_path, capsys=capsys).code == 0
    path = tmp_path / "ca3-functional.h5"
    with pytest.raises(FileError) as raised:
        spikemem.load(path)
    assert str(raised.value) == f"{path}: holds no checkpoint of a memory; files of spikemem run have none"


class Wider(Memory):
    """CA3CAM's parameters, and another network."""

    cues: int = 3
    bits: int = 4

    def build(self, net: NetworkBuilder) -> None:
        net.input("in_cue", self.cues + 1)


def test_a_checkpoint_of_another_network_does_not_fit(saved: Path) -> None:
    with pytest.raises(FileError) as raised:
        spikemem.load(saved, model=Wider)
    assert str(raised.value).startswith(f"{saved}: ")
    assert "Wider" in str(raised.value)


def test_a_checkpoint_of_another_size_does_not_fit(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "wider.h5"
    shutil.copy(saved, path)
    with h5py.File(path, "r+") as file:
        data = json.loads(file["provenance"].attrs["json"])
        data["model"]["parameters"]["cues"] = 4
        file["provenance"].attrs["json"] = json.dumps(data)
    with pytest.raises(FileError) as raised:
        spikemem.load(path)
    assert str(raised.value).startswith(f"{path}: does not fit CA3CAM: state: array ")
    assert ", this network's has " in str(raised.value)
