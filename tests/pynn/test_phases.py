"""What sPyNNaker prints becomes phases that go on, however it is cut into pieces."""

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikemem.backends.pynn.phases import Phase, PhaseReader

SCALE = "|0%                          50%                         100%|"
PRINTED = f"""\
2026-01-02 03:04:05 INFO: Starting execution process
2026-01-02 03:04:05 INFO: Network Specification report skipped as cfg Reports:write_network_specification_report is False
2026-01-02 03:04:05 INFO: Splitter reset took 0:00:00.000021{" "}
Partitioning Graph
{SCALE}
 {"=" * 20}2026-01-02 03:04:06 WARNING: something breaks in
{"=" * 40}
2026-01-02 03:04:06 INFO: Splitter partitioner took 0:00:00.006602{" "}
Routing
{SCALE}
 {"=" * 60}
2026-01-02 03:04:07 INFO: Run 1 of 1
Loading
{SCALE}
 {"=" * 15}"""


def test_titles_marks_and_log_lines_are_told_apart() -> None:
    assert list(PhaseReader().feed(PRINTED)) == [
        Phase(0, "Starting execution process", None),
        Phase(1, "Partitioning Graph", 0.0),
        Phase(1, "Partitioning Graph", 20 / 60),
        Phase(1, "Partitioning Graph", 1.0),
        Phase(2, "Routing", 0.0),
        Phase(2, "Routing", 1.0),
        Phase(2, "Run 1 of 1", None),
        Phase(3, "Loading", 0.0),
        Phase(3, "Loading", 15 / 60),
    ]


@given(st.lists(st.integers(0, len(PRINTED)), max_size=60))
def test_pieces_of_any_length_end_where_the_whole_does(cuts: list[int]) -> None:
    reader, found = PhaseReader(), []
    places = [0, *sorted(cuts), len(PRINTED)]
    for first, end in pairwise(places):
        found += list(reader.feed(PRINTED[first:end]))
    whole = list(PhaseReader().feed(PRINTED))
    assert [p for p in found if p in whole] == whole
    shares = [(p.number, p.done) for p in found if p.done is not None]
    assert shares == sorted(shares)  # it never goes back


def test_the_marks_are_those_of_spynnakers_own_bars(capsys: pytest.CaptureFixture[str]) -> None:
    bars = pytest.importorskip("spinn_utilities.progress_bar")
    reader, shares = PhaseReader(), []
    with bars.ProgressBar(7, "Seven things") as bar:
        for _ in range(7):
            bar.update()
            sys.stderr.flush()
            shares += [(p.name, p.done) for p in reader.feed(capsys.readouterr().err)]
    assert shares == [("Seven things", 0.0), *(("Seven things", k * 60 // 7 / 60) for k in range(1, 8))]
