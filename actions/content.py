"""The institution's own facts, read from ``content/``: numbers, names, partners, dated facts.

Everything the assistant may name as official stands in these files; nothing is learnt from texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from actions.phrases import Phrases

CONTENT = Path(__file__).resolve().parent.parent / "content"
# The safe loader written in C, a hundred times as fast, where PyYAML has it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContentError(Exception):
    """A content file is broken; the message is one line that names the file and the mend."""


@dataclass(frozen=True)
class Hotline:
    """An official number of the institution; ``digits`` is the number without separators."""

    number: str
    name: str
    hours: str

    @property
    def digits(self) -> str:
        """The number without separators."""
        return "".join(character for character in self.number if character.isdigit())


@dataclass(frozen=True)
class Authority:
    """A public number (110, 12378 ...) that replies may name."""

    number: str
    key: str
    name: str


@dataclass(frozen=True)
class Partner:
    """A company on the institution's published list."""

    name: str
    aliases: tuple[str, ...]
    does: str


@dataclass(frozen=True)
class Fact:
    """A dated fact that may be told until ``valid_until`` (inclusive), and not after."""

    key: str
    text: str
    valid_until: date | None

    def valid_on(self, day: date) -> bool:
        """Whether the fact may still be told on that day."""
        return self.valid_until is None or day <= self.valid_until


@dataclass(frozen=True)
class Content:
    """All that replies and checks need to know about the institution and the authorities."""

    name: str
    short_name: str
    demo: bool
    demo_note: str
    hotlines: tuple[Hotline, ...]
    app_entry: str
    apps: tuple[str, ...]
    domains: tuple[str, ...]
    accounts: tuple[str, ...]
    partners: tuple[Partner, ...]
    partners_published_on: date
    partners_max_age_days: int
    partners_where: str
    handoff: bool
    authorities: Mapping[str, Authority]
    facts: Mapping[str, Fact]
    receipt_states: Mapping[str, str]
    phrases: Phrases = field(default_factory=Phrases)
    version: str = ""

    @property
    def hotline(self) -> str:
        """The main hotline as replies write it, with the note of an example institution behind it."""
        return self.hotlines[0].number + (self.demo_note if self.demo else "")

    def values(self) -> dict[str, str]:
        """The placeholders that every reply may use, by name."""
        return {
            "institution": self.name,
            "short_name": self.short_name,
            "hotline": self.hotline,
            "hotline_name": self.hotlines[0].name,
            "hours": self.hotlines[0].hours,
            "app_entry": self.app_entry,
            "partners_where": self.partners_where,
        }

    def partner_list_is_current(self, day: date) -> bool:
        """Whether the published partner list is young enough to be relied on."""
        return (day - self.partners_published_on).days <= self.partners_max_age_days


def load_content(folder: Path = CONTENT) -> Content:
    """Reads and checks the files of the institution.

    Raises:
        ContentError: when a file is missing, is no YAML or lacks what the service cannot do without;
            without a hotline there is no service.
    """
    institution = read_yaml(folder / "institution.yml")
    authorities = read_yaml(folder / "authorities.yml")
    facts = read_yaml(folder / "facts.yml") if (folder / "facts.yml").exists() else {}
    try:
        partners = institution["partners"]
        content = Content(
            name=str(institution["name"]),
            short_name=str(institution["short_name"]),
            demo=bool(institution.get("demo", False)),
            demo_note=str(institution.get("demo_note", "")),
            hotlines=tuple(_hotline(item, folder) for item in institution.get("hotlines") or ()),
            app_entry=str(institution["app_entry"]),
            apps=tuple(str(item["name"]) for item in institution.get("apps") or ()),
            domains=tuple(str(item).lower() for item in institution.get("domains") or ()),
            accounts=tuple(str(item["name"]) for item in institution.get("accounts") or ()),
            partners=tuple(
                Partner(
                    str(item["name"]),
                    tuple(str(alias) for alias in item.get("aliases") or ()),
                    str(item.get("does", "")),
                )
                for item in partners.get("companies") or ()
            ),
            partners_published_on=_date(partners["published_on"]),
            partners_max_age_days=int(partners["max_age_days"]),
            partners_where=str(partners["where"]),
            handoff=bool((institution.get("handoff") or {}).get("enabled", False)),
            authorities={
                str(item["key"]): Authority(
                    str(item["number"]), str(item["key"]), str(item["name"])
                )
                for item in authorities["authorities"]
            },
            facts={
                str(key): Fact(
                    str(key),
                    str(item["text"]),
                    _date(item["valid_until"]) if item.get("valid_until") else None,
                )
                for key, item in (facts.get("facts") or {}).items()
            },
            receipt_states={
                str(key): str(text)
                for key, text in (institution.get("receipt_states") or {}).items()
            },
            phrases=_phrases(folder / "phrases.yml"),
            version=content_version(folder),
        )
    except KeyError as error:
        raise ContentError(
            f"{folder}: the entry {error} is missing; compare with the example in content/institution.yml"
        ) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ContentError(f"{folder}: an entry has the wrong form ({error})") from None
    if not content.hotlines:
        raise ContentError(
            f"{folder / 'institution.yml'}: no hotline; without an official number the service does not start"
        )
    return content


def _phrases(path: Path) -> Phrases:
    try:
        return Phrases.of(read_yaml(path).get("phrases") or {})
    except KeyError as error:
        raise ContentError(f"{path}: the sentences of {error} are missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ContentError(f"{path}: {error}") from None


def content_version(folder: Path = CONTENT) -> str:
    """A short fingerprint of every content file, so that an event tells which wording was in force."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def read_yaml(path: Path) -> dict[str, Any]:
    """Reads one YAML mapping.

    Raises:
        ContentError: naming the file and, where YAML tells one, the line.
    """
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    except FileNotFoundError:
        raise ContentError(f"{path}: the file is missing; restore it from the repository") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: cannot be read ({error})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ContentError(f"{path}{where}: {problem}; check quotes and indentation") from None
    if not isinstance(loaded, dict):
        raise ContentError(f"{path}: should hold a mapping of names to values")
    return loaded


def _hotline(item: Mapping[str, Any], folder: Path) -> Hotline:
    hotline = Hotline(str(item["number"]), str(item["name"]), str(item.get("hours", "")))
    if len(hotline.digits) < 5:
        raise ContentError(
            f"{folder / 'institution.yml'}: hotline {hotline.number!r} has fewer than five digits"
        )
    return hotline


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))
