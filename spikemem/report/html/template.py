"""Templates filled in, and the figures of a page, which are drawn when all are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from spikemem.report.html.svg import Drawing, as_svg


@dataclass
class Placed:
    """A figure of a page: its drawing, the name that its ids begin with, and the SVG once it is drawn."""

    drawing: Drawing
    name: str
    svg: Markup = field(default_factory=Markup)


@dataclass
class Figures:
    """The figures of a page, in order."""

    placed: list[Placed] = field(default_factory=list)

    def add(self, drawing: Drawing) -> Placed:
        """Add a figure, to be drawn later."""
        self.placed.append(Placed(drawing, f"figure{len(self.placed) + 1}"))
        return self.placed[-1]

    def draw(self, progress: Callable[[int, int, str], None]) -> None:
        """Draw all."""
        for done, placed in enumerate(self.placed):
            progress(done, len(self.placed), placed.drawing.title)
            placed.svg = as_svg(placed.drawing, placed.name)
        progress(len(self.placed), len(self.placed), "")


def rendered(template: str, **values: Any) -> str:
    """Return a template of this package filled in; what is no markup is escaped, and a missing value is an error."""
    environment = Environment(
        loader=PackageLoader(__package__ or "", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    style = Markup((files(__package__ or "") / "templates" / "style.css").read_text(encoding="utf-8"))
    return environment.get_template(template).render(style=style, **values) + "\n"
