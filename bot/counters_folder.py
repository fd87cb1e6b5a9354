"""Where processes that serve side by side keep their metrics, so that any of them can tell of all.

This is ``prometheus_client``'s mode for several processes: each keeps its figures in files of a shared folder.
Which way of counting it takes is decided when it is imported, so that nothing here imports it at the top.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class CountersFolder:
    """A private folder for the metrics of this process's children; it is there within its ``with`` block."""

    def __init__(self) -> None:
        """Decides that the children count together.

        Raises:
            RuntimeError: when ``prometheus_client`` has been imported already.
        """
        if "prometheus_client" in sys.modules:
            raise RuntimeError("prometheus_client is imported and counts for one process")
        name = f"jingzhong-metrics-{secrets.token_hex(8)}"
        self._path = Path(tempfile.gettempdir()) / name
        os.environ[_VARIABLE] = str(self._path)

    def __enter__(self) -> None:
        self._path.mkdir(mode=0o700)

    def __exit__(self, *_: object) -> None:
        self.remove()

    def ended(self, pid: int) -> None:
        """Forgets the present state of a process that has ended; what it counted stays."""
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid, str(self._path))  # type: ignore[no-untyped-call]

    def remove(self) -> None:
        """Removes the folder, when nobody counts any more."""
        shutil.rmtree(self._path, ignore_errors=True)


def count_alone() -> None:
    """Makes this process keep its metrics in memory, whatever its environment says to other programs."""
    os.environ.pop(_VARIABLE, None)


def folder_of_this_process() -> Path | None:
    """The folder in which this process counts; ``None`` where it counts alone, in memory."""
    folder = os.environ.get(_VARIABLE)
    return Path(folder) if folder else None
