"""The navigation: all pages that have a place in it, as far as a person may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.console.part import GROUPS, Part
from bot.console.visit import Visit
from bot.staff.roles import Role

ROOT = "/console"


@dataclass(frozen=True)
class Entry:
    """One link of the navigation."""

    part: str
    name: str
    href: str
    group: str
    place: int
    role: Role


class Navigation:
    """The entries of all parts in their order."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = frozenset(part.name for part in parts) | {"shell"}
        self._entries = sorted(
            (
                Entry(
                    part.name,
                    page.nav.name,
                    ROOT + page.path,
                    page.nav.group,
                    page.nav.place,
                    page.role,
                )
                for part in parts
                for page in part.pages
                if page.nav is not None
            ),
            key=lambda entry: (GROUPS.index(entry.group), entry.place),
        )

    def knows(self, part: str) -> bool:
        """Whether there is a part of that name."""
        return part in self._parts

    def groups(self, visit: Visit) -> list[tuple[str, list[tuple[str, str]]]]:
        """Name of each group with its entries as label and address."""
        shown = [entry for entry in self._entries if visit.role.may(entry.role)]
        groups = []
        for group in GROUPS:
            links = [
                (visit.desk.words(entry.part)(f"nav.{entry.name}"), entry.href)
                for entry in shown
                if entry.group == group
            ]
            if links:
                groups.append((visit.shell(f"groups.{group}"), links))
        return groups

    def here(self, path: str) -> str:
        """The address of the entry to which a page belongs: the longest one that it lies below."""
        path = path.rstrip("/")
        hrefs = [
            entry.href
            for entry in self._entries
            if path == entry.href or path.startswith(f"{entry.href}/")
        ]
        return max((href for href in hrefs if href != ROOT or path == ROOT), key=len, default="")
