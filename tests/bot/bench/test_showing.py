from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

from rich.console import Console

from bot.bench.chart import draw_report
from bot.bench.figures import Cell, Report
from bot.bench.table import print_report

SVG = "{http://www.w3.org/2000/svg}"


def _printed(report: Report) -> str:
    out = io.StringIO()
    print_report(report, Console(file=out))
    return out.getvalue()


def test_the_table_tells_values_ratios_goals_and_the_load(report: Report) -> None:
    told = _printed(report)
    assert "45% carry a threat, median length 48 characters" in told
    row = next(line for line in told.splitlines() if "messages a second" in line)
    for part in ("10.0", "400", "40.0 x", "embedded / stock >= 30.0 x: reached"):
        assert part in row
    assert "embedded / stock <= 0.050 x: missed" in told
    assert "p99 12.0" in told


def test_a_figure_that_does_not_count_is_not_shown_but_its_reason_is(report: Report) -> None:
    told = _printed(report)
    assert "throughput, redis: does not count: empty reply (3 times of 90 messages)" in told
    assert "Redis / stock >= 12.0 x: not measured" in told


def test_the_profile_is_printed_and_left_out_where_there_is_none(report: Report) -> None:
    assert "step (under load)" in _printed(report)
    assert "step" not in _printed(replace(report, profile={}))


def _bars(svg: str, kind: str) -> list[float]:
    rects = ElementTree.fromstring(svg).iter(f"{SVG}rect")
    return [float(rect.get("width", "")) for rect in rects if rect.get("class") == kind]


def test_the_chart_is_one_svg_whose_bars_grow_with_the_logarithm(report: Report) -> None:
    svg = draw_report(report)
    stock, product = _bars(svg, "stock")[0], _bars(svg, "embedded")[0]
    assert 0 < stock < product
    line = report.lines[0]
    tenfold = replace(line, cells=[Cell("stock", 10.0), Cell("embedded", 100.0)])
    hundredfold = replace(line, cells=[Cell("stock", 1.0), Cell("embedded", 100.0)])
    shares = []
    for one in (tenfold, hundredfold):
        drawn = draw_report(replace(report, lines=[one]))
        shares.append(_bars(drawn, "embedded")[0] - _bars(drawn, "stock")[0])
    assert shares[0] < shares[1]


def test_the_chart_needs_nothing_from_elsewhere_and_has_a_dark_side(report: Report) -> None:
    svg = draw_report(report)
    assert "prefers-color-scheme:dark" in svg
    assert "href" not in svg
    assert "url(" not in svg
    assert "A &lt;fast&gt; one" in svg


def test_a_report_without_any_value_is_drawn_all_the_same(report: Report) -> None:
    line = replace(report.lines[0], cells=[Cell("stock", None, problem="is not installed")])
    ElementTree.fromstring(draw_report(replace(report, lines=[line])))
