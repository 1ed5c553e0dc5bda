"""A figure as inline SVG: of the page's own colour and font, named for screen readers, its ids its own."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.figure import Figure

INK = "#123456"
"""What is drawn in this colour has the colour of the page's text, in light and in dark."""
WIDTH = 4.6
"""Inches of a figure: at 400 pixels its letters can still be read, and a wide screen has several side by side."""
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "spikemem", "font.family": "sans-serif", "font.size": 9.0,
    "text.color": INK, "axes.edgecolor": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.titlesize": 10.0, "axes.titlelocation": "left", "legend.fontsize": 8.5, "legend.frameon": False,
    "figure.facecolor": "none", "axes.facecolor": "none", "axes.spines.top": False, "axes.spines.right": False,
    "text.parse_math": False,
}  # fmt: skip
_PREAMBLE = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_SHEET = re.compile(r"\s*<style[^>]*>.*?</style>", re.DOTALL)
_SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*"([^>]*?)>', re.DOTALL)
_HEIGHT = re.compile(r' height="[^"]*"')
_ID = re.compile(r'\bid="([^"]+)"')
_PATH = re.compile(r'\bd="[^"]*"')
_DECIMALS = re.compile(r"(\.\d\d)\d+")
_REFERENCE = re.compile(r'(href="#|url\(#)')


@dataclass(frozen=True)
class Drawing:
    """A figure that is still to be drawn: its name, what it shows in words, how it is drawn; ``high``: twice as tall."""

    title: str
    description: str
    draw: Callable[[], Figure]
    high: bool = False


def as_svg(drawing: Drawing, name: str) -> Markup:
    """Draw, and return an ``<svg>`` whose ids all begin with ``name``, which no other on the page may have.

    The same drawing gives the same text each time.
    """
    with rc_context(_STYLE), StringIO() as text, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the browser has the letters that this font lacks
        figure = drawing.draw()
        none = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(text, format="svg", metadata=none, transparent=True)
        made = text.getvalue()
    for unwanted in (_PREAMBLE, _METADATA, _SHEET):
        made = unwanted.sub("", made, count=1)
    head, end, body = made.partition(">")
    head = _HEIGHT.sub("", _SIZE.sub(r"\1\2>", head + end), count=1).removesuffix(">")
    body = _REFERENCE.sub(rf"\g<1>{name}-", _ID.sub(rf'id="{name}-\1"', body)).replace(INK, "currentColor")
    body = _PATH.sub(lambda path: " ".join(_DECIMALS.sub(r"\1", path.group()).split()), body)
    labels = f'role="img" aria-labelledby="{name}-title {name}-desc"'
    said = f'<title id="{name}-title">{escape(drawing.title)}</title>'
    said += f'<desc id="{name}-desc">{escape(drawing.description)}</desc>'
    return Markup(f"{head} {labels}>{said}{body}".strip())
