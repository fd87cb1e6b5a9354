"""The ``jingzhong`` command."""

from __future__ import annotations


def main() -> None:
    """Entry point of the installed command."""
    from bot.quiet import quiet

    quiet()
    from bot.cli.main import run

    run()
