"""What the assistant speaks with changes as a whole, and never within a message."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from actions.content import ContentError
from bot.voice import Voice, Voices, load_voice


@pytest.fixture(scope="module")
def voice() -> Voice:
    from actions.content import CONTENT

    return load_voice(CONTENT)


def changed(voice: Voice) -> Voice:
    return replace(voice, content=replace(voice.content, version="another"))


async def test_a_message_under_way_keeps_its_voice_and_the_next_has_the_new_one(
    voice: Voice,
) -> None:
    voices, new, going = Voices(voice), changed(voice), asyncio.Event()

    async def message() -> list[str]:
        with voices.steady():
            before = voices.now.content.version
            going.set()
            await asyncio.sleep(0.02)
            inner = await asyncio.to_thread(lambda: voices.now.content.version)
            return [before, voices.now.content.version, inner]

    under_way = asyncio.ensure_future(message())
    await going.wait()
    voices.use(new)
    assert voices.now is new, "outside of the message the new voice is in force"
    assert await under_way == [voice.content.version] * 3
    assert await message() == ["another"] * 3


def test_an_incomplete_voice_is_refused_in_one_line(content_copy: Path) -> None:
    (content_copy / "replies" / "urgent.yml").unlink()
    with pytest.raises(ContentError, match="jingzhong content check") as raised:
        load_voice(content_copy)
    assert len(str(raised.value).splitlines()) == 1
