"""Which of the processes that share a ledger forwards to a sink: the one that holds a lock on a file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bot.sinks.base import SinkError


class Lead:
    """The lead in forwarding to one sink; it ends with the process, whatever ends that."""

    def __init__(self, home: Path, sink: str) -> None:
        """Names the file in the data directory ``home`` of the ledger; nothing is opened yet."""
        self._path = home / f"sink-{sink}.lock"
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this one has it."""
        return self._handle is not None

    def take(self) -> bool:
        """Takes the lead unless another has it, without waiting; true if it is held now.

        Raises:
            SinkError: when the file cannot be made or locked.
        """
        if self._handle is not None:
            return True
        handle = None
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        except OSError as error:
            raise SinkError(
                f"{self._path}: {error.strerror}; make the folder of JINGZHONG_HOME writable"
            ) from error
        else:
            # The file stays for good: were it removed, two could hold locks on two files of this name.
            self._handle, handle = handle, None
        finally:
            if handle is not None:
                os.close(handle)
        return self.held

    def release(self) -> None:
        """Leaves the lead to another; does nothing where it is not held."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
