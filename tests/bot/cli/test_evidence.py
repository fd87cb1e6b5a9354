from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.evidence import evidence_app
from bot.evidence.errors import EvidenceError, RefusedError
from bot.evidence.keys import signing_key
from bot.evidence.verifying import verify_file
from tests.bot.conftest import Ended
from tests.bot.evidence.conftest import APPROACH, EvidenceDesk, said, story

WECHAT = "wechat:hengxin_fawu"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JINGZHONG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def heard(home: Path, *turns: object) -> Iterator[EvidenceDesk]:
    """A ledger that has heard these turns."""
    desk = EvidenceDesk(home)
    desk.hears(*turns)  # type: ignore[arg-type]
    yield desk
    desk.ledger.close()


@pytest.fixture
def desk(home: Path) -> Iterator[EvidenceDesk]:
    with heard(home, *story()) as desk:
        yield desk


def run(*arguments: str) -> Result:
    return CliRunner().invoke(evidence_app, list(arguments))


def test_a_case_alone_as_argument_makes_its_pack(desk: EvidenceDesk, home: Path) -> None:
    done = run(WECHAT)
    assert done.exit_code == 0, done.output
    entry = desk.log.latest()[0]
    path = home / f"{entry.pack}.zip"
    assert verify_file(path).holds
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (entry.purpose, entry.actor.startswith("cli:")) == ("police", True)
    assert [p.name for p in home.glob(".*.part")] == []


def test_options_may_stand_before_the_case(desk: EvidenceDesk, home: Path) -> None:
    voucher = home / "凭证.png"
    voucher.write_bytes(b"\x89PNG")
    done = run(
        "--for", "court", "--out", "a.zip", "--attach", str(voucher), "--json", desk.case()[:12]
    )
    told = json.loads(done.stdout)
    assert (told["file"], told["purpose"], told["reporters"]) == ("a.zip", "court", 2)
    assert verify_file(home / "a.zip").manifest["purpose"] == "court"


def test_a_refusal_is_one_line_and_writes_no_file(home: Path) -> None:
    with heard(home, said("wang", "m1", "有人加我", APPROACH)):
        refused = run(WECHAT)
        assert isinstance(refused.exception, RefusedError)
        assert "\n" not in str(refused.exception)
        assert list(home.glob("*.zip")) == []
        assert run(WECHAT, "--contacts-only").exit_code == 0
        log = [
            json.loads(line) for line in run("log", "--json", "--case", WECHAT).stdout.splitlines()
        ]
    assert [(row["outcome"], row["reason"]) for row in log] == [
        ("made", ""),
        ("refused", "nobody_agreed"),
    ]


def test_verify_says_that_a_pack_holds_and_by_whose_key(desk: EvidenceDesk, home: Path) -> None:
    run(WECHAT, "--out", "a.zip")
    fingerprint = signing_key(home).public.fingerprint
    assert "which is the key of this installation" in run("verify", "a.zip").output
    told = json.loads(run("verify", "a.zip", "--fingerprint", fingerprint, "--json").stdout)
    assert (told["holds"], told["signer_expected"], told["problems"]) == (True, True, [])
    (home / "key.pem").write_text(run("key").stdout)
    assert run("verify", "a.zip", "--key", "key.pem").exit_code == 0


def test_verify_ends_with_1_for_a_pack_that_does_not_hold(desk: EvidenceDesk, home: Path) -> None:
    run(WECHAT, "--out", "a.zip")
    raw = bytearray((home / "a.zip").read_bytes())
    raw[len(raw) // 2] ^= 1
    (home / "b.zip").write_bytes(raw)
    broken = run("verify", "b.zip")
    assert broken.exit_code == 1
    assert "report." in broken.output
    other = run("verify", "a.zip", "--fingerprint", "0" * 64)
    assert (other.exit_code, "another key" in other.output) == (1, True)
    assert json.loads(run("verify", "b.zip", "--json").stdout)["holds"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "missing.zip"),
        ("verify", "a.zip", "--fingerprint", "12"),
        ("verify", "a.zip", "--key", "a.zip"),
        (WECHAT, "--for", "friends"),
        (WECHAT, "--attach", "missing.png"),
        ("release", "EV1"),
    ],
)
def test_wrong_arguments_end_with_2(home: Path, arguments: tuple[str, ...]) -> None:
    (home / "a.zip").write_bytes(b"PK")
    assert run(*arguments).exit_code == 2


def test_a_place_that_cannot_be_written_is_said_with_the_mend(desk: EvidenceDesk) -> None:
    failed = run(WECHAT, "--out", "missing/a.zip")
    assert isinstance(failed.exception, EvidenceError)
    assert "--out" in str(failed.exception)


def test_releasing_a_pack_ends_its_holds(desk: EvidenceDesk) -> None:
    run(WECHAT, "--out", "a.zip")
    (entry,) = desk.log.latest()
    assert isinstance(run("release", "EV1", "--why", "x").exception, EvidenceError)
    held = len(desk.log.holds(entry.at))
    done = run("release", entry.pack, "--why", "不予立案")
    assert f"{held} holds ended" in done.output


def test_the_whole_command_knows_both_forms(
    jingzhong: Callable[..., Ended], home: Path, desk: EvidenceDesk
) -> None:
    """Through the installed command: errors are one line, codes are 1 and 2."""
    settings = {"JINGZHONG_HOME": str(home)}
    made = jingzhong("cases", "evidence", WECHAT, "--out", str(home / "a.zip"), **settings)
    assert (made.code, made.out) == (0, "")
    assert "signed by" in made.err
    assert jingzhong("cases", "evidence", "verify", str(home / "a.zip"), **settings).code == 0
    unknown = jingzhong("cases", "evidence", "wechat:nobody", **settings)
    assert (unknown.code, unknown.err.count("\n")) == (1, 1)
