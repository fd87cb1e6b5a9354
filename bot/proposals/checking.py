"""Whether changed content may be approved: everything is checked on a copy before a file is touched."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

from actions.content import ContentError
from actions.wording import placeholders
from bot.content_check import check_content
from bot.proposals.files import ContentFileError, ContentFiles, Entry, entries
from bot.voice import Voice, load_voice

_CONSOLE = "console/"


def problems_of(folder: Path, name: str, after: str, now: Voice, today: date) -> list[str]:
    """All that speaks against a file becoming ``after``, one line each; ``now`` is the voice in force."""
    files = ContentFiles(folder)
    try:
        before, changed = entries(files.read(name)), entries(after)
    except ContentFileError as error:
        return [f"{name}, {error}"]
    found = _lost(name, before, changed)
    with tempfile.TemporaryDirectory() as copy:
        copied = Path(shutil.copytree(folder, Path(copy) / "content"))
        (copied / name).write_text(after, encoding="utf-8")
        try:
            voice = load_voice(copied)
            # What was wrong before, such as a fact that has run out since, is not the fault of this change.
            known = set(check_content(folder, today))
            found += [line for line in check_content(copied, today) if line not in known]
        except ContentError as error:
            return [*found, str(error).replace(f"{copied}/", "")]
    return found + _started_anew(now, voice)


def _lost(name: str, before: list[Entry], after: list[Entry]) -> list[str]:
    """What the program looks for by name must stay, and so must the placeholders of the console."""
    kept = {entry.path: entry for entry in after}
    named = [entry for entry in before if not any(step.isdigit() for step in entry.path.split("/"))]
    lines = [f"{name}: the entry {entry.path} is gone" for entry in named if entry.path not in kept]
    if name.startswith(_CONSOLE):
        for entry in named:
            new = kept.get(entry.path)
            lost = placeholders(entry.text) - placeholders(new.text) if new else frozenset()
            lines += [f"{name}: {entry.path} has lost {{{value}}}" for value in sorted(lost)]
    return lines


def _started_anew(now: Voice, then: Voice) -> list[str]:
    """What every event and every process is named by cannot change while the service runs."""
    pairs = {
        "short_name": (now.content.short_name, then.content.short_name),
        "demo": (now.content.demo, then.content.demo),
    }
    return [
        f"institution.yml: {name} is changed with the service stopped, not here"
        for name, (old, new) in pairs.items()
        if old != new
    ]
