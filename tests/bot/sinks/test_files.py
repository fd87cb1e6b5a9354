"""Files: every event once, whole lines only, whatever happens to the process or the disk."""

# ruff: noqa: ASYNC240 - a test may wait for its own disk
from __future__ import annotations

import csv
import json
import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.ledger.database import database_path
from bot.ledger.encoding import to_json
from bot.ledger.reading import StoredEvent
from bot.sinks.base import SinkError
from bot.sinks.files import FilesSink, JsonLines
from bot.sinks.forwarder import Forwarder
from bot.sinks.spreadsheet import COLUMNS, CsvLines
from tests.bot.sinks.conftest import Outbox, until

Run = Callable[..., Forwarder]
NOON = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def sink(folder: Path, clock: Clock) -> FilesSink:
    return FilesSink("archive", folder, JsonLines(), clock=clock)


def lines_in(folder: Path) -> list[str]:
    """The lines of all files in the order of their names, each with its end."""
    return [line for file in sorted(folder.iterdir()) for line in file.read_text().splitlines(True)]


async def test_files_hold_every_event_as_it_stands_in_the_ledger(
    outbox: Outbox, sink: FilesSink, folder: Path, run: Run
) -> None:
    await outbox.add_many(50)
    run(sink, batch=7)
    await until(lambda: folder.exists() and len(lines_in(folder)) == 50)
    assert lines_in(folder) == [event.line + "\n" for event in outbox.view.iterate()]
    assert [file.name for file in folder.iterdir()] == ["archive-20261129-0001.jsonl"]


async def test_files_and_folder_are_for_their_owner_alone(
    outbox: Outbox, sink: FilesSink, folder: Path
) -> None:
    await outbox.add("m1")
    await sink.deliver(outbox.view.events())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


async def test_a_full_file_is_followed_by_another(
    outbox: Outbox, folder: Path, clock: Clock
) -> None:
    await outbox.add_many(20)
    events = outbox.view.events()
    most = 5 * len(events[0].line.encode())
    sink = FilesSink("archive", folder, JsonLines(), most_bytes=most, clock=clock)
    await sink.deliver(events[:3])
    await sink.deliver(events[3:])
    assert [file.name for file in sorted(folder.iterdir())][:2] == [
        "archive-20261129-0001.jsonl",
        "archive-20261129-0002.jsonl",
    ]
    assert len(list(folder.iterdir())) in {4, 5}
    assert all(file.stat().st_size <= most * 1.3 for file in folder.iterdir())
    assert lines_in(folder) == [event.line + "\n" for event in events]


async def test_each_day_has_a_file_of_its_own_and_a_clock_set_back_goes_on_with_the_newest(
    outbox: Outbox, sink: FilesSink, folder: Path, clock: Clock
) -> None:
    await outbox.add("m1", "m2", "m3")
    for event, days in zip(outbox.view.events(), (0, 1, 0)):
        clock.now = NOON + timedelta(days=days)
        await sink.deliver([event])
    names = [file.name for file in sorted(folder.iterdir())]
    assert names == ["archive-20261129-0001.jsonl", "archive-20261130-0001.jsonl"]
    assert lines_in(folder) == [event.line + "\n" for event in outbox.view.iterate()]


async def test_numbers_of_files_go_on_after_a_restart_past_ten_thousand(
    outbox: Outbox, folder: Path, clock: Clock
) -> None:
    folder.mkdir()
    for number in ("9999", "10000"):
        (folder / f"archive-20261129-{number}.jsonl").write_text("{}\n" * 100)
    await outbox.add("m1")
    sink = FilesSink("archive", folder, JsonLines(), most_bytes=10, clock=clock)
    await sink.deliver(outbox.view.events())
    assert (folder / "archive-20261129-10001.jsonl").exists()


@pytest.mark.parametrize("cut", [1, 10, 10_000])
async def test_a_half_line_is_cut_off_and_written_anew_when_it_comes_again(
    outbox: Outbox, sink: FilesSink, folder: Path, clock: Clock, cut: int
) -> None:
    await outbox.add("m1", "m2", "m3")
    events = outbox.view.events()
    await sink.deliver(events)
    await sink.close()
    (file,) = folder.iterdir()
    os.truncate(file, max(0, file.stat().st_size - cut))
    reopened = FilesSink("archive", folder, JsonLines(), clock=clock)
    await reopened.deliver(events)
    assert lines_in(folder) == [event.line + "\n" for event in events]


