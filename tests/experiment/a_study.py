"""Studies of a user's own, in files of his own, and running commands on them."""

from __future__ import annotations

from pathlib import Path

STUDY = '''
"""Studies of one's own."""

import math

from matplotlib.figure import Figure

from spikemem.experiment.study import Criterion, Findings, Study
from spikemem.language import parameter


class Squares(Study):
    """Squares, and whether the last is small."""

    most: int = parameter(3, ge=1, doc="numbers")
    small: int = parameter(9, doc="what the last square is at most")

    def run(self, how):
        numbers = list(how.each(range(1, self.most + 1), str))
        squares = [n * n for n in numbers]
        columns = {
            "n": numbers, "n/2": [n / 2 for n in numbers], "even": [n % 2 == 0 for n in numbers],
            "name": [f"\\u2116 {n}" for n in numbers], "gap": [math.nan] * self.most, "square": squares,
        }
        met = Criterion("small", squares[-1] <= self.small, f"the last square is {squares[-1]}")
        drawn = how.generator("numbers").integers(1000, size=2).tolist()
        return Findings({"squares": columns, "drawn": {"number": drawn}}, (met,), Figure)


class Paged(Squares):
    """The same with a second figure, and a table for the file alone."""

    def run(self, how):
        found = super().run(how)
        return Findings(found.tables, found.criteria, found.draw, {"more": Figure}, {"cubes": {"cube": [1, 8]}})


class Forgetful(Study):
    """A study that does not say what it does."""


class Raising(Study):
    """A study with an error."""

    def run(self, how):
        return 1 / 0


class Wrong(Study):
    """A study that returns something else."""

    def run(self, how):
        return 3


class Ragged(Study):
    """A study whose columns differ in length."""

    def run(self, how):
        return Findings({"t": {"a": [1, 2], "b": [1]}}, (), Figure)


class Undrawn(Study):
    """A study whose figure cannot be drawn."""

    def run(self, how):
        return Findings({"t": {"a": [1, 2]}}, (), lambda: [][0])
'''


def write_study(folder: Path, name: str = "Squares", more: str = "") -> Path:
    """Write the studies above and a TOML file of one of them; return its path."""
    (folder / "studies_of_a_user.py").write_text(STUDY, encoding="utf-8")
    path = folder / "my_squares.toml"
    path.write_text(f'title = "Squares"\nstudy = "studies_of_a_user:{name}"\n{more}')
    return path
