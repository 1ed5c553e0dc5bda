"""The HTML report: whole by itself, true to the results, readable by people, screen readers and narrow screens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from spikemem.cli.main import main
from spikemem.errors import FileError
from spikemem.report.html import page as page_module
from spikemem.report.html.page import suite_page, write_suite_page
from spikemem.report.html.place import by_place
from spikemem.report.html.view import Axis, views
from spikemem.report.suite_table import command
from spikemem.report.trust import enough, trust_in_words, where_trusted
from spikemem.suite.hdf5_suite import read_results
from spikemem.suite.summary import Row, wilson
from spikemem.suite.sweep import Results
from tests.suite.browser import Page, browser
from tests.suite.small_suite import run_small, write_small


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run_small(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def page(results: Results) -> str:
    return suite_page(results)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_it_needs_nothing_from_elsewhere(page: str) -> None:
    links = [u for u in re.findall(r"""(?:src|href|action|poster|data)\s*=\s*["']([^"']+)""", page) if u[0] != "#"]
    assert {link.split(",")[0] for link in links} <= {"data:", "data:image/png;base64"}
    assert "@import" not in page
    assert {u for u in re.findall(r"url\(([^)]+)\)", page) if not u.startswith("#")} == set()
    assert re.findall(r"<(?:script|iframe|object|embed|img)\b", page) == []
    addresses = re.findall(r'(?<!xmlns=")(?<!xmlns:xlink=")https?://[^\s"<]+', page)
    assert addresses == []


def test_what_the_suite_says_is_text_and_no_markup(page: str) -> None:
    assert "<h1>Small &amp; &lt;script&gt;alert(1)&lt;/script&gt;</h1>" in page
    assert "Lengths &amp; &lt;wrong lines&gt;" in page


def test_ids_are_unique_and_what_refers_to_them_finds_them(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 100
    references = re.findall(r'(?:href="|url\()#([^")]+)', page)
    labels = [name for names in re.findall(r'aria-labelledby="([^"]+)"', page) for name in names.split()]
    assert set(references) | set(labels) <= set(ids)


def test_figures_are_named_for_screen_readers_and_take_the_pages_colour(page: str, results: Results) -> None:
    figures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    failures = {
        (f.seed, f.call, str(f.arguments), str(f.answered)) for o in results.outcomes.values() for f in o.failures[:1]
    }
    # two curves, costs, two heat maps; of the first failures those that are not alike
    assert len(figures) == 5 + min(3, len(failures))
    for figure in figures:
        assert re.search(
            r'role="img" aria-labelledby="(figure\d+)-title \1-desc"><title id="\1-title">[^<]+</title><desc', figure
        )
        assert "currentColor" in figure
        assert "<style" not in figure
    assert "right answers (share) over kept" in figures[0]
    exact = [r.measures["exact"].mean for r in results.rows if r.condition.keys["wrong"] == 0.0]
    assert f"wrong 0: {exact[0]:.3g} at 1, {exact[1]:.3g} at 3" in figures[0]


def test_it_says_with_what_it_was_run(page: str, results: Results) -> None:
    known = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert {name: known[name] for name in ("suite", "model", "backend", "seed", "seeds")} == {
        "suite": "small", "model": "ca3-cam", "backend": "numba", "seed": "1", "seeds": "3 a condition",
    }  # fmt: skip
    assert known["conditions"] == "4, 36 questions"
    assert f"spikemem {results.provenance['versions']['spikemem']}" in known["versions"]


def test_criteria_figures_and_failures_are_those_of_the_results(page: str, results: Results) -> None:
    text = unescape(page)
    for criterion in results.criteria:
        assert f"</strong> {criterion.name}: {criterion.found}" in text
    assert page.count("<strong>NOT MET</strong>") == len(results.failed) == 1
    for row in results.rows:
        assert f"{row.measures['exact'].mean:.3f} [{row.measures['exact'].low:.3f}" in text
    told = sum(len(outcome.failures) for outcome in results.outcomes.values())
    assert f"{told} wrong answers" in text
    commands = re.findall(r"<td class=\"words\"><code>(.*?)</code>", text)
    assert len(commands) == told
    for digest, outcome in results.outcomes.items():
        assert commands.count(command(results, digest)) == len(outcome.failures)


def test_the_command_shows_the_failure(results: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest, outcome = next((d, o) for d, o in results.outcomes.items() if o.failures)
    arguments = command(results, digest).split()[1:]
    main([*arguments, "--out", str(tmp_path)])
    capsys.readouterr()
    again = read_results(tmp_path / "small.ca3-cam.numba.h5").outcomes[digest]
    for found, shown in zip(again.failures, outcome.failures, strict=True):
        assert (found.call, found.arguments, found.answered) == (shown.call, shown.arguments, shown.answered)
        for name, (times, neurons) in shown.spikes.items():
            assert np.array_equal(found.spikes[name], (times, neurons))


def test_the_same_results_give_the_same_page(page: str, results: Results) -> None:
    assert suite_page(results) == page


def test_trust_in_words(results: Results) -> None:
    assert (wilson(381, 381).low >= 0.99) > (wilson(380, 380).low >= 0.99)
    assert enough() == 381
    said = trust_in_words(results.rows)
    assert said[0].startswith("It may be trusted in 0 of 4 conditions")
    assert "With at most 9 questions a condition none could be trusted" in said[1]
    good = [_with(row, right, 400) for row, right in zip(results.rows, (400, 400, 400, 9), strict=True)]
    assert [line.split(":")[0] for line in trust_in_words(good)] == ["It may be trusted in 3 of 4 conditions"]
    perfect = [_with(row, n, n) for row, n in zip(results.rows, (400, 400, 380, 9), strict=True)]
    assert trust_in_words(perfect)[1].startswith("In 2 more every answer was right, but there were too few questions")


def test_where_it_may_be_trusted(results: Results) -> None:
    (view,) = views(results.suite, results.rows)
    assert where_trusted(view.x, view.lines, view.rows) == ["nowhere"]
    by = {(1, 0.0): 400, (3, 0.0): 400, (1, 0.4): 0, (3, 0.4): 400}
    rows = [_with(r, by[r.condition.keys["kept"], r.condition.keys["wrong"]], 400) for r in results.rows]
    assert where_trusted(view.x, view.lines, rows) == ["with wrong 0: everywhere", "with wrong 0.4: at kept 3"]


def _with(row: Row, right: int, asked: int) -> Row:
    return replace(row, asked=asked, measures={**row.measures, "exact": wilson(min(right, asked), asked)})


def test_values_that_would_touch_stand_at_equal_distances() -> None:
    near, far = (Axis(("a",), tuple((v,) for v in values)) for values in ([0.0, 0.1, 0.3, 30.0], [1, 2, 4, 8, 16]))
    assert (near.places, near.label) == ([0.0, 1.0, 2.0, 3.0], "a (at equal distances)")
    assert (far.places, far.label) == ([1.0, 2.0, 4.0, 8.0, 16.0], "a")
    both = Axis(("items", "bits"), ((5, 10), (16, 32)))
    assert (both.places, both.label, both.labels) == ([0.0, 1.0], "items, bits", ["5 × 10", "16 × 32"])


def test_right_answers_by_place_in_bins(results: Results) -> None:
    (view,) = views(results.suite, results.rows)
    (panel,) = view.panels()
    assert by_place(view, panel, results.outcomes) == []  # one place a condition: the length of its fragments
    place, exact = np.arange(16.0), np.arange(16) < 6
    asked = {"place": place, "exact": exact, "kind": np.full(16, "any")}
    counted = {digest: replace(o, queries=asked) for digest, o in results.outcomes.items()}
    (drawing,) = by_place(view, panel, counted)
    first = drawing.description.split("; ")[0]
    assert first.startswith("kept 1, wrong 0: 1 at 0.5, 1 at 2.5, 1 at 4.5, 0 at 6.5")
    kinds = replace(view, rows=(*view.rows, replace(view.rows[0], kind="any")))
    assert by_place(kinds, panel, counted) == []
    assert len(by_place(kinds, replace(panel, kind="any"), counted)) == 1
    assert by_place(kinds, replace(panel, kind="address"), counted) == []


def test_a_report_made_anew_is_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", str(write_small(tmp_path)), "--out", str(tmp_path)]) == 1
    stem = tmp_path / "small.ca3-cam.numba"
    wrote = [f"{stem}.{ending}" for ending in ("h5", "json", "xml", "html")]
    assert capsys.readouterr().out.splitlines()[-1] == f"wrote {', '.join(wrote[:-1])} and {wrote[-1]}"
    assert main(["report", f"{stem}.h5", "--out", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / f"{stem.name}.html").read_bytes() == Path(wrote[-1]).read_bytes()
    assert "It may be trusted in 0 of 4 conditions" in capsys.readouterr().out


def test_it_is_whole_or_absent(results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        write_suite_page(tmp_path / "file" / "a.html", results)

    def broken(*arguments: object) -> None:
        raise RuntimeError("no figure")

    monkeypatch.setattr(page_module, "failure_raster", broken)
    with pytest.raises(RuntimeError, match="no figure"):
        write_suite_page(tmp_path / "b.html", results)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_model_that_is_elsewhere_has_rasters_without_marks(results: Results) -> None:
    conditions = tuple(replace(c, model="elsewhere:Model") for c in results.suite.conditions)
    grids = dict.fromkeys(results.suite.grids, conditions)
    outcomes = dict(zip([c.digest for c in conditions], results.outcomes.values(), strict=True))
    rows = tuple(replace(row, condition=c) for row, c in zip(results.rows, conditions, strict=True))
    moved = replace(results, suite=replace(results.suite, grids=grids), outcomes=outcomes, rows=rows)
    assert suite_page(moved).count("<svg") == suite_page(results).count("<svg")


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("dark", [False, True])
def test_in_a_browser(page: str, tmp_path: Path, chromium: Page, width: int, dark: bool) -> None:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    chromium.open(path, width, dark)
    assert chromium.messages() == []
    assert chromium.ask("innerWidth") == width
    assert chromium.ask("document.documentElement.scrollWidth") <= width
    sizes = chromium.ask(
        "[...document.querySelectorAll('figure svg')].map(s => { const b = s.getBoundingClientRect(), "
        "i = s.getBBox(); return [b.left, b.right, b.width, b.height, i.width, i.height] })"
    )
    assert len(sizes) == page.count("<svg")
    for left, right, *extent in sizes:
        assert min(extent) > 100
        assert 0 <= left < right <= width
    # what is too wide scrolls in its own box, and is not cut off
    boxes = chromium.ask(
        "[...document.querySelectorAll('.box')].map(b => [getComputedStyle(b).overflowX, b.clientWidth])"
    )
    assert all(overflow == "auto" and 0 < inside <= width for overflow, inside in boxes)
    smallest = chromium.ask(
        "Math.min(...[...document.querySelectorAll('figure svg text')].map(t => t.getBoundingClientRect().height))"
    )
    assert smallest >= 8.0
    ink, paper = chromium.ask(
        "[getComputedStyle(document.querySelector('figure svg text')).fill, getComputedStyle(document.body).backgroundColor]"
    )
    light, darker = sorted((_luminance(ink), _luminance(paper)), reverse=True)
    assert (light + 0.05) / (darker + 0.05) > 7.0  # WCAG's contrast, grade AAA
    assert (_luminance(paper) < 0.1) == dark


def _luminance(colour: str) -> float:
    """Return the relative luminance (WCAG) of ``rgb(...)``."""
    parts = [int(part) / 255.0 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_browser_tests_can_fail(page: str, tmp_path: Path, chromium: Page) -> None:
    path = tmp_path / "wide.html"
    path.write_text(
        page.replace("</main>", '<p style="width: 2000px">wide</p><img src="none.png"></main>'), encoding="utf-8"
    )
    chromium.open(path, 400)
    assert chromium.ask("document.documentElement.scrollWidth") > 400
    assert any("none.png" in message for message in chromium.messages())
