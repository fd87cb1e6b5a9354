"""The wording of the console: every text that is asked for is there, and none stands in code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actions.content import CONTENT, ContentError
from bot.console.charts import Bar, Series, bars, columns, funnel, lines, spark
from bot.console.rendering import TEMPLATES
from bot.console.wording import Wording, Words

CONSOLE = TEMPLATES.parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_a_missing_text_is_an_error_that_names_its_place(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text("a:\n  b: 你好{name}\n", encoding="utf-8")
    words = Words(file)
    assert words("a.b", name="{name}") == "你好{name}"
    with pytest.raises(ContentError, match=r"x\.yml: the entry a\.c is missing"):
        words("a.c")
    with pytest.raises(ContentError, match="should be a text"):
        words("a")


def test_changed_wording_is_read_when_the_version_changes_and_not_before(tmp_path: Path) -> None:
    (tmp_path / "console").mkdir()
    file = tmp_path / "console" / "x.yml"
    file.write_text("a: 一\n", encoding="utf-8")
    version = ["1"]
    wording = Wording(tmp_path, lambda: version[0])
    assert wording.of("x")("a") == "一"
    file.write_text("a: 二\n", encoding="utf-8")
    assert wording.of("x")("a") == "一"
    version[0] = "2"
    assert wording.of("x")("a") == "二"


def test_every_shared_text_that_a_template_asks_for_is_there() -> None:
    shell = Words(CONTENT / "console" / "shell.yml")
    asked = {
        key
        for template in TEMPLATES.rglob("*.html")
        for key in re.findall(r'shell\("([\w.]+)"', template.read_text(encoding="utf-8"))
        if not key.endswith(".")
    }
    assert len(asked) > 20
    assert [key for key in sorted(asked) if not shell.has(key)] == []


@pytest.mark.parametrize(
    "folder", sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())
)
def test_every_text_that_the_templates_of_a_part_ask_for_is_there(folder: str) -> None:
    words = Words(CONTENT / "console" / f"{folder}.yml")
    asked = {
        key
        for template in (TEMPLATES / folder).rglob("*.html")
        for key in re.findall(r'\bw\("([\w.]+)"', template.read_text(encoding="utf-8"))
        if not key.endswith(".")
    }
    assert [key for key in sorted(asked) if not words.has(key)] == []


@pytest.mark.parametrize("kind", ["*.py", "*.html", "*.js", "*.css"])
def test_no_chinese_sentence_stands_in_code_or_templates(kind: str) -> None:
    found = [
        f"{path.name}: {line.strip()}"
        for path in CONSOLE.rglob(kind)
        for line in path.read_text(encoding="utf-8").splitlines()
        if CHINESE.search(line) and not line.lstrip().startswith(("#", "//"))
    ]
    assert found == []


def test_charts_escape_what_users_wrote() -> None:
    evil = '"><script>alert(1)</script>'
    drawn = [
        lines([evil], [Series(evil, [1])], title=evil),
        columns([evil], [Series(evil, [1]), Series("b", [2])], title=evil),
        bars([Bar(evil, 3)], title=evil),
        funnel([Bar(evil, 3)], title=evil),
        spark([1, 2], title=evil),
    ]
    assert all("<script" not in chart for chart in drawn)


def test_charts_can_be_drawn_of_nothing_and_of_gaps() -> None:
    assert "svg" in lines([], [], title="t")
    assert "svg" in columns(["a"], [Series("s", [0])], title="t")
    assert "svg" in spark([], title="t")
    drawn = lines(["a", "b", "c"], [Series("s", [1.5, None, 2])], title="t")
    assert drawn.count('class="line') == 4  # two runs, each a line and, of one point, a dot
