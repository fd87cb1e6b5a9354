"""The parts of the console, each a module with ``part(desk) -> Part``."""

from __future__ import annotations

from importlib import import_module

from bot.console.desk import Desk
from bot.console.part import Part

PARTS = (
    "overview",
    "signals",
    "radar",
    "trends",
    "cases",
    "handoff",
    "outreach",
    "report",
    "audit",
    "staff",
    "bans",
    "proposals",
    "deliveries",
    "sharing",
    "feedback",
    "evidence",
    "privacy",
    "scripts",
    "campaigns",
)
"""Modules of this package, one for each part that is served."""


def all_parts(desk: Desk) -> list[Part]:
    """Every part, made for this process."""
    parts = []
    for name in PARTS:
        part = import_module(f"{__name__}.{name}").part(desk)
        assert isinstance(part, Part)
        parts.append(part)
    return parts