async def test_what_comes_again_after_a_crash_is_not_written_twice(
    outbox: Outbox, sink: FilesSink, folder: Path, run: Run
) -> None:
    await outbox.add_many(60)
    first = run(sink, batch=20)
    await until(lambda: folder.exists() and len(lines_in(folder)) == 60)
    await first.stop()
    with closing(sqlite3.connect(database_path(outbox.home))) as database:
        database.execute("UPDATE sinks SET seq = 25")
        database.commit()
    await outbox.add("more")
    run(sink, batch=20)
    await until(lambda: len(lines_in(folder)) == 61)
    assert lines_in(folder) == [event.line + "\n" for event in outbox.view.iterate()]


async def test_what_is_repeated_on_purpose_is_written_again(
    outbox: Outbox, sink: FilesSink, folder: Path
) -> None:
    await outbox.add("m1", "m2")
    events = outbox.view.events()
    await sink.deliver(events)
    await sink.deliver(events, again=True)
    assert lines_in(folder) == [event.line + "\n" for event in [*events, *events]]


async def test_a_file_that_is_taken_away_is_not_missed(
    outbox: Outbox, sink: FilesSink, folder: Path, clock: Clock
) -> None:
    await outbox.add("m1", "m2")
    first, second = outbox.view.events()
    await sink.deliver([first])
    await sink.close()
    for file in folder.iterdir():
        file.unlink()
    await sink.deliver([second])
    assert lines_in(folder) == [second.line + "\n"]


async def test_a_folder_that_cannot_be_made_is_told_in_one_line_and_used_once_it_can(
    outbox: Outbox, tmp_path: Path, clock: Clock
) -> None:
    (tmp_path / "archive").write_text("in the way")
    sink = FilesSink("archive", tmp_path / "archive", JsonLines(), clock=clock)
    await outbox.add("m1")
    with pytest.raises(SinkError, match=r"archive: .*; free space or make it writable"):
        await sink.deliver(outbox.view.events())
    (tmp_path / "archive").unlink()
    await sink.deliver(outbox.view.events())
    assert len(lines_in(tmp_path / "archive")) == 1


async def test_two_sinks_share_a_folder(outbox: Outbox, folder: Path, clock: Clock) -> None:
    await outbox.add("m1")
    for name in ("archive", "archive-2"):
        for _ in range(2):
            sink = FilesSink(name, folder, JsonLines(), clock=clock)
            await sink.deliver(outbox.view.events())
            await sink.close()
    assert len(lines_in(folder)) == 2


def spread(*events: StoredEvent) -> list[list[str]]:
    return list(csv.reader(CsvLines().line(event) for event in events))


async def test_a_spreadsheet_has_a_heading_and_a_line_for_each_signal(
    outbox: Outbox, folder: Path, clock: Clock
) -> None:
    await outbox.tell("wxid_a", "m1", "m2")
    events = outbox.view.events()
    for _ in range(2):  # the second is a start after a crash
        sink = FilesSink("sheet", folder, CsvLines(), clock=clock)
        await sink.deliver(events)
        await sink.close()
    (file,) = folder.iterdir()
    assert file.read_bytes().startswith(b"\xef\xbb\xbfid,source,")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["id"] for row in rows] == [event.id for event in events]
    assert rows[0]["contacts"] == "wechat:wxid_a"
    assert rows[0]["code"] == "loan_scam"


def test_what_a_user_wrote_is_no_formula_and_breaks_no_line() -> None:
    data = {
        "code": "loan_scam",
        "contacts": [{"kind": "phone", "value": "+8613800001234"}],
        "agency": "=HYPERLINK(1)",
        "amounts": ["3000", "2"],
        "evidence": ['他说"交钱"\n就放款', "a,b\r\tc"],
    }
    line = to_json({"time": "t", "data": data})
    (row,) = spread(StoredEvent(1, "/a", "id1", "loan_scam", line))
    cells = dict(zip(COLUMNS, row))
    assert cells["agency"] == "'=HYPERLINK(1)"
    assert cells["evidence"] == '他说"交钱" 就放款; a,b c'
    assert cells["contacts"] == "phone:+8613800001234"
    assert cells["amounts"] == "3000; 2"
    assert "\n" not in CsvLines().line(StoredEvent(1, "/a", "id1", "loan_scam", line))
    assert CsvLines().key(CsvLines().line(StoredEvent(1, "/a", "x", "c", line))) == ("/a", "x")


def test_lines_that_hold_no_event_have_no_key() -> None:
    for line in ("", "{", "[]", "{}", json.dumps({"id": 1})):
        assert JsonLines().key(line) is None
    for line in ("", ",".join(COLUMNS), "a,b"):
        assert CsvLines().key(line) is None
