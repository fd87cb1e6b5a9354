"""``jingzhong campaign`` as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.bot.campaigns.writing import SCRIPT, line_of, wording


class Commands:
    """Runs commands on a folder of wording and a data directory of their own."""

    def __init__(self, folder: Path, text: str = SCRIPT) -> None:
        self.folder = wording(folder, sample=text)
        self.home = folder / "home"

    def __call__(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """The outcome of ``jingzhong campaign WORDS``."""
        environment = {
            **os.environ,
            "JINGZHONG_CONTENT": str(self.folder),
            "JINGZHONG_HOME": str(self.home),
            "NO_COLOR": "1",
            "COLUMNS": "100",
        }
        command = [str(Path(sys.executable).with_name("jingzhong")), "campaign", *words]
        return subprocess.run(
            command, input=said, capture_output=True, text=True, env=environment, check=False
        )


@pytest.fixture
def campaign(tmp_path: Path) -> Commands:
    return Commands(tmp_path)


def test_check_says_that_all_is_in_order_or_exits_with_two_and_a_line_each(tmp_path: Path) -> None:
    good = Commands(tmp_path / "good")("check")
    assert (good.returncode, good.stdout) == (0, "")
    assert good.stderr == "jingzhong: 1 script is in order\n"
    text = SCRIPT.replace("goto: worry", "goto: wory")
    bad = Commands(tmp_path / "bad", text)
    told = bad("check", "sample")
    assert told.returncode == 2
    assert told.stderr.startswith(f"content/campaigns/sample.yml，第 {line_of(text, 'wory')} 行：")
    row = json.loads(bad("check", "--json").stdout)
    assert (row["line"], row["problem"]) == (line_of(text, "wory"), "goto_unknown")


def test_an_unknown_script_is_answered_with_a_near_name(campaign: Commands) -> None:
    told = campaign("preview", "sampel")
    assert (told.returncode, told.stderr) == (
        2,
        "jingzhong: there is no script sampel; did you mean sample?\n",
    )


def test_preview_plays_to_the_card_and_draws(campaign: Commands, tmp_path: Path) -> None:
    played = campaign("preview", "sample", said="2\n自己问官方\n不下载\n不念\n不转\n挂断\n")
    assert played.returncode == 0, played.stderr
    assert "走了 6 步，得分 87；摸底 20，检验 100。" in played.stdout
    assert "我刚做完防骗演练，得了87分。" in played.stdout
    path = tmp_path / "sample.svg"
    assert campaign("preview", "sample", "--drawing", str(path)).returncode == 0
    assert ET.parse(path).getroot().tag.endswith("svg")


def test_a_wording_needs_two_names(campaign: Commands) -> None:
    assert campaign("submit", "sample", "--by", "wang").returncode == 0
    own = campaign("approve", "sample", "--by", "wang")
    assert (own.returncode, own.stderr) == (
        1,
        "jingzhong: sample: wang put it forward; somebody else has to approve it\n",
    )
    assert campaign("approve", "sample", "--by", "li").returncode == 0
    row = json.loads(campaign("list", "--json").stdout)
    assert (row["id"], row["state"], row["problems"]) == ("sample", "approved", 0)
