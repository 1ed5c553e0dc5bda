"""When a memory may be trusted, in words."""

from __future__ import annotations

from collections.abc import Sequence

from spikemem.report.html.view import Axis
from spikemem.suite.summary import ALL, TRUSTED, Row, wilson


def enough() -> int:
    """Return how many questions, all of them answered right, it takes to be trusted.

    >>> enough()
    381
    """
    asked = 1
    while wilson(asked, asked).low < TRUSTED:
        asked += 1
    return asked


def trust_in_words(rows: Sequence[Row]) -> list[str]:
    """Return sentences: in how many conditions the memory may be trusted, by which rule, and what that leaves out."""
    own = {row.condition.digest: row for row in rows if row.kind == ALL}.values()
    trusted = [row for row in own if row.trusted]
    perfect = [row for row in own if not row.trusted and row.measures["exact"].mean == 1.0]
    least = enough()
    said = [
        f"It may be trusted in {len(trusted)} of {len(own)} conditions: those in which the lower end of the 95 % interval "
        f"(Wilson) of the share of right answers is at least {TRUSTED:g}."
    ]
    if perfect:
        said.append(
            f"In {len(perfect)} more every answer was right, but there were too few questions to trust it: "
            f"at least {least} are needed."
        )
    elif own and all(row.asked < least for row in own):
        said.append(
            f"With at most {max(row.asked for row in own)} questions a condition none could be trusted, had every answer "
            f"been right: at least {least} are needed (more seeds)."
        )
    return said


def where_trusted(x: Axis, lines: Axis, rows: Sequence[Row]) -> list[str]:
    """Return a sentence for each line of a grid's figures: at which values of their axis the memory may be trusted."""
    own = [row for row in rows if row.kind == ALL]
    said = []
    for value, label in zip(lines.values, lines.labels, strict=True):
        trusted = dict.fromkeys(x.values, True)
        for row in own:
            if lines.of(row) == value:
                trusted[x.of(row)] = trusted[x.of(row)] and row.trusted
        good = [name for name, v in zip(x.labels, x.values, strict=True) if trusted[v]]
        where = "everywhere" if len(good) == len(trusted) else f"at {x.name} {', '.join(good)}" if good else "nowhere"
        said.append(f"{lines.name} {label}: {where}".removeprefix(" : ").strip())
    return said
