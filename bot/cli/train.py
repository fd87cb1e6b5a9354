"""``jingzhong train``."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.progress import Steps, say
from bot.settings import load_settings
from bot.training import ensure_model, model_is_current, train_model


def train(
    force: Annotated[
        bool, typer.Option("--force", help="Train even if the model is current.")
    ] = False,
) -> None:
    """Train the model from the examples and lexicons in nlu/."""
    settings = load_settings()
    steps = Steps("training the model")
    if force:
        train_model(settings.models, steps)
    elif model_is_current(settings.models):
        say("the model is current; nothing to do (--force trains all the same)")
    else:
        ensure_model(settings.models, steps)
    steps.done()
