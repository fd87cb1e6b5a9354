"""Campaigns as tables, charts and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.campaigns.library import Library
from bot.campaigns.push.book import Campaign
from bot.campaigns.reach.figures import Funnel, Reach
from bot.campaigns.reach.learning import Paired
from bot.campaigns.reach.month import EducationMonth
from bot.console.charts import Bar, bars
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.console.wording import Words
from nlu.evaluation.figures import Figure

_TONES: Final = {
    "draft": "quiet",
    "scheduled": "brand",
    "running": "good",
    "paused": "warm",
    "cancelled": "quiet",
    "done": "good",
}


def list_table(visit: Visit, found: Sequence[tuple[Campaign, Reach]]) -> Table:
    """All campaigns with how far they got."""
    w = visit.words
    states = w.names("states")
    rows = [
        (
            each.created_at,
            Cell(each.title, href=f"/console/campaigns/{each.id}", more=each.script),
            Cell(states[each.state], tone=_TONES[each.state]),
            *(reach.whole.audience, reach.whole.out, reach.whole.answered, reach.whole.finished),
            reach.whole.opted_out,
            _points(w, reach.learnt),
        )
        for each, reach in found
    ]
    columns = [
        Column(w("list.at"), "time"),
        Column(w("list.campaign")),
        Column(w("list.state")),
        *(Column(w(f"steps.{step}"), "number") for step in ("audience", "out", "answered")),
        Column(w("steps.finished"), "number"),
        Column(w("steps.opted_out"), "number"),
        Column(w("list.gain")),
    ]
    return Table("campaigns", columns, rows, empty=w("list.empty"), caption=w("list.title"))


def campaign_values(
    w: Words, shell: Words, campaign: Campaign, reach: Reach, library: Library | None
) -> dict[str, Any]:
    """What the page of a campaign shows."""
    steps = [Bar(w(f"steps.{name}"), count) for name, count in reach.whole.steps]
    return {
        "reach": reach,
        "state": w.names("states")[campaign.state],
        "tone": _TONES[campaign.state],
        "chart": bars(steps, title=w("one.funnel")),
        "learning": _curve(w, reach),
        "learnt": _sentence(w, "learnt", reach.learnt),
        "boosted": _sentence(w, "boosted", reach.boosted),
        "variants": _variants(w, reach),
        "rates": {step: share(reach.whole.rate(step)) for step in ("answered", "finished")},
        "parts": _groups(w, shell, reach),
        "reasons": _reasons(w, reach.whole),
        "wrong": _wrong(w, campaign, reach, library),
    }


def month_values(
    w: Words, shell: Words, found: EducationMonth, titles: Mapping[str, str]
) -> dict[str, Any]:
    """What the report of a month shows."""
    rows = [
        (
            each.title,
            titles.get(each.script, each.script),
            *(reach.whole.audience, reach.whole.out, reach.whole.delivered, reach.whole.answered),
            *(reach.whole.finished, reach.whole.opted_out),
            share(reach.whole.rate("answered")),
            _points(w, reach.learnt),
        )
        for each, reach in found.campaigns
    ]
    names = ("audience", "out", "delivered", "answered", "finished", "opted_out")
    columns = [
        Column(w("list.campaign")),
        Column(w("month.script")),
        *(Column(w(f"steps.{name}"), "number") for name in names),
        Column(w("month.rate")),
        Column(w("list.gain")),
    ]
    return {
        "found": found,
        "learnt": _sentence(w, "learnt", found.learnt),
        "table": Table(
            "education", columns, rows, empty=w("month.empty"), caption=w("month.table")
        ),
    }


def share(figure: Figure | None) -> str:
    """A share with its interval and what it is of, such as ``41% (38%–44%)``."""
    if figure is None or figure.interval is None:
        return "–"
    low, high = figure.interval
    return f"{figure.value:.0%} ({low:.0%}–{high:.0%})"


def _points(w: Words, found: Paired | None) -> str:
    if found is None:
        return "–"
    return w(
        "list.points", before=f"{found.before:.0f}", after=f"{found.after:.0f}", n=found.people
    )


def _sentence(w: Words, name: str, found: Paired | None) -> str:
    if found is None:
        return w(f"one.{name}_none")
    values = {
        "n": found.people,
        "before": f"{found.before:.0f}",
        "after": f"{found.after:.0f}",
        "gain": f"{found.gain:+.0f}",
        "low": f"{found.low:+.0f}",
        "high": f"{found.high:+.0f}",
    }
    return w(f"one.{name}", **values)


def _curve(w: Words, reach: Reach) -> Any:
    """Scores before, after, and a month later."""
    points = []
    if reach.learnt is not None:
        points += [
            Bar(w("one.before"), round(reach.learnt.before), "series2"),
            Bar(w("one.after"), round(reach.learnt.after)),
        ]
    if reach.boosted is not None:
        points.append(Bar(w("one.later"), round(reach.boosted.after), "series3"))
    return bars(points, title=w("one.curve")) if points else None


def _variants(w: Words, reach: Reach) -> str:
    found = reach.variants
    if found is None:
        return w("one.variants_none")
    name = "one.variants_chance" if found.by_chance else "one.variants_differ"
    points = (f"{100 * value:+.0f}" for value in (found.value, found.low, found.high))
    value, low, high = points
    return w(name, value=value, low=low, high=high)


def _groups(w: Words, shell: Words, reach: Reach) -> Table:
    channels = shell.names("channels")
    rows = [
        (
            w(f"groups.{kind}"),
            channels.get(name, name) if kind == "channel" else name or w("groups.none"),
            *(group.audience, group.out, group.delivered, group.answered, group.finished),
            share(group.rate("answered")),
            share(group.rate("finished")),
        )
        for kind, groups in reach.groups.items()
        for name, group in groups.items()
    ]
    names = ("audience", "out", "delivered", "answered", "finished")
    columns = [
        Column(w("groups.kind")),
        Column(w("groups.name")),
        *(Column(w(f"steps.{name}"), "number") for name in names),
        Column(w("groups.answered")),
        Column(w("groups.finished")),
    ]
    return Table("groups", columns, rows, empty=w("groups.empty"), caption=w("groups.title"))


def _reasons(w: Words, whole: Funnel) -> Table:
    states, reasons = w.names("message_states"), w.names("reasons")
    rows = [(states.get(name, name), "", count) for name, count in sorted(whole.states.items())]
    rows += [("", reasons.get(name, name), count) for name, count in sorted(whole.reasons.items())]
    columns = [
        Column(w("reasons_table.state")),
        Column(w("reasons_table.reason")),
        Column(w("reasons_table.count"), "number"),
    ]
    return Table(
        "states", columns, rows, empty=w("reasons_table.empty"), caption=w("reasons_table.title")
    )


def _wrong(w: Words, campaign: Campaign, reach: Reach, library: Library | None) -> Table:
    script = library.scripts.get(campaign.script) if library is not None else None
    rows = []
    for each in reach.wrong[:10]:
        step = script.steps.get(each.step) if script is not None else None
        known = step is not None and each.choice < len(step.choices)
        label = step.choices[each.choice].label if step is not None and known else str(each.choice)
        said = each.step
        if step is not None and library is not None:
            said = library.player.filled(step.says[-1].text)
        rows.append((said, label, each.score, share(each.share), each.share.of))
    columns = [
        Column(w("wrong.step")),
        Column(w("wrong.choice")),
        Column(w("wrong.score"), "number"),
        Column(w("wrong.share")),
        Column(w("wrong.people"), "number"),
    ]
    return Table("wrong", columns, rows, empty=w("wrong.empty"), caption=w("wrong.title"))
