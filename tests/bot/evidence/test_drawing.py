from __future__ import annotations

import sys

import pytest

from bot.evidence.document import Document, Facts, Paragraph, Section
from bot.evidence.drawing import draw, draw_apart
from bot.evidence.errors import EvidenceError
from tests.bot.evidence.conftest import NOW

DOCUMENT = Document(
    issuer="出具单位",
    title="材料",
    subtitle="供核查",
    cover=Facts((("编号", ("EV1",)),)),
    notices=("说明",),
    contents="目录",
    sections=(Section("一、摘要", (Paragraph("正文\ud800"),)),),
    footer="材料",
    page="第{page}页，共{pages}页",
)


def test_a_report_that_is_drawn_apart_is_the_same() -> None:
    assert draw_apart(DOCUMENT, NOW) == draw(DOCUMENT, NOW)


def test_a_process_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(EvidenceError, match="could not be drawn") as failed:
        draw_apart(DOCUMENT, NOW)
    assert "\n" not in str(failed.value)
