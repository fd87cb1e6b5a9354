from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from statistics import median

import pytest

from bot.bench.workload import Workload, WorkloadError, load_workload
from bot.settings import ROOT

HELD_OUT = ROOT / "tests" / "nlu" / "heldout"


def test_the_messages_have_the_length_and_the_threats_that_are_asked_for(
    workload: Workload,
) -> None:
    assert workload.median_length == median(map(len, workload.texts)) == 48
    assert workload.threat_share >= 0.4


def test_every_text_stands_in_the_test_set_as_it_is_and_only_once(workload: Workload) -> None:
    rows = [
        json.loads(line)
        for name in ("threats", "ordinary", "urgent")
        for line in (HELD_OUT / f"{name}.jsonl").read_text().splitlines()
    ]
    labelled = {row["text"]: bool(row.get("labels")) for row in rows}
    assert set(workload.texts) <= labelled.keys()
    assert len(set(workload.texts)) == len(workload.texts)
    share = sum(labelled[text] for text in workload.texts) / len(workload.texts)
    assert share == pytest.approx(workload.threat_share, abs=0.01)


def test_the_same_messages_are_chosen_every_time_and_others_with_another_seed(
    workload: Workload,
) -> None:
    assert load_workload().texts == workload.texts
    assert load_workload(seed=1).texts != workload.texts


def test_every_conversation_has_a_sender_of_its_own_and_every_message_an_id(
    workload: Workload,
) -> None:
    talks = list(islice(workload.conversations("a"), 300))
    assert all(len({message.sender for message in talk}) == 1 for talk in talks)
    assert len({talk[0].sender for talk in talks}) == 300
    assert len({message.message_id for talk in talks for message in talk}) == 1200


def test_two_runs_say_the_same_under_other_names(workload: Workload) -> None:
    one, two = (list(islice(workload.conversations(run), 5)) for run in ("a", "b"))
    texts = [[[message.text for message in talk] for talk in talks] for talks in (one, two)]
    assert texts[0] == texts[1]
    assert not {talk[0].sender for talk in one} & {talk[0].sender for talk in two}


def test_all_texts_are_used_before_one_comes_again(workload: Workload) -> None:
    talks = islice(workload.conversations("a"), len(workload.texts) // 4)
    assert sorted(message.text for talk in talks for message in talk) == sorted(workload.texts)


def test_a_test_set_without_enough_rows_is_told_in_one_line(tmp_path: Path) -> None:
    for name in ("threats", "ordinary", "urgent"):
        line = json.dumps({"text": f"{name} 文字", "labels": []})
        (tmp_path / f"{name}.jsonl").write_text(line + "\n")
    with pytest.raises(WorkloadError, match=r"the test set holds 0 .* are needed"):
        load_workload(tmp_path)
