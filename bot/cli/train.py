"""``jingzhong train``."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from bot.audit import Actor, note
from bot.cli.progress import Steps, say
from bot.settings import Settings, load_settings
from bot.training import model_is_current, model_version, train_model


def train(
    force: Annotated[
        bool, typer.Option("--force", help="Train even if the model is current.")
    ] = False,
    force_promote: Annotated[
        Optional[str],
        typer.Option(
            "--force-promote",
            metavar="REASON",
            help="Put the new model in place even if it is worse; the reason is kept in the audit.",
        ),
    ] = None,
) -> None:
    """Train the model from the examples and lexicons in nlu/.

    A new model that is worse on the test set than its floors and than the model in place is refused: the old
    one stays, and the command ends with 1.
    """
    if force_promote is not None and not force_promote.strip():
        raise typer.BadParameter("--force-promote needs a reason")
    settings = load_settings()
    insist = force or force_promote is not None
    if model_is_current(settings.models) and not insist:
        say("the model is current; nothing to do (--force trains all the same)")
        return
    steps = Steps("training the model")
    overruled = train_model(
        settings.models, steps, unless_current=not insist, force_reason=force_promote
    )
    steps.done()
    if overruled:
        _write_down(settings, str(force_promote), overruled)
        for line in overruled:
            say(f"promoted all the same: {line}")


def _write_down(settings: Settings, reason: str, overruled: tuple[str, ...]) -> None:
    from bot.cli.feedback_desk import commit

    detail = {"reason": reason, "overruled": list(overruled)}
    version = model_version(settings.models)
    commit(
        settings,
        lambda connection: note(
            connection, Actor.at_command_line(), "model.force_promote", version, detail
        ),
    )
