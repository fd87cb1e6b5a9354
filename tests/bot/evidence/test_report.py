from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.cases.contacts import KINDS
from bot.cases.states import STATES
from bot.evidence import archive, font
from bot.evidence.composing import compose
from bot.evidence.document import Blank, Dialogue, Document, Facts, Section, Table, Utterance
from bot.evidence.dossier import Dossier
from bot.evidence.errors import RefusedError
from bot.evidence.gathering import Gatherer
from bot.evidence.html import render_html
from bot.evidence.keys import SigningKey, signing_key
from bot.evidence.packing import pack
from bot.evidence.pdf import render_pdf
from bot.evidence.sealing import facts_of
from bot.evidence.sources import Consents, Verdicts
from bot.evidence.wording import Words, load_words
from bot.privacy.transcripts import LedgerTranscripts
from nlu.analysis import STAGES, THREAT_CODES
from tests.bot.channels.chat_browser import chromium
from tests.bot.evidence.conftest import APPROACH, CONTENT, LI, NOW, EvidenceDesk, dossier_of, said

ODD = "表情🙂、\u202e反向、\x07响铃、零宽\u200b、生僻𠮷、<b>&amp;</b>、{title}"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return signing_key(tmp_path)


@pytest.fixture
def dossier(told: EvidenceDesk) -> Dossier:
    case = told.book.get(told.case())
    assert case is not None
    reader, writer = told.ledger.reader, told.ledger.writer
    gatherer = Gatherer(
        told.book, Consents(reader), Verdicts(reader), LedgerTranscripts(reader, writer)
    )
    return dossier_of(
        asyncio.run(gatherer.gather(case, contacts_only=False, actor=LI, reason="test"))
    )


@pytest.fixture
def document(dossier: Dossier, key: SigningKey) -> Document:
    return compose(dossier, [facts_of("case.json", b"{}")], key.public, load_words(CONTENT))


def section(document: Document, title: str) -> Section:
    (found,) = (s for s in document.sections if s.title.endswith(title))
    return found


def facts_in(part: Section) -> dict[str, tuple[str | Blank, ...]]:
    return {
        name: cells
        for block in part.blocks
        if isinstance(block, Facts)
        for name, cells in block.rows
    }


def test_each_reporter_has_what_a_police_report_needs_and_blanks_for_the_rest(
    document: Document,
) -> None:
    first, second = section(document, "报案要素").sub
    facts = facts_in(first)
    assert facts["自述已付金额"] == ("3,000元",)
    assert facts["对方账户"] == ("6222020000001111222",)
    assert facts["本人账户"][0] == "尾号1234"
    assert facts["付款时间"][0] == "2026-11-23 09:36:00的消息中称已付款"
    assert "微信：hengxin_fawu" in facts["对方联系方式"]
    assert facts["接触平台"] == ("抖音",)
    assert facts["同意移送"] == ("2026-11-23 09:37:00（告知文案版本0123456789ab）",)
    for blank in ("姓名", "证件号码", "联系电话"):
        assert facts[blank] == facts_in(second)[blank] == (Blank("待报案人补充"),)
    assert facts_in(second)["自述已付金额"] == ("未提及",)


def test_what_was_paid_is_left_to_the_reporter_where_several_amounts_are_told(
    dossier: Dossier, key: SigningKey
) -> None:
    wang, chen = dossier.reporters
    two = replace(wang.statements[1], amounts=(Decimal(3000), Decimal(1500)))
    unclear = replace(dossier, reporters=(replace(wang, statements=(two,)), chen))
    mixed = replace(dossier, reporters=(replace(wang, statements=(*wang.statements, two)), chen))
    blank = Blank("待报案人补充")
    for told, paid, total in ((unclear, (), ()), (mixed, ("3,000元",), ("3,000元",))):
        document = compose(told, [], key.public, load_words(CONTENT))
        assert facts_in(section(document, "报案要素").sub[0])["自述已付金额"] == (*paid, blank)
        *sums, last = facts_in(section(document, "案情摘要"))["自述已付合计"]
        assert (tuple(str(cell).split("（")[0] for cell in sums), last) == (total, blank)
    table = section(compose(unclear, [], key.public, load_words(CONTENT)), "、金额").blocks[1]
    assert isinstance(table, Table)
    assert [row[2:4] for row in table.rows] == [("3,000元", "提到"), ("1,500元", "提到")]


def test_who_is_left_out_is_said_and_not_hidden(document: Document) -> None:
    blocks = section(document, "案情摘要").blocks
    assert "未收录3人的陈述和对话" in blocks[-1].text  # type: ignore[union-attr]


def test_the_transcript_marks_the_words_that_speak_for_the_threat(document: Document) -> None:
    (dialogue,) = section(document, "对话记录").sub[0].blocks
    assert isinstance(dialogue, Dialogue)
    pieces = list(dialogue.utterances[0].pieces)
    assert ("交三千就能帮我停息挂账", True) in pieces
    assert "".join(text for text, _ in pieces) == dialogue.utterances[0].text
    assert [said.own for said in dialogue.utterances[:2]] == [True, False]


def test_nobody_is_judged(document: Document) -> None:
    page = render_html(document).decode()
    for word in ("骗子", "诈骗分子", "违法公司"):
        assert word not in page
    assert "未经司法认定" in page


