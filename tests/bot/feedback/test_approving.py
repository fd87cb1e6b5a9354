"""What a person approved goes among the examples; the rest waits in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rasa.shared.importers.utils import training_data_from_paths

from actions.content import CONTENT, load_content
from actions.outgoing import Registry
from bot.feedback.approving import Approval, approve, reviewed_unit
from bot.feedback.candidate import Candidate, KnownTexts
from bot.feedback.candidate_file import write_candidates
from bot.feedback.candidates import candidates
from bot.feedback.errors import CandidateFileError
from bot.feedback.rules import load_rules
from nlu.training_examples import examples_of
from tests.bot.feedback.conftest import ANNA, RIGHT, Room

WORDS = load_rules(CONTENT).words
REGISTRY = Registry.from_content(load_content(CONTENT))
THREAT = Candidate("交了保证金才给放款", "loan_scam", "paid", verdict="confirmed")
TALK = Candidate("想问一下能不能晚几天还", WORDS.choose, verdict="false_alarm")
SEEN = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好呀我来问件事\n'

Approve = Callable[..., Approval]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "candidates.yml"
    path.write_text(write_candidates([THREAT, TALK], WORDS))
    return path


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    folder = tmp_path / "examples"
    (folder / "ordinary").mkdir(parents=True)
    (folder / "ordinary" / "talk.yml").write_text(SEEN)
    return folder


@pytest.fixture
def approved(file: Path, examples: Path) -> Approve:
    """``approved((old, new), ...)``: edits the file as a person does, then approves it."""

    def run(*edits: tuple[str, str], held_out: tuple[str, ...] = ()) -> Approval:
        text = file.read_text()
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        file.write_text(text)
        return approve(file, WORDS, REGISTRY, held_out, examples)

    return run


def test_approved_rows_are_read_by_the_trainer_and_the_others_wait(
    approved: Approve, examples: Path, file: Path
) -> None:
    approval = approved(("# 待审", "# 通过"))
    assert [item.text for item in approval.approved] == [THREAT.text]
    (path,) = approval.files
    assert path == examples / "threats" / "feedback.yml"
    (example,) = examples_of(training_data_from_paths([str(path)], "zh").intent_examples)
    assert (example.text, example.codes, example.stage) == (THREAT.text, ("loan_scam",), "paid")
    assert THREAT.text not in file.read_text()
    assert TALK.text in file.read_text()
    assert approval.waiting == 1


def test_a_false_alarm_needs_an_ordinary_intent(approved: Approve, examples: Path) -> None:
    with pytest.raises(CandidateFileError, match="line 12: '待选' is no intent"):
        approved(("# 待审", "# 通过"), ("# 待审", "# 通过"))
    assert not (examples / "threats").exists()
    approval = approved((f"intent: {WORDS.choose}", "intent: hardship"))
    assert {path.parent.name for path in approval.files} == {"threats", "ordinary"}


def test_declined_rows_leave_the_file_and_are_not_added(approved: Approve, file: Path) -> None:
    approval = approved(("# 待审", "# 不用"))
    assert approval.files == ()
    assert [item.text for item in approval.declined] == [THREAT.text]
    assert THREAT.text not in file.read_text()


def test_a_later_file_is_added_behind_the_first(
    approved: Approve, examples: Path, file: Path
) -> None:
    approved(("# 待审", "# 通过"))
    other = Candidate("对方让我先交解冻费再放款", "loan_scam", "approached")
    file.write_text(write_candidates([other], WORDS))
    (path,) = approved(("# 待审", "# 通过")).files
    found = examples_of(training_data_from_paths([str(path)], "zh").intent_examples)
    assert [example.text for example in found] == [THREAT.text, other.text]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (("stage: paid", "stage: soon"), "stage 'soon' is none"),
        (("  metadata: {stage: paid}\n", ""), "stage None is none"),
        (("才给放款", "打13812345678放款"), "holds a contact"),
        (("intent: loan_scam", "intent: greet"), "only threats have a stage"),
        (("stage: paid", "stage: paid, urgent: soon"), "urgent 'soon' is none"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_nothing_is_moved(
    approved: Approve, examples: Path, file: Path, edit: tuple[str, str], told: str
) -> None:
    with pytest.raises(CandidateFileError, match=f"line 7: .*{told}"):
        approved(("# 待审", "# 通过"), edit)
    assert not (examples / "threats").exists()
    assert TALK.text in file.read_text()


def test_texts_of_the_test_set_or_near_an_example_are_skipped(approved: Approve) -> None:
    approval = approved(
        ("# 待审", "# 通过"),
        ("# 待审", "# 通过"),
        (f"intent: {WORDS.choose}", "intent: greet"),
        (TALK.text, "你好呀，我来问件事"),
        held_out=(THREAT.text,),
    )
    assert approval.approved == ()
    assert [line.split(": ")[1] for line in approval.skipped] == [
        "stands in the test set, which is never trained on",
        "an example is equal or nearly so",
    ]


def test_stopped_in_between_it_can_be_run_again(
    approved: Approve, examples: Path, file: Path
) -> None:
    before = file.read_text()
    approved(("# 待审", "# 通过"))
    file.write_text(before)  # as if it had been stopped before the file was written
    assert approved(("# 待审", "# 通过")).approved == ()
    text = (examples / "threats" / "feedback.yml").read_text()
    assert text.count(THREAT.text) == 1


async def test_what_was_declined_is_not_exported_again(room: Room) -> None:
    await room.feedback.judge(await room.signal(evidence=(THREAT.text,)), RIGHT, ANNA)
    export = candidates(room.reader, KnownTexts(()), WORDS, REGISTRY)
    approval = Approval((), export.candidates, 0, (), ())
    await room.ledger.writer.commit(
        lambda connection: reviewed_unit(connection, approval, ANNA, room.now)
    )
    assert candidates(room.reader, KnownTexts(()), WORDS, REGISTRY).candidates == ()
    (entry,) = room.audited("examples.approve")
    assert dict(entry.detail) == {"approved": 0, "declined": 1}
