from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest

from actions.content import CONTENT, read_yaml
from nlu.analysis import Analysis
from nlu.evaluation.evaluation import Evaluation, evaluate
from nlu.evaluation.figures import Figure
from nlu.evaluation.floors import Breach, Floors
from nlu.evaluation.followups import Understood
from nlu.evaluation.outcomes import Decision
from nlu.evaluation.report import build_report
from nlu.evaluation.rows import Expected, Row
from nlu.evaluation.timing import Component
from nlu.evaluation.words import Words, WordsError, percent

WORDING = read_yaml(CONTENT / "report.yml")
ATTACK = "<script>alert(1)</script>&\"'</bdi>有人说<b>洗白</b>征信"


@pytest.fixture
def found(
    scripted: Callable[..., Any], row: Callable[..., Row], analysis: Callable[..., Analysis]
) -> Evaluation:
    """An evaluation in which every section has something to show."""
    rows = [
        row(
            "甲",
            labels=["loan_scam", "credit_repair"],
            stage="paid",
            style="typo",
            numbers=["12378"],
        ),
        row("乙", labels=["loan_scam"], stage="asking", style="voice", amounts=["300"]),
        row(ATTACK, labels=[], topic="<i>topic</i>", file="b&b.jsonl"),
        row("丁", labels=[], urgent="crisis"),
        row("戊", urgent="none"),
        row("己"),
        row("庚", before="辛", expected=Expected(True, "already_paid", "paid")),
    ]
    understanding = scripted(
        analysis("甲", ["loan_scam"], stage="engaged", entities=[("phone", "12378")]),
        analysis(ATTACK, ["credit_repair"], evidence=["</bdi>有人说<b>洗白"]),
        analysis("戊", urgent="crisis"),
        analysis("己", ["mule_account"], evidence=["己"]),
    )
    return evaluate(
        understanding,
        rows,
        others={"rules": lambda text: Decision(False), "keywords": lambda text: Decision(True)},
        components={"whole": Component(str, len)},
        in_context=lambda before, text: Understood(True, "worry", "asking", "asking"),
    )


def report(found: Evaluation, **more: Any) -> str:
    return build_report(found, WORDING, files=["a&b.jsonl"], model="abc", **more)


class _Page(HTMLParser):
    """Tags that are opened and never closed, all tag names, all attributes and the text."""

    void = frozenset({"meta"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.said = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data


def test_every_part_is_shown_and_the_page_is_well_formed(found: Evaluation) -> None:
    page = _Page(report(found))
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    for key in (
        "key unlabelled code confusion style stage false urgent context reliability evidence entities "
        "file compare timing mistakes"
    ).split():
        assert key in page.ids, key
        assert WORDING["strings"][f"{key}_title"] in page.said


def test_the_page_loads_and_runs_nothing(found: Evaluation) -> None:
    page = _Page(report(found))
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "i"})
    for name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in ("src", "srcset", "action", "style")
        if name == "href":
            assert value.startswith("#")
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert "url(" not in report(found)
    assert "@import" not in report(found)
    assert "prefers-color-scheme: dark" in report(found)


def test_what_people_wrote_is_shown_as_text_with_its_evidence_marked(found: Evaluation) -> None:
    text = report(found)
    assert ATTACK not in text
    assert ATTACK in _Page(text).said
    assert "<mark>&lt;/bdi&gt;有人说&lt;b&gt;洗白</mark>" in text
    assert "<i>topic" not in text


def test_the_same_evaluation_gives_the_same_page(found: Evaluation) -> None:
    assert report(found) == report(found)


def test_a_floor_that_is_broken_is_told_at_the_top_and_in_the_table(found: Evaluation) -> None:
    floors = Floors({"recall": 0.95, "made.up": 0.5}, {})
    broken = [Breach("recall", 0.5, "at_least", 0.95), Breach("made.up", None, "at_least", 0.5)]
    said = _Page(report(found, floors=floors, broken=broken)).said
    assert WORDING["strings"]["floor_broken"].format(count=2) in said
    assert "威胁召回率：50.0%，底线95.0%" in said
    assert f"made.up：{WORDING['strings']['not_measured']}" in said
    assert said.count(WORDING["strings"]["broken"]) == 2
    kept = _Page(report(found, floors=Floors({"recall": 0.5}, {}))).said
    assert WORDING["strings"]["floor_all"] in kept
    assert WORDING["strings"]["floor_all"] not in _Page(report(found)).said


def test_transcripts_alone_show_their_alarms_and_nothing_that_needs_labels(
    scripted: Callable[..., Any], row: Callable[..., Row], analysis: Callable[..., Analysis]
) -> None:
    alone = evaluate(scripted(analysis("己", ["mule_account"])), [row("己"), row("庚")])
    page = _Page(report(alone))
    assert page.ids == ["key", "unlabelled"]
    assert "50.0%" in page.said
    assert WORDING["labels"]["mule_account"] in page.said


def test_one_file_is_not_set_beside_itself(
    scripted: Callable[..., Any], row: Callable[..., Row]
) -> None:
    rows = [row("甲", labels=["loan_scam"]), row("乙", labels=[])]
    assert "file" not in _Page(report(evaluate(scripted(), rows))).ids


def test_a_text_that_is_missing_or_asks_for_too_much_is_told_by_name(found: Evaluation) -> None:
    for change, told in (
        ({"title": None}, "strings.title"),
        ({"about": "{rows}{secret}"}, "strings.about"),
        ({"about": "{rows.real}"}, "strings.about"),
    ):
        wording = {**WORDING, "strings": {**WORDING["strings"], **change}}
        with pytest.raises(WordsError, match=re.escape(told)):
            build_report(found, wording, files=[], model="")


def test_json_holds_figures_matrices_and_mistakes(found: Evaluation) -> None:
    told = json.loads(json.dumps(found.as_json()))
    assert told["rows"] == 7
    assert told["figures"]["recall"]["value"] == 0.5
    assert told["figures"]["recall"]["of"] == 2
    assert told["comparisons"]["both"]["recall"]["value"] == 0.5
    assert told["comparisons"]["keywords"]["false_alarms"]["value"] == 1
    assert sum(map(sum, told["confusion"]["counts"])) == 3
    assert {mistake["kind"] for mistake in told["mistakes"]} >= {"missed", "false_alarm"}
    assert told["unlabelled"]["rows"] == 1


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0, "0%"), (1.0, "100%"), (0.9754, "97.5%"), (0.0065, "0.65%"), (0.03, "3.00%")],
)
def test_shares_are_told_in_per_cent(value: float, told: str) -> None:
    assert percent(value) == told
    assert Words(WORDING).figure("recall", Figure(value, 1)) == told
