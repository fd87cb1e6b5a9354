"""What a writer is told: the file, the line, what is wrong and how to mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actions.content import CONTENT
from bot.campaigns.check import ScriptCheck
from bot.campaigns.schema import Problem
from tests.bot.campaigns.writing import BOOSTER, SCRIPT, checked, line_of, wording


def test_a_good_script_and_its_booster_have_nothing_to_mend(tmp_path: Path) -> None:
    check = ScriptCheck(wording(tmp_path, sample=SCRIPT, sample_again=BOOSTER))
    assert [check.lines(each) for each in check.all()] == [[], []]


def test_the_example_of_the_guide_passes_but_for_the_script_it_repeats(tmp_path: Path) -> None:
    guide = (CONTENT / "campaigns" / "README.md").read_text(encoding="utf-8")
    example = re.findall(r"```yaml\n(.*?)```", guide, re.S)[0]
    found, _ = checked(tmp_path, example, "fake_hotline_again")
    assert [problem.key for problem in found.problems] == ["booster_unknown"]


# Each slip: what is written in place of what, the finding, and what stands in its line.
SLIPS = [
    ("title: 自称", "title：自称", "colon", "title：自称"),
    ("    says:\n      - 您别急", "\tsays:\n      - 您别急", "tab", "\tsays:"),
    ("- 您别急，我", "- {short_name}别急，我", "brace", "- {short_name}别急"),
    ("- 您别急，我", "- 客服: 您好: 别急，我", "colon_inside", "- 客服: 您好"),
    ("- 您别急，我", '- "您别急，我', "quote", '- "您别急'),
    ("version: 1\n", "version: 1\nversion: 2\n", "twice", "version: 2"),
    ("lesson:\n  - 拿不准，自己拨官方热线{hotline}问一句。\n", "", "missing", "# 写给老人"),
    ("        explain: 一位都不念最省心。\n", "", "missing", "label: 念前三位"),
    ("audience: elderly", "audience: elderley", "one_of", "audience"),
    ("role: ", "rolle: ", "unknown", "rolle"),
    ("score: 20", "score: 二十", "number", "二十"),
    ("score: 20", "score: 120", "high", "120"),
    ("explain: 一位都不念最省心。", "explain: # 空", "empty", "# 空"),
    ("不能说, 数字不给, 我不读]", "不能说]", "few", "不能说]"),
    ("[不念,", "[念,", "short", "[念,"),
    ("  worry:\n", "  Worry Step:\n", "name", "Worry Step"),
    ("id: sample", "id: example", "id", "id: example"),
    ("first: ring", "first: rings", "first", "first: rings"),
    ("goto: worry", "goto: wory", "goto_unknown", "goto: wory"),
    ("goto: worry", "goto: share", "unreachable", "  worry:"),
    ("goto: last", "goto: code", "dead_end", "  safe:"),
    ("goto: safe", "goto: end", "turns_few", "  code:"),
    (
        "        score: 100\n        explain: 正是",
        "        score: 90\n        explain: 正是",
        "best",
        "  code:",
    ),
    (
        "        score: 0\n        explain: 一位",
        "        score: 100\n        explain: 一位",
        "no_wrong",
        "  code:",
    ),
    ("    measure: after\n", "", "measure_missing", "  last:"),
    ("    measure: before\n", "    measure: after\n", "measure_order", "measure: after"),
    ("- 您别急，我", f"- {'急' * 120}，我", "long", "急急急"),
    ("- 您别急，我", "- 您打 13800001234，我", "unregistered", "1380000"),
    ("- 您别急，我", "- 您打 {phone}，我", "placeholder", "{phone}"),
    ("explain: 一位", "explain: 您不该急。一位", "banned", "您不该"),
    ("这是一次演练，不是真的来电。", "您好，这里有件事。", "practice", "  A:"),
    ("自己拨官方热线{hotline}问一句。\n", "先问一句。\n", "hotline", "lesson:"),
    ("label: 念前三位试试", "label: 验证码不念 # 二", "label_twice", "# 二"),
    ("[念给你,", "[不念,", "overlap", "[不念, 念前三位"),
    ("不会转的, 我不转]", "不会转的, 转过去]", "overlap", "一百元, 转过去"),
    ("告诉你吧, 数字是", "选1, 数字是", "misheard", "选1"),
    ("告诉你吧, 数字是", "退出, 数字是", "unheard", "退出"),
    ("      agrees: 2\n", "      agrees: 3\n", "free", "agrees"),
    (
        "    says:\n      - 您别急",
        "    picture: {file: pictures/none.png, alt: 短信}\n    says:\n      - 您别急",
        "picture",
        "picture",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "key", "stands"), SLIPS)
def test_a_slip_is_told_with_its_line_and_its_mend(
    tmp_path: Path, right: str, wrong: str, key: str, stands: str
) -> None:
    assert right in SCRIPT
    text = SCRIPT.replace(right, wrong, 1)
    found, lines = checked(tmp_path, text)
    told = dict(zip([problem.key for problem in found.problems], lines, strict=True))
    assert key in told, told
    where = f"content/campaigns/sample.yml，第 {line_of(text, stands)} 行："
    assert told[key].startswith(where)
    assert len(told[key]) > len(where) + 4


def test_a_file_that_is_no_text_is_named_without_a_traceback(tmp_path: Path) -> None:
    folder = wording(tmp_path, sample=SCRIPT)
    (folder / "campaigns" / "sample.yml").write_bytes("id: 中文".encode("gbk"))
    check = ScriptCheck(folder)
    assert check.lines(check.all()[0]) == [
        "content/campaigns/sample.yml：文件读不出来（UTF-8）；请存成 UTF-8 编码的文本"
    ]


def test_a_misspelt_step_is_answered_with_the_name_that_was_meant(tmp_path: Path) -> None:
    _, lines = checked(tmp_path, SCRIPT.replace("goto: worry", "goto: wory"))
    line = line_of(SCRIPT, "goto: worry")
    assert lines == [
        f"content/campaigns/sample.yml，第 {line} 行：没有叫“wory”的步骤；是不是想写“worry”"
    ]


def test_a_loop_with_a_way_out_is_allowed_and_one_without_is_not(tmp_path: Path) -> None:
    found, _ = checked(tmp_path / "a", SCRIPT)
    assert found.problems == ()  # a wrong answer in `safe` leads back to `code`
    closed = SCRIPT.replace("goto: last", "goto: code")
    found, _ = checked(tmp_path / "b", closed)
    assert {p.values["step"] for p in found.problems if p.key == "dead_end"} == {
        *("ring", "worry", "share", "code", "safe")
    }


def test_more_than_nine_turns_are_found_on_the_longest_way(tmp_path: Path) -> None:
    more = "".join(
        f"""\
  more{n}:
    says: [再问一句。]
    choices:
      - {{label: 不甲{n}, words: [甲一{n}, 甲二{n}, 甲三{n}, 甲四{n}, 甲五{n}, 甲六{n}], score: 100, explain: 好, goto: {f"more{n + 1}" if n < 5 else "share"}}}
      - {{label: 行乙{n}, words: [乙一{n}, 乙二{n}, 乙三{n}, 乙四{n}, 乙五{n}, 乙六{n}], score: 0, explain: 好, goto: share}}
