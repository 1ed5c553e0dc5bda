"""The folders on disk, the package list of setup.cfg and the ways to import them agree."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAPPED = ("backends", "experiments", "hw_configs", "models")

needs_checkout = pytest.mark.skipif(
    not (ROOT / "setup.cfg").is_file() or not (ROOT / "spikemem").is_dir(),
    reason="needs the checkout (setup.cfg and the source folders), and this runs against an installed package",
)


def lines(section: str, option: str) -> list[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config[section][option].split("\n")[1:]


def python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


def packages_in(folder: Path, name: str) -> set[str]:
    """The packages of a folder and below, by the name they are imported under; links are not followed."""
    if folder.is_symlink() or not (folder / "__init__.py").is_file():
        return set()
    return {name}.union(*(packages_in(child, f"{name}.{child.name}") for child in folder.iterdir() if child.is_dir()))


@needs_checkout
def test_setup_cfg_lists_the_packages_on_disk() -> None:
    on_disk = packages_in(ROOT / "spikemem", "spikemem").union(
        *(packages_in(ROOT / folder, f"spikemem.{folder}") for folder in MAPPED)
    )
    assert set(lines("options", "packages")) == on_disk


@needs_checkout
def test_every_folder_with_python_files_is_a_package() -> None:
    modules = [path for folder in ("spikemem", *MAPPED) for path in (ROOT / folder).rglob("*.py")]
    assert [path for path in modules if not (path.parent / "__init__.py").is_file()] == []


@needs_checkout
def test_package_dir_maps_the_linked_folders() -> None:
    mapping = dict(line.split(" = ") for line in lines("options", "package_dir"))
    assert mapping == {"spikemem": "spikemem"} | {f"spikemem.{folder}": folder for folder in MAPPED}


@needs_checkout
@pytest.mark.parametrize("folder", MAPPED)
def test_the_link_in_spikemem_leads_to_the_mapped_folder(folder: str) -> None:
    assert (ROOT / "spikemem" / folder).readlink() == Path("..") / folder


@needs_checkout
@pytest.mark.parametrize("folder", MAPPED)
def test_a_mapped_folder_is_not_imported_by_its_own_name(folder: str) -> None:
    done = python(f"import {folder}", ROOT)
    assert done.returncode == 1
    assert f"ImportError: import spikemem.{folder}, not {folder}: " in done.stderr


@pytest.mark.parametrize("folder", MAPPED)
def test_a_mapped_folder_is_imported_from_spikemem(folder: str, tmp_path: Path) -> None:
    done = python(f"import spikemem.{folder} as m; print(m.__name__)", tmp_path)
    assert (done.stdout.strip(), done.stderr) == (f"spikemem.{folder}", "")


def test_importing_spikemem_imports_no_simulator(tmp_path: Path) -> None:
    simulators = {"brian2", "brian2cuda", "dask", "distributed", "nengo", "nest", "numba", "pyNN", "spynnaker"}
    done = python(f"import sys, spikemem; print(sorted({simulators} & set(sys.modules)))", tmp_path)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
