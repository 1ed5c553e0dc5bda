"""Compiles what brian2cuda has written, in a few large files in place of hundreds of small ones.

Nearly all of a small file's cost is the CUDA headers that it includes, so files are joined. Each keeps its names in a namespace
of its own, and what its header declares is defined outside again, for the files that call it.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include.*$", re.MULTILINE)
_CALLED = re.compile(r"^void\s+(\w+)\(\)\s*(?=\{)", re.MULTILINE)
_BESIDE = ("before_run_", "after_run_")
"""Files with these prefixes call what is in the file of the same name without it."""
_JOINED = 32
"""Files joined in one, by what nvcc needs of memory and how many may be compiled side by side."""


def compile_project(folder: Path) -> None:
    """Compile all sources in ``folder`` to the program ``main`` there; raise :class:`RuntimeError` with what nvcc said."""
    sources = [*join(folder), *sorted(path.name for path in folder.glob("*.cu") if not path.name.startswith("joined"))]
    done = subprocess.run(
        ["make", f"-j{len(os.sched_getaffinity(0))}", f"SRCS={' '.join(sources)}"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the CUDA that brian2cuda generated does not compile:\n{done.stdout}\n{done.stderr}")


def join(folder: Path) -> list[str]:
    """Write the joined files of a project's code objects; return their names."""
    members: dict[str, list[Path]] = {}
    for path in sorted((folder / "code_objects").glob("*.cu"), key=lambda p: p.stem.startswith(_BESIDE)):
        members.setdefault(_owner(path.stem), []).append(path)
    names: list[str] = []
    owners = list(members)
    count = -(-len(owners) // _JOINED)
    for number in range(count):
        texts = {path: path.read_text() for owner in owners[number::count] for path in members[owner]}
        includes = dict.fromkeys(line.strip() for text in texts.values() for line in _INCLUDE.findall(text))
        names.append(f"joined_{number}.cu")
        (folder / names[-1]).write_text("\n".join([*includes, *(_apart(p.stem, t) for p, t in texts.items())]))
    return names


def _owner(stem: str) -> str:
    for prefix in _BESIDE:
        stem = stem.removeprefix(prefix)
    return stem


def _apart(stem: str, text: str) -> str:
    """Return a file's text in its namespace; one that belongs to another file is inside that one's."""
    owner = _owner(stem)
    space = f"of_{owner}" if owner == stem else f"of_{owner}::beside_{stem}"
    called = "".join(f"void {name}() {{ {space}::{name}(); }}\n" for name in _CALLED.findall(text))
    return f"namespace {space} {{\n{_INCLUDE.sub('', text)}\n}}\n{called}"
