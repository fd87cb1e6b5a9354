"""Serves a console filled with made-up signals, to look around in: ``python -m tests.bot.console.look [HOME]``."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bot.ledger.encoding import utc_now
from bot.staff.roles import Role
from tests.bot.console.seeding import seeded_turns
from tests.bot.console.serving import PASSWORD, running_console


def main() -> None:
    """Serves until it is stopped."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder)
        with running_console(home) as console:
            if not console.services.ledger.count():
                console.record(*seeded_turns(utc_now()))
            for role in Role:
                console.session(role)
            names = ", ".join(role.value for role in Role)
            print(f"{console.url}/console  {names}: {PASSWORD}", flush=True)
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
