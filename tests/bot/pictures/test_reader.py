"""The reader and its processes: what is refused, what is killed, and what a process can get at."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.pictures import pool as pools
from bot.pictures import process as processes
from bot.pictures.limits import LONGEST_PICTURE, MOST_WAITING
from bot.pictures.picture import PictureRefusal, PictureText, Refused
from bot.pictures.pool import PicturePool
from bot.pictures.reader import PictureReader
from tests.bot.pictures import drawing
from tests.bot.pictures.conftest import PATIENCE, Reading
from tests.bot.pictures.test_decoding import png

NOTE = drawing.encoded(drawing.note("先付2000元"))


def reason(outcome: object) -> Refused:
    assert isinstance(outcome, PictureRefusal), outcome
    assert "\n" not in outcome.detail
    return outcome.reason


def pid_of(reading: Reading) -> int:
    pool = reading.reader._pool
    assert pool is not None
    (process,) = pool.idle
    return process.pid


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x7fELF" + bytes(60), Refused.WRONG_TYPE),
        (b"\xff\xd8\xff" + bytes(LONGEST_PICTURE), Refused.TOO_LARGE),
        (png(60_000, 60_000, b""), Refused.TOO_MANY_PIXELS),
        (NOTE[:300], Refused.BROKEN),
        (drawing.encoded(drawing.note()), Refused.NO_TEXT),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason_and_the_next_is_read(
    reading: Reading, data: bytes, why: Refused
) -> None:
    assert reason(reading.read(data)) is why
    assert reading.told[-1][0] == why.value
    assert isinstance(reading.read(NOTE), PictureText)


@pytest.mark.parametrize("size", [(16, 9_000), (60_000, 16), (700, 3_500), (30_000, 700)])
def test_no_shape_of_a_picture_takes_the_process_with_it(
    reading: Reading, size: tuple[int, int]
) -> None:
    reading.read(NOTE)
    before = pid_of(reading)
    strange = drawing.Image.new("RGB", size, "white")
    strange.paste(drawing.note("先付2000元").resize((min(size), min(size) // 2)), (0, 0))
    outcome = reading.read(drawing.encoded(strange))
    assert isinstance(outcome, PictureText) or reason(outcome) is Refused.NO_TEXT
    assert pid_of(reading) == before


def test_the_process_knows_no_secret_and_may_write_no_file(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading.read(NOTE)
    process = Path(f"/proc/{pid_of(reading)}")
    names = {
        entry.split(b"=")[0] for entry in process.joinpath("environ").read_bytes().split(b"\0")
    }
    assert names - {b""} == {b"PATH", b"LANG", b"OMP_NUM_THREADS"}
    limits = process.joinpath("limits").read_text()
    assert limits.split("Max file size")[1].split()[0] == "0"
    assert limits.split("Max address space")[1].split()[0] == str(2 * 1024**3)


def test_a_process_that_dies_is_replaced_for_the_next_picture(reading: Reading) -> None:
    reading.read(NOTE)
    dead = pid_of(reading)
    os.kill(dead, signal.SIGKILL)
    picture = drawing.encoded(drawing.note("再办停息挂账"))
    # Whether its end was noticed before the picture was handed over or after, nothing hangs.
    first = reading.read(picture)
    assert isinstance(first, PictureText) or reason(first) is Refused.BROKEN
    assert isinstance(reading.read(drawing.encoded(drawing.note("征信修复"))), PictureText)
    assert pid_of(reading) != dead


async def test_a_picture_that_takes_too_long_is_given_up_and_its_process_ends() -> None:
    pool = PicturePool(1, seconds=PATIENCE)
    await pool.read(NOTE)
    (process,) = pool.idle
    hasty = PicturePool(1, seconds=0.05)
    hasty._idle.append(process)
    with pytest.raises(asyncio.TimeoutError):
        await hasty.read(drawing.encoded(drawing.chat([("left", "先付2000元")])))
    assert not hasty.idle
    assert not lives(process.pid)


async def test_a_process_makes_room_for_a_fresh_one_and_none_is_left_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "PICTURES_OF_A_PROCESS", 2)
    pool = PicturePool(1, seconds=PATIENCE)
    await pool.read(NOTE)
    (first,) = pool.idle
    await pool.read(NOTE)
    assert not pool.idle
    assert not lives(first.pid)
    await pool.read(NOTE)
    (second,) = pool.idle
    await pool.stop()
    assert not lives(second.pid)


async def test_the_same_picture_sent_again_is_read_once() -> None:
    told: list[str] = []
    reader = PictureReader(1, lambda what, _: told.append(what), seconds=PATIENCE)
    try:
        first, second = await asyncio.gather(reader.read(NOTE), reader.read(NOTE))
        third = await reader.read(NOTE)
    finally:
        await reader.stop()
    assert first is second is third
    assert told == ["read"]


async def test_a_crowd_is_refused_at_once_and_not_kept_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = asyncio.Event()

    class Slow:
        used_up = False

        async def read(self, data: bytes) -> dict[str, object]:
            await free.wait()
            return {"lines": [["先付", None]], "codes": [], "complete": True, "edited": False}

        async def kill(self) -> None:
            pass

    async def start() -> Slow:
        return Slow()

    monkeypatch.setattr(pools.PictureProcess, "start", start)
    reader = PictureReader(1)
    crowd = [
        asyncio.ensure_future(reader.read(b"\xff\xd8\xff" + bytes([number])))
        for number in range(MOST_WAITING + 3)
    ]
    done, _ = await asyncio.wait(crowd, return_when=asyncio.FIRST_COMPLETED)
    free.set()
    outcomes = await asyncio.gather(*crowd)
    refused = [outcome for outcome in outcomes if isinstance(outcome, PictureRefusal)]
    assert [outcome.reason for outcome in refused] == [Refused.BUSY, Refused.BUSY]
    assert {task.result() for task in done} <= set(refused)
    await reader.stop()


async def test_without_processes_no_picture_is_read_and_none_is_started() -> None:
    reader = PictureReader(0)
    assert reason(await reader.read(NOTE)) is Refused.OFF


async def test_a_machine_on_which_it_does_not_start_is_told_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(processes, "_WORKER", ("/bin/false",))
    reader = PictureReader(1)
    assert reason(await reader.read(NOTE)) is Refused.OFF
    await reader.stop()
    assert "JINGZHONG_PICTURE_PROCESSES=0" in caplog.text
