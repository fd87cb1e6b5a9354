"""Addresses of web pages by whoever is behind them: the registered domain, or the page on a shared host."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from bot.cases.steady import steady_fold

_LISTS: Final[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("hosts.yml").read_text(encoding="utf-8")
)
_SUFFIXES: Final = frozenset(_LISTS["suffixes"])
_SHARED: Final = frozenset(_LISTS["shared"])

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?(?:/{1,2})?(?:[^/?#@]*@)*(?P<host>[^/?#:@]+)(?::[0-9]*)?(?P<path>[^?#]*)"
)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+\Z")
_FOUR_NUMBERS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}\Z")


def address_key(text: str) -> str:
    """The domain that somebody registered, in lower case; empty if the text holds none.

    Pages of hosts where anybody may have one, such as short links and app stores, are told apart by their path.
    """
    written = "".join(text.split())
    match = _ADDRESS.match(steady_fold(written))
    if match is None:
        return ""
    host = _readable(match["host"].strip(".").removeprefix("www."))
    if not _HOST.match(host):
        return ""
    if _FOUR_NUMBERS.match(host):
        return host
    labels = host.split(".")
    for start in range(len(labels) - 1):
        if ".".join(labels[start:]) in _SHARED:
            return host + _path(written, match["path"])
    return _registered(labels)


def _registered(labels: list[str]) -> str:
    """One label more than the suffix below which domains are sold."""
    for start in range(len(labels)):
        if ".".join(labels[start:]) in _SUFFIXES:
            return ".".join(labels[max(0, start - 1) :])
    return ".".join(labels[-2:])


def _readable(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


def _path(written: str, folded_path: str) -> str:
    """The path in the case in which it was written, since short links depend on it."""
    plain = folded_path.rstrip("/")
    if not plain:
        return ""
    place = written.lower().rfind(plain)
    return written[place : place + len(plain)] if place >= 0 else plain
