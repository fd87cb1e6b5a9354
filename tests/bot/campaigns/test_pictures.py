"""Pictures of scripts over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.campaigns.pictures import picture_inside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "sms.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (pictures / "notes.txt").write_text("no picture")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (pictures / "link.png").symlink_to(tmp_path / "secret.png")
    return pictures


def test_a_picture_of_a_script_is_found(folder: Path) -> None:
    assert picture_inside(folder, "sms.png") == folder / "sms.png"


@pytest.mark.parametrize(
    "name", ["notes.txt", "../secret.png", "link.png", "none.png", "", ".png", "a/b.png"]
)
def test_nothing_else_is_handed_out(folder: Path, name: str) -> None:
    assert picture_inside(folder, name) is None
