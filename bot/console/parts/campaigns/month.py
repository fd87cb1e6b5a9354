"""The education report of a month as tables and sentences, and as rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bot.campaigns.library import Library
from bot.campaigns.reach.funnels import SMALLEST, Funnel
from bot.campaigns.reach.learning import Paired
from bot.campaigns.reach.month import CodeMonth, EducationMonth
from bot.console.parts.campaigns.showing import (
    learnt_sentence,
    mistakes_table,
    named,
    points,
    reasons_table,
    share,
)
from bot.console.tables import Column, Table
from bot.console.wording import Words
from nlu.evaluation.figures import Figure

_MISTAKES: Final = 10
_COUNTS: Final = ("audience", "out", "delivered", "read", "answered", "finished", "opted_out")
_RATES: Final = ("delivered", "read", "answered", "finished", "opted_out")

Row = tuple[str, str, str, "int | float", "int | None", "float | None", "float | None"]


def month_values(w: Words, shell: Words, found: EducationMonth, library: Library) -> dict[str, Any]:
    """What the report shows."""
    whole = found.whole
    return {
        "found": found,
        "whole": whole,
        "institution": library.player.values["institution"],
        "rates": {step: share(whole.rate(step)) for step in _RATES},
        "learnt": learnt_sentence(w, "learnt", found.learnt),
        "campaigns": _campaigns(w, found, library),
        "codes": _codes(w, shell, found),
        "wrong": mistakes_table(w, found.wrong[:_MISTAKES], library),
        "states": reasons_table(w, whole),
        "education": month_table(w, shell, found, library),
        "method": w.names("month.method").values(),
    }


def month_table(w: Words, shell: Words, found: EducationMonth, library: Library) -> Table:
    """Every figure of the report in a row of its own, shares with what they are of and their interval."""
    names = ("section", "item", "figure", "value", "of", "low", "high")
    columns = [
        Column(w(f"month.rows.{name}"), "number" if place > 2 else "text")
        for place, name in enumerate(names)
    ]
    rows = list(_rows(w, shell, found, library))
    return Table("education", columns, rows, empty=w("month.empty"), caption=w("month.campaigns"))


def _campaigns(w: Words, found: EducationMonth, library: Library) -> Table:
    rows = [
        (
            each.title,
            _title(library, each.script),
            *(reach.whole.audience, reach.whole.out, reach.whole.delivered),
            share(reach.whole.rate("answered")),
            share(reach.whole.rate("finished")),
            reach.whole.opted_out,
            points(w, reach.learnt),
        )
        for each, reach in found.campaigns
    ]
    columns = [
        Column(w("list.campaign")),
        Column(w("month.script")),
        *(Column(w(f"steps.{name}"), "number") for name in ("audience", "out", "delivered")),
        Column(w("groups.answered")),
        Column(w("groups.finished")),
        Column(w("steps.opted_out"), "number"),
        Column(w("list.gain")),
    ]
    empty, caption = w("month.empty"), w("month.table")
    return Table("campaigns", columns, rows, empty=empty, caption=caption)


def _codes(w: Words, shell: Words, found: EducationMonth) -> Table:
    rows = [
        (
            _code(w, shell, each),
            *(each.campaigns, each.whole.out),
            share(each.whole.rate("answered")),
            each.whole.opted_out,
            each.finished,
            points(w, _enough(each.learnt)),
        )
        for each in found.codes
    ]
    columns = [
        Column(w("month.code")),
        Column(w("month.campaigns"), "number"),
        Column(w("steps.out"), "number"),
        Column(w("groups.answered")),
        Column(w("steps.opted_out"), "number"),
        Column(w("month.finished"), "number"),
        Column(w("list.gain")),
    ]
    return Table("codes", columns, rows, empty=w("month.empty"), caption=w("month.codes"))


def _rows(w: Words, shell: Words, found: EducationMonth, library: Library) -> Iterator[Row]:
    everything = w("month.all")
    section = w("month.summary")
    counts = {
        "educated": found.educated,
        "campaigns": len(found.campaigns),
        "own": found.own_wish,
        "own_finished": found.own_finished,
    }
    for name, count in counts.items():
        yield section, everything, w(f"month.{name}"), count, None, None, None
    yield from _learnt(w, section, everything, found.learnt)
    yield from _funnel(w, section, everything, found.whole)
    for campaign, reach in found.campaigns:
        # Two campaigns may have one title.
        item = f"{campaign.title} ({campaign.id})"
        yield from _funnel(w, w("month.table"), item, reach.whole)
        yield from _learnt(w, w("month.table"), item, reach.learnt)
    for each in found.codes:
        item = _code(w, shell, each)
        yield from _funnel(w, w("month.codes"), item, each.whole)
        yield from _learnt(w, w("month.codes"), item, _enough(each.learnt))
    shown = mistakes_table(w, found.wrong, library).rows
    for mistake, (title, said, label, *_) in zip(found.wrong, shown, strict=True):
        value, of = round(mistake.share.value, 4), mistake.share.of
        what = (f"{title} – {said}", f"{label} ({mistake.score})")
        yield w("wrong.section"), *what, value, of, *_bounds(mistake.share)


def _funnel(w: Words, section: str, item: str, whole: Funnel) -> Iterator[Row]:
    for name in _COUNTS:
        rate = whole.rate(name) if name in _RATES else None
        of = rate.of if rate else None
        yield section, item, w(f"steps.{name}"), getattr(whole, name), of, *_bounds(rate)
    kinds = (("message_states", "state", whole.states), ("reasons", "reason", whole.reasons))
    for names, kind, counts in kinds:
        for name, count in named(w.names(names), counts):
            figure = f"{w(f'reasons_table.{kind}')} {name}"
            yield section, item, figure, count, whole.audience, None, None


def _learnt(w: Words, section: str, item: str, found: Paired | None) -> Iterator[Row]:
    if found is None:
        return
    for name in ("before", "after"):
        value = round(getattr(found, name), 2)
        yield section, item, w(f"month.score_{name}"), value, found.people, None, None
    gain, low, high = (round(each, 2) for each in (found.gain, found.low, found.high))
    yield section, item, w("month.score_gain"), gain, found.people, low, high


def _bounds(figure: Figure | None) -> tuple[float | None, float | None]:
    if figure is None or figure.interval is None:
        return None, None
    low, high = figure.interval
    return round(low, 4), round(high, 4)


def _enough(found: Paired | None) -> Paired | None:
    """Scores of a few people are not shown apart."""
    return found if found is not None and found.people >= SMALLEST else None


def _code(w: Words, shell: Words, each: CodeMonth) -> str:
    return shell(f"codes.{each.code}") if each.code is not None else w("month.no_code")


def _title(library: Library, script: str) -> str:
    found = library.scripts.get(script)
    return found.title if found is not None else script