"""
        for n in range(1, 6)
    )
    text = SCRIPT.replace("  share:\n", more + "  share:\n", 1).replace(
        "goto: share\n", "goto: more1\n", 1
    )
    found, lines = checked(tmp_path, text)
    assert [p.key for p in found.problems] == ["turns_many"], lines
    assert "more1 → more2" in lines[0]


def test_a_booster_must_repeat_a_script_of_the_same_code_and_be_the_only_one(
    tmp_path: Path,
) -> None:
    other = BOOSTER.replace("id: sample_again", "id: sample_again2")
    wrong = BOOSTER.replace("code: fake_hotline", "code: loan_scam").replace(
        "id: sample_again", "id: zz"
    )
    check = ScriptCheck(
        wording(tmp_path, sample=SCRIPT, sample_again=BOOSTER, sample_again2=other, zz=wrong)
    )
    keys = {each.name: [p.key for p in each.problems] for each in check.all()}
    assert keys == {
        "sample": [],
        "sample_again": [],
        "sample_again2": ["booster_twice"],
        "zz": ["booster_code", "booster_twice"],
    }


def test_every_finding_has_a_text_that_can_be_filled(tmp_path: Path) -> None:
    check = ScriptCheck(wording(tmp_path))
    source = "".join(
        (Path("bot/campaigns") / name).read_text(encoding="utf-8")
        for name in ("schema.py", "check.py", "check_paths.py", "check_texts.py")
    )
    for key in set(re.findall(r'Problem\(\s*"(\w+)"', source)):
        assert check.words.what(Problem(key)), key
