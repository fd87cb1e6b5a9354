"""``jingzhong signals verdict``."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import Annotated, Optional

import typer

from bot.audit import Actor
from bot.cli.feedback_desk import feedback_desk, known_code, signal_id
from bot.cli.progress import say
from bot.feedback.verdict import Ruling


class Said(str, Enum):
    """The verdicts as they are written on the command line."""

    confirmed = "confirmed"
    false_alarm = "false-alarm"
    wrong_code = "wrong-code"

    @property
    def verdict(self) -> str:
        """The verdict as it is stored."""
        return self.name


def verdict(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of a signal, or its beginning.")],
    said: Annotated[Said, typer.Argument(metavar="VERDICT", help="|".join(Said))],
    code: Annotated[
        Optional[str], typer.Option("--code", metavar="CODE", help="The right code of wrong-code.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="Why, for colleagues.")] = "",
) -> None:
    """Say what a signal really is; the last verdict counts, and every one is kept."""
    if (said is Said.wrong_code) != (known_code(code) is not None):
        raise typer.BadParameter("wrong-code needs --code with the right one; others take none")
    event_id = signal_id(id)
    with feedback_desk() as feedback:
        ruling = Ruling(said.verdict, code, note)
        judged = asyncio.run(feedback.judge(event_id, ruling, Actor.at_command_line()))
    say("recorded" if judged.changed else "that is what you said before; nothing to do")
    if judged.disagreement:
        say("others said something else of this signal; see: jingzhong feedback queue --disagreed")
