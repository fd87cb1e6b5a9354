"""Templates: where they lie, what every one of them may use, and how values are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.console.navigation import Navigation
from bot.console.spelling import Shell, writing
from bot.console.visit import CSV_KEY, Visit
from bot.console.wording import SHELL, Wording

TEMPLATES = Path(__file__).resolve().parent / "templates"


class Rendering:
    """Fills templates; everything in them is escaped, and a name that nobody set is an error."""

    def __init__(self, wording: Wording, navigation: Navigation) -> None:
        self._navigation = navigation
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        # Asked for each time, since the wording may change while the service runs.
        shell: Shell = lambda key, **values: wording.of(SHELL)(key, **values)  # noqa: E731
        self._environment.globals.update(
            shell=shell, shell_names=lambda key: wording.of(SHELL).names(key)
        )
        self._environment.filters.update(
            writing(shell, lambda names: wording.of(SHELL).names(names))
        )

    def page(self, visit: Visit, template: str, values: Mapping[str, Any]) -> str:
        """A page for somebody who is logged in."""
        return self._environment.get_template(template).render(
            visit=visit,
            w=visit.words,
            groups=self._navigation.groups(visit),
            here=self._navigation.here(visit.path),
            csrf=Markup('<input type="hidden" name="csrf" value="{}">').format(visit.session.csrf),
            csv_link=lambda name: visit.link(**{CSV_KEY: name}),
            link=visit.link,
            said=self._said(visit),
            **values,
        )

    def bare(self, template: str, **values: Any) -> str:
        """A page for anybody, such as the login."""
        return self._environment.get_template(template).render(**values)

    def _said(self, visit: Visit) -> str | None:
        """The text that a change leaves on the page it leads to; only texts of the wording can be named."""
        part, _, name = visit.text("said").partition(".")
        known = self._navigation.knows(part)
        words = visit.desk.words(part) if known else None
        return words(f"said.{name}") if words is not None and words.has(f"said.{name}") else None
