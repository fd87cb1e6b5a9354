"""How much of a picture is read, and for how long."""

from __future__ import annotations

from typing import Final

LONGEST_PICTURE: Final = 10 * 1024 * 1024
"""Bytes of a file; a longer one is refused unread."""

MOST_PIXELS: Final = 50_000_000
"""Pixels that a file may claim; refused before anything is decoded."""

MOST_PICTURES: Final = 3
"""Pictures of one message that are read."""

READING_SECONDS: Final = 10.0
"""After which a process that still reads is killed."""

STARTING_SECONDS: Final = 30.0
"""For the start of a process, which loads the models; a second or two on a machine at rest."""

TILE_SECONDS: Final = 6.0
"""After which no further part of a long picture is begun."""

PICTURES_OF_A_PROCESS: Final = 200
"""After which a process makes room for a fresh one, whatever it has leaked."""

MOST_WAITING: Final = 4
"""Pictures that may wait for one process; more are refused at once."""

MEMORY: Final = 2 * 1024**3
"""Bytes of address space of a process."""