def test_sections_are_numbered_without_gaps(
    document: Document, dossier: Dossier, key: SigningKey
) -> None:
    alone = replace(dossier, contacts_only=True, reporters=())
    shorter = compose(alone, [], key.public, load_words(CONTENT))
    for shown in (document, shorter):
        assert [s.title[0] for s in shown.sections] == list("一二三四五六七八九")[
            : len(shown.sections)
        ]
    assert len(shorter.sections) == 4


def test_the_page_needs_nothing_from_any_network_and_runs_nothing(document: Document) -> None:
    page = render_html(document).decode()
    assert not re.findall(r"(?:src|href)=\"(?!#)", page)
    assert not re.findall(r"https?://|@import|<script", page)
    assert set(re.findall(r"url\(\"(\w+):", page)) == {"data"}
    assert "default-src 'none'" in page


def test_the_page_shows_its_own_font_and_fits_in_chromium(
    document: Document, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_bytes(render_html(document))
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 820, "height": 1000})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.goto((tmp_path / "report.html").as_uri())
        assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Report'))")
        assert page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded"]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=tmp_path / "report.png", full_page=True)
    assert complaints == []


def test_what_borrowers_write_is_shown_and_never_obeyed(drawing_desk: EvidenceDesk) -> None:
    signal = replace(APPROACH, evidence=(ODD,), platform=ODD, agency=ODD)
    drawing_desk.hears(said("wang", "m1", ODD, signal, agrees=True), answers=[ODD])
    files = archive.read(drawing_desk.export().archive)
    page = files["report.html"].decode()
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;、{title}" in page
    for sign in ("\u202e", "\x07", "\u200b"):
        assert sign not in page
    assert "[U+202E]反向、[U+0007]响铃、零宽[U+200B]" in page
    assert files["report.pdf"].startswith(b"%PDF-")


def test_the_pdf_carries_its_font_and_says_when_it_was_made(document: Document) -> None:
    pdf = render_pdf(document, NOW)
    assert b"/FontFile3" in pdf
    assert b"NotoSansCJKSC" in pdf
    assert b"D:20261128080000" in pdf
    assert len(pdf) < 300_000


def test_the_same_dossier_gives_the_same_bytes(dossier: Dossier, key: SigningKey) -> None:
    words = load_words(CONTENT)
    assert pack(dossier, key, words) == pack(dossier, key, words)


def test_a_long_conversation_goes_on_overleaf(document: Document) -> None:
    lines = tuple(
        Utterance("09:30:00", "报案人1", n % 2 == 0, f"第{n}句，" + "很长的话" * 40, ((0, 3),))
        for n in range(120)
    )
    long = replace(document, sections=(Section("对话", (Dialogue("当天", lines),)),))
    assert len(re.findall(rb"/Type /Page\b", render_pdf(long, NOW))) > 12


def test_a_cell_that_is_longer_than_a_page_is_drawn_all_the_same(document: Document) -> None:
    (table,) = (b for b in section(document, "金额").blocks if isinstance(b, Table))
    row = tuple("很长" * 1500 if n == 4 else "短" for n in range(len(table.columns)))
    long = replace(document, sections=(Section("表", (replace(table, rows=(row, row)),)),))
    assert len(re.findall(rb"/Type /Page\b", render_pdf(long, NOW))) > 3


def test_every_word_of_the_file_is_used_and_none_is_missing(
    dossier: Dossier, key: SigningKey, desk: EvidenceDesk
) -> None:
    used: set[str] = set()

    class Listening(Words):
        def __call__(self, key: str, **values: object) -> str:
            used.add(key)
            return super().__call__(key, **values)

    words = Listening(load_words(CONTENT).content)
    attached = facts_of("attachments/01.png", b"", name="图.png")
    for purpose in ("police", "court", "internal"):
        told = replace(dossier, purpose=purpose)  # type: ignore[arg-type]
        compose(told, [attached], key.public, words)
    nobody_left_out = replace(dossier, excluded=type(dossier.excluded)())
    compose(nobody_left_out, [], key.public, words)
    pack(replace(dossier, contacts_only=True, reporters=()), key, words)
    assert set(words.content["strings"]) == used


def test_every_character_of_the_wording_is_in_the_font() -> None:
    for name in ("evidence.yml", "institution.yml", "console/shell.yml"):
        text = (CONTENT / name).read_text(encoding="utf-8")
        assert {sign for sign in text if ord(sign) not in font.known() and sign != "\n"} == set()


def test_the_font_comes_with_its_licence_and_stays_small() -> None:
    assert font.FONT.stat().st_size < 3_000_000
    assert "SIL OPEN FONT LICENSE" in (font.FONT.parent / "OFL.txt").read_text(encoding="utf-8")


def test_names_of_people_and_traditional_characters_are_in_the_font() -> None:
    assert {
        sign for sign in "王堃李喆说著說聯繫債務優化昇燊" if ord(sign) not in font.known()
    } == set()


def test_a_refusal_needs_no_report(desk: EvidenceDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hears(said("wang", "m1", "有人加我", APPROACH))
    drawn: list[object] = []
    draw: Callable[..., None] = drawn.append
    monkeypatch.setattr("bot.evidence.exporting.pack", draw)
    with pytest.raises(RefusedError):
        desk.export()
    assert drawn == []


@pytest.mark.parametrize(
    ("group", "keys"),
    [("codes", THREAT_CODES), ("stages", STAGES), ("kinds", KINDS), ("states", STATES)],
)
def test_whatever_a_signal_or_case_can_be_has_a_name(group: str, keys: Iterable[str]) -> None:
    words = load_words(CONTENT)
    assert [key for key in keys if words.name(group, key) == key and key != "qq"] == []
