"""The map of duties points at things that exist."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from actions.content import CONTENT, ContentError
from bot.cli.main import app
from bot.privacy.compliance import DIMENSIONS, Seen, load_compliance
from bot.settings import ROOT
from bot.staff.roles import Role
from tests.bot.console.conftest import console  # noqa: F401 - a fixture
from tests.bot.console.serving import RunningConsole

DUTIES = load_compliance(CONTENT)


def places(kind: str) -> list[str]:
    return sorted({seen.what for duty in DUTIES for seen in duty.seen if seen.kind == kind})


def test_all_five_dimensions_and_the_law_are_there() -> None:
    assert {duty.dimension for duty in DUTIES} == set(DIMENSIONS)
    assert sum("个人信息保护法" in duty.source for duty in DUTIES) >= 10


@pytest.mark.parametrize("path", [*places("file"), *places("test")])
def test_the_file_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("line", places("command"))
def test_the_command_exists(line: str) -> None:
    commands: dict[str, Any] = {"jingzhong": get_command(app)}
    for word in ("jingzhong", *shlex.split(line)):
        assert word in commands, f"jingzhong {line}"
        commands = getattr(commands[word], "commands", {})


def test_the_pages_exist(console: RunningConsole) -> None:  # noqa: F811
    with console.client(Role.ADMIN) as client:
        answers = {path: client.get(path).status_code for path in places("page")}
    assert set(answers.values()) == {200}, answers


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("state: exempt\n", "state: maybe\n", "impact: state is maybe; use one of"),
        ("dimension: education\n", "dimension: compliance\n", "the dimension education"),
        ("    - command: campaign\n", "    - url: x\n", "outreach: seen is url"),
        (
            "    comment: 不核验年龄，只依据用户自己说的话；监护人同意由贵机构办理。\n",
            "",
            "needs a comment",
        ),
    ],
)
def test_a_broken_map_is_told_with_its_mend(
    content_copy: Path, old: str, new: str, words: str
) -> None:
    path = content_copy / "compliance.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError, match=words):
        load_compliance(content_copy)


def test_what_is_done_says_where_it_can_be_seen() -> None:
    assert all(duty.seen for duty in DUTIES if duty.state == "done")
    assert all(isinstance(seen, Seen) for duty in DUTIES for seen in duty.seen)
