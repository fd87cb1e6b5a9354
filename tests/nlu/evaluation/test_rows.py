from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nlu.evaluation.rows import Expected, Row, RowError, read_rows

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(*rows: object, name: str = "rows.jsonl") -> Path:
        path = tmp_path / name
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return make


def only(path: Path) -> Row:
    rows = read_rows([path])
    assert len(rows) == 1
    return rows[0]


def test_a_threat_keeps_its_labels_in_their_order(write: Write) -> None:
    row = only(
        write(
            {
                "text": "a",
                "labels": ["loan_scam", "credit_repair"],
                "stage": "paid",
                "style": "typo",
            }
        )
    )
    assert (row.labels, row.stage, row.style) == (("loan_scam", "credit_repair"), "paid", "typo")
    assert row.is_threat
    assert not row.is_ordinary


@pytest.mark.parametrize("field", ["topic", "kind", "intent"])
def test_a_row_without_labels_that_names_its_topic_is_ordinary(write: Write, field: str) -> None:
    row = only(write({"text": "a", field: "repayment"}))
    assert row.is_ordinary
    assert row.topic == "repayment"


def test_a_row_with_its_text_alone_is_unlabelled_and_neither_threat_nor_ordinary(
    write: Write,
) -> None:
    row = only(write({"text": "a"}))
    assert row.is_unlabelled
    assert not row.is_threat
    assert not row.is_ordinary


def test_in_a_file_of_urgent_rows_the_others_are_look_alikes(write: Write) -> None:
    urgent = write(
        {"text": "a", "state": "crisis"}, {"text": "b", "topic": "account"}, name="urgent_2.jsonl"
    )
    other = write(
        {"text": "c", "topic": "account"}, {"text": "d", "urgent": "crisis"}, name="o.jsonl"
    )
    assert [row.urgent for row in read_rows([urgent, other])] == [
        "crisis",
        "none",
        None,
        "crisis",
    ]


def test_a_crisis_without_a_threat_is_not_ordinary_talk(write: Write) -> None:
    row = only(write({"text": "a", "labels": [], "urgent": "crisis", "intent": "crisis"}))
    assert row.is_urgent
    assert not row.is_ordinary
    assert not row.is_threat


def test_blank_lines_and_a_byte_order_mark_do_no_harm_and_lines_keep_their_number(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"text": "a"}\r\n\r\n{"text": "b"}\r\n')
    assert [(row.text, row.line) for row in read_rows([path])] == [("a", 1), ("b", 3)]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("not json", "no JSON"),
        ("[1]", "no JSON object"),
        ({"labels": []}, "text: missing"),
        ({"text": "  "}, "text: missing"),
        ({"text": 5}, "text: missing"),
        ({"text": "a", "label": ["loan_scam"]}, "label: unknown field"),
        ({"text": "a", "labels": ["loanscam"]}, "'loanscam' is no threat code; use debt_"),
        ({"text": "a", "labels": "loan_scam"}, "labels: should be a list"),
        ({"text": "a", "labels": ["loan_scam", "loan_scam"]}, "twice"),
        ({"text": "a", "labels": ["loan_scam"], "stage": "begun"}, "stage: 'begun'"),
        ({"text": "a", "labels": [], "stage": "paid"}, "stage: only threats"),
        ({"text": "a", "state": "bad"}, "state: 'bad'"),
        ({"text": "a", "urgent": "now"}, "urgent: 'now'"),
        ({"text": "a", "topic": 3}, "topic: should be a text"),
        ({"text": "a", "numbers": [12378]}, "numbers: should be a list of texts"),
    ],
)
def test_a_wrong_row_is_told_in_one_line_with_file_and_line(
    write: Write, wrong: object, told: str
) -> None:
    path = write({"text": "fine"}, wrong)
    with pytest.raises(RowError) as error:
        read_rows([path])
    message = str(error.value)
    assert message.startswith(f"{path}:2: ")
    assert told in message
    assert "\n" not in message


def test_files_that_cannot_be_read_are_told_by_name(tmp_path: Path) -> None:
    empty, latin = tmp_path / "empty.jsonl", tmp_path / "latin.jsonl"
    empty.write_text("\n")
    latin.write_bytes(b'{"text": "\xe9"}')
    for path, told in (
        (empty, "holds no rows"),
        (latin, "UTF-8"),
        (tmp_path / "none.jsonl", "cannot be read"),
    ):
        with pytest.raises(RowError, match=told) as error:
            read_rows([path])
        assert str(path) in str(error.value)


def test_a_follow_up_has_the_message_before_it_and_no_labels(write: Write) -> None:
    on = {"refers_back": True, "act": "already_paid", "stage": "paid"}
    off = {"refers_back": False, "act": "", "stage": "same", "intent": "repayment"}
    path = write(
        {"text": "交了", "before": "他要押金", "expect": on},
        {"text": "几号扣款", "before": "他要押金", "expect": off},
    )
    rows = read_rows([path])
    assert [(row.before, row.expected) for row in rows] == [
        ("他要押金", Expected(True, "already_paid", "paid")),
        ("他要押金", Expected(False, "repayment", "same")),
    ]
    assert not any(row.is_unlabelled or row.is_ordinary or row.is_threat for row in rows)


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        (None, "expect: should be an object"),
        ({"refers": True}, "expect: should be an object"),
        ({"act": "affirm"}, "expect.refers_back: should be true or false"),
        ({"refers_back": True, "act": "paid"}, "expect.act: 'paid' is none"),
        ({"refers_back": False}, "expect.intent: missing"),
        ({"refers_back": True, "act": "affirm", "stage": "later"}, "expect.stage: 'later'"),
    ],
)
def test_a_wrong_expectation_is_told_by_its_field(write: Write, expect: object, told: str) -> None:
    path = write({"text": "a", "before": "b", "expect": expect})
    with pytest.raises(RowError, match=re.escape(told)):
        read_rows([path])


def test_an_expectation_needs_the_message_before_it(write: Write) -> None:
    with pytest.raises(RowError, match="before: missing"):
        read_rows([write({"text": "a", "expect": {"refers_back": True, "act": "affirm"}})])
