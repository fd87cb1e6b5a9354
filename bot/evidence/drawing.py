"""Draws the two forms of a report, here or in a process of its own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.evidence.document import Document
from bot.evidence.errors import EvidenceError

_LONGEST: Final = 1800  # seconds for a report of tens of thousands of pages
_GIVES_WAY: Final = 10


@dataclass(frozen=True)
class Reports:
    """One report in both forms."""

    pdf: bytes
    html: bytes


Draw = Callable[[Document, datetime], Reports]
"""Draws a document that was made at that time; equal ones give equal bytes. May take long and blocks."""


def draw(document: Document, made_at: datetime) -> Reports:
    """Draws in this thread: a second, and for hundreds of reporters minutes."""
    # Fonts and PDF take a while to import, which only who draws should wait for.
    from bot.evidence.html import render_html
    from bot.evidence.pdf import render_pdf

    return Reports(render_pdf(document, made_at), render_html(document))


def draw_apart(document: Document, made_at: datetime) -> Reports:
    """As :func:`draw`, in a process that gives way to all others, for a service that answers meanwhile.

    Raises:
        EvidenceError: when that process fails.
    """
    command = [sys.executable, "-m", "bot.evidence.drawing"]
    # Both ends are this program: what is read back is what it wrote.
    order = pickle.dumps((document, made_at))
    try:
        done = subprocess.run(  # noqa: S603 - nothing in it is from outside
            command, input=order, capture_output=True, check=True, timeout=_LONGEST
        )
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", None) or b""
        reason = told.decode("utf-8", "replace").strip().rpartition("\n")[2] or str(error)
        raise EvidenceError(f"the report could not be drawn: {reason}") from None
    reports = pickle.loads(done.stdout)  # noqa: S301
    assert isinstance(reports, Reports)
    return reports


def _serve() -> None:
    # Under its own name and not __main__, by which the other end would not know what is sent.
    from bot.evidence import drawing

    os.nice(_GIVES_WAY)
    document, made_at = pickle.load(sys.stdin.buffer)  # noqa: S301
    sys.stdout.buffer.write(pickle.dumps(drawing.draw(document, made_at)))


if __name__ == "__main__":
    _serve()
