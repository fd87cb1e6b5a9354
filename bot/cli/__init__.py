"""The ``jingzhong`` command."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Entry point of the installed command; Ctrl-C ends it without a traceback also while it loads."""
    try:
        from bot.quiet import quiet

        quiet()
        from bot.cli.main import run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
