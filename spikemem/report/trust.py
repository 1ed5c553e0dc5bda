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
    """Return in words at which values of a grid's keys it may be trusted; lines that are alike are said together."""
    own = [row for row in rows if row.kind == ALL]
    alike: dict[str, list[str]] = {}
    for value, label in zip(lines.values, lines.labels, strict=True):
        verdicts: dict[str, bool] = {}
        for row in (row for row in own if lines.of(row) == value):
            name = x.labels[x.values.index(x.of(row))]
            verdicts[name] = verdicts.get(name, True) and row.trusted
        good = [name for name, verdict in verdicts.items() if verdict]
        where = "everywhere" if len(good) == len(verdicts) else f"at {x.name} {', '.join(good)}" if good else "nowhere"
        alike.setdefault(where, []).append(label)
    if len(alike) == 1:
        return list(alike)
    return [f"with {lines.name} {' or '.join(labels)}: {where}" for where, labels in alike.items()]
