"""What `jingzhong content check` finds in broken copies of the shipped content."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from actions.content import ContentError
from bot.content_check import check_content
from tests.bot.conftest import Ended

TODAY = date(2026, 11, 23)
THREATS, ORDINARY, URGENT = (f"replies/{name}.yml" for name in ("threats", "ordinary", "urgent"))
ENGLISH, CHECKS = "replies/english.yml", "replies/checks.yml"


def change(folder: Path, name: str, pattern: str, new: str) -> None:
    """Replaces the one first match of a pattern in a file of the copy."""
    path = folder / name
    text, count = re.subn(pattern, new, path.read_text(), count=1, flags=re.DOTALL)
    assert count == 1, f"{name} has nothing like {pattern}"
    path.write_text(text)


def in_reply(name: str, pattern: str) -> str:
    """The first match of a pattern behind the name of a reply."""
    return rf"(\n  {name}:\n  - text: \|-\n(?:(?!\n  utter_).)*?){pattern}"


def test_the_shipped_content_is_in_order(jingzhong: Callable[..., Ended]) -> None:
    ended = jingzhong("content", "check")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "jingzhong: content is in order\n"


@pytest.mark.parametrize(
    ("name", "pattern", "new", "lines"),
    [
        pytest.param(
            ORDINARY,
            "  utter_thanks:",
            "  utter_thnaks:",
            [
                "utter_thanks: the reply is missing; write it in content/replies",
                "utter_thnaks: no part of the assistant uses this reply; remove it or correct its name",
            ],
            id="missing reply",
        ),
        pytest.param(
            ORDINARY,
            in_reply("utter_thanks", "      "),
            r"\1      打13000001234。",
            ["utter_thanks: '13000001234' is no registered number, address or account"],
            id="unknown number",
        ),
        pytest.param(
            ORDINARY,
            in_reply("utter_thanks", "      "),
            r"\1      看maisui.example.net。",
            ["utter_thanks: 'maisui.example.net' is no registered number, address or account"],
            id="unknown address",
        ),
        pytest.param(
            ORDINARY,
            "title: 想找人工",
            "title: 加微信kefu000",
            ["utter_clarify, buttons: 'kefu000' is no registered number, address or account"],
            id="unknown contact on a button",
        ),
        pytest.param(
            "page.yml",
            "note_title: ",
            "note_title: 打13000001234",
            ["page.yml, note_title: '13000001234' is no registered number, address or account"],
            id="unknown number on the page",
        ),
        pytest.param(
            ORDINARY,
            in_reply("utter_thanks", "      "),
            r"\1      {hotlnie}",
            ["utter_thanks: nobody fills the placeholder {hotlnie}"],
            id="unknown placeholder",
        ),
        pytest.param(
            ORDINARY,
            in_reply("utter_thanks", "      "),
            r"\1      {quote}",
            ["utter_thanks: nobody fills the placeholder {quote}"],
            id="placeholder of another reply",
        ),
        pytest.param(
            ORDINARY,
            in_reply("utter_thanks", "      "),
            r"\1      早就提醒过您。",
            ["utter_thanks: contains '早就提醒', which blames or promises too much"],
            id="banned word",
        ),
        pytest.param(
            "page.yml",
            "note_title: ",
            "note_title: 绝对安全",
            ["page.yml, note_title: contains '绝对安全', which blames or promises too much"],
            id="banned word on the page",
        ),
        pytest.param(
            ORDINARY,
            in_reply("utter_guard_replacement", "{hotline}"),
            r"\1",
            ["utter_guard_replacement: names no official hotline; put {hotline} into the text"],
            id="hotline missing",
        ),
        pytest.param(
            THREATS,
            in_reply("utter_way_mule_account", "{hotline}"),
            r"\1我们",
            ["utter_way_mule_account: names no official hotline; put {hotline} into the text"],
            id="hotline missing in a warning",
        ),
        pytest.param(
            THREATS,
            in_reply("utter_step_loan_scam_considering", "先停15分钟"),
            r"\1先停一下",
            ["utter_step_loan_scam_considering: lacks 先停15分钟"],
            id="pause missing",
        ),
        pytest.param(
            THREATS,
            in_reply("utter_step_loan_scam_paid", "追回"),
            r"\1拿回",
            ["utter_step_loan_scam_paid: lacks 追回"],
            id="recovery warning missing",
        ),
        pytest.param(
            URGENT,
            in_reply("utter_crisis_minor", "12356"),
            r"\1热线",
            ["utter_crisis_minor: lacks 12356"],
            id="crisis line missing",
        ),
        pytest.param(
            ORDINARY,
            "    - title: 想找人工\n      payload: 想找人工\n",
            "    - title: 想找人工\n",
            ["utter_clarify: every button needs a title and a payload"],
            id="button without payload",
        ),
        pytest.param(
            "institution.yml",
            "    source: 示例数据，非真实号码\n",
            "",
            ["hotline 400-012-345: lacks source"],
            id="hotline without source",
        ),
        pytest.param(
            "authorities.yml",
            '(number: "12378".*?)    verified_on: [0-9-]+\n',
            r"\1",
            ["authority 12378: lacks verified_on"],
            id="authority without date",
        ),
        pytest.param(
            "facts.yml",
            "    source: 征信业管理条例\n",
            "",
            ["fact overdue_record_years: lacks source"],
            id="fact without source",
        ),
        pytest.param(
            "facts.yml",
            "valid_until: 2027-12-31",
            "valid_until: 2026-11-22",
            [
                "fact one_off_credit_repair: valid only until 2026-11-22; check it again or remove it"
            ],
            id="expired fact",
        ),
        pytest.param(
            "authorities.yml",
            "    verified_on: 2026-11-01\n",
            "    verified_on: 2026-11-01\n    valid_until: 明年\n",
            ["authority 110: valid_until is no date; write it as 2027-12-31"],
            id="date that is none",
        ),
    ],
)
def test_each_fault_gives_its_line_and_nothing_else(
    content_copy: Path, name: str, pattern: str, new: str, lines: list[str]
) -> None:
    change(content_copy, name, pattern, new)
    assert check_content(content_copy, TODAY) == lines


def test_a_fact_may_be_told_on_its_last_day_and_not_after(content_copy: Path) -> None:
    assert check_content(content_copy, date(2027, 12, 31)) == []
    (line,) = check_content(content_copy, date(2028, 1, 1))
    assert line.startswith("fact one_off_credit_repair: valid only until 2027-12-31")


@pytest.mark.parametrize(
    ("name", "reply", "longest"),
    [(ORDINARY, "utter_thanks", 240), (ENGLISH, "utter_en_thanks", 340)],
)
def test_a_reply_that_fills_more_than_a_screen_is_named_with_its_length(
    content_copy: Path, name: str, reply: str, longest: int
) -> None:
    fitting = "好" * longest
    change(content_copy, name, in_reply(reply, r"[^\n]*(?=\n)"), rf"\g<1>      {fitting}")
    assert check_content(content_copy, TODAY) == []
    change(content_copy, name, fitting, f"{fitting}好")
    assert check_content(content_copy, TODAY) == [
        f"{reply}: {longest + 1} characters, at most {longest} fit a phone screen"
    ]


def test_a_warning_whose_parts_fit_may_still_be_too_long_as_a_whole(content_copy: Path) -> None:
    step = "utter_step_mule_account_asking"
    change(content_copy, THREATS, in_reply(step, r"[^\n]*(?=\n)"), rf"\g<1>      {'好' * 200}")
    (line,) = check_content(content_copy, TODAY)
    assert re.fullmatch(rf"{step}: the whole warning has \d+ characters, at most 240", line)


@pytest.mark.parametrize("blank", ["", "\n      "])
def test_two_steps_with_the_same_words_are_named(content_copy: Path, blank: str) -> None:
    # Spaces and line breaks make no difference to a reader.
    first, second = "utter_step_loan_scam_asking", "utter_step_mule_account_engaged"
    found = re.search(
        in_reply(first, r"      ([^\n]*)\n"), (content_copy / THREATS).read_text(), re.DOTALL
    )
    assert found is not None
    words = found[2]
    copied = f"{words[:5]}{blank}{words[5:]}"
    change(content_copy, THREATS, in_reply(second, r"[^\n]*(?=\n)"), rf"\g<1>      {copied}")
    assert check_content(content_copy, TODAY) == [
        f"{second}: the same text as {first}; say what differs at this stage"
    ]


def test_several_faults_are_all_told_on_lines_of_their_own(
    content_copy: Path, jingzhong: Callable[..., Ended]
) -> None:
    change(content_copy, ORDINARY, in_reply("utter_thanks", "      "), r"\1      活该。")
    change(content_copy, CHECKS, in_reply("utter_person", "      "), r"\1      {nobody}")
    ended = jingzhong("content", "check", JINGZHONG_CONTENT=str(content_copy))
    assert ended.code == 2
    assert ended.out == ""
    assert sorted(ended.err.splitlines()) == [
        "utter_person: nobody fills the placeholder {nobody}",
        "utter_thanks: contains '活该', which blames or promises too much",
    ]


@pytest.mark.parametrize(
    ("name", "pattern", "new", "cause"),
    [
        ("style.yml", "bubble: 240", "bubble: long", "bubble should be a number"),
        ("style.yml", "banned:", "forbidden:", "banned should be a list"),
        ("page.yml", "  send: 发送\n", "", "'send' is missing"),
        ("facts.yml", "valid_until: 2027-12-31", "valid_until: 明年", "wrong form"),
        ("institution.yml", "  published_on: ", "  published: ", "'published_on' is missing"),
    ],
)
def test_a_file_that_cannot_be_read_as_what_it_is_raises_one_line(
    content_copy: Path, name: str, pattern: str, new: str, cause: str
) -> None:
    change(content_copy, name, pattern, new)
    with pytest.raises(ContentError) as raised:
        check_content(content_copy, TODAY)
    assert cause in str(raised.value)
    assert "\n" not in str(raised.value)
