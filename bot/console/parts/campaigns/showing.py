"""Campaigns as tables, charts and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bot.campaigns.library import Library
from bot.campaigns.push.book import Campaign
from bot.campaigns.reach.briefs import Brief
from bot.campaigns.reach.figures import Reach
from bot.campaigns.reach.funnels import Funnel
from bot.campaigns.reach.learning import Paired
from bot.campaigns.reach.mistakes import Mistake
from bot.console.charts import Bar, bars
from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.console.wording import Words
from nlu.evaluation.figures import Figure

_MISTAKES: Final = 10
_TONES: Final = {
    "draft": "quiet",
    "scheduled": "brand",
    "running": "good",
    "paused": "warm",
    "cancelled": "quiet",
    "done": "good",
}


def list_table(visit: Visit, found: Sequence[tuple[Campaign, Brief]]) -> Table:
    """All campaigns with how far they got."""
    w = visit.words
    states = w.names("states")
    rows = [
        (
            each.created_at,
            Cell(each.title, href=f"/console/campaigns/{each.id}", more=each.script),
            Cell(states[each.state], tone=_TONES[each.state]),
            *(brief.audience, brief.out, brief.answered, brief.finished, brief.opted_out),
            _means(w, brief.people, brief.before, brief.after),
        )
        for each, brief in found
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
        "learnt": learnt_sentence(w, "learnt", reach.learnt),
        "boosted": learnt_sentence(w, "boosted", reach.boosted),
        "variants": _variants(w, reach),
        "rates": {step: share_apart(reach.whole.rate(step)) for step in ("answered", "finished")},
        "parts": _groups(w, shell, reach),
        "reasons": reasons_table(w, reach.whole),
        "wrong": mistakes_table(w, reach.wrong[:_MISTAKES], library),
    }


def share(figure: Figure | None) -> str:
    """A share with what it is of and its interval, such as ``41% (410/1000, 38%–44%)``."""
    value, more = share_apart(figure)
    return f"{value} ({more})" if more else value


def share_apart(figure: Figure | None) -> tuple[str, str]:
    """The same in two: the share, and what it is of with the interval."""
    if figure is None or figure.interval is None:
        return "–", ""
    low, high = figure.interval
    some = round(figure.value * figure.of)
    return f"{figure.value:.0%}", f"{some}/{figure.of}, {low:.0%}–{high:.0%}"


def points(w: Words, found: Paired | None) -> str:
    """Mean scores before and after, with how many people they are of."""
    return _means(w, found.people, found.before, found.after) if found is not None else "–"


def learnt_sentence(w: Words, name: str, found: Paired | None) -> str:
    """What was learnt as a sentence: ``name`` is ``learnt`` or ``boosted``."""
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


def reasons_table(w: Words, whole: Funnel) -> Table:
    """In which state each message is, and why some did not go out; the states add up to the audience."""
    states, reasons = w.names("message_states"), w.names("reasons")
    rows = [(name, "", count) for name, count in named(states, whole.states)]
    rows += [("", name, count) for name, count in named(reasons, whole.reasons)]
    columns = [
        Column(w("reasons_table.state")),
        Column(w("reasons_table.reason")),
        Column(w("reasons_table.count"), "number"),
    ]
    return Table(
        "states", columns, rows, empty=w("reasons_table.empty"), caption=w("reasons_table.title")
    )


def named(names: Mapping[str, str], counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts under their names, in the order of the wording; what has no name there comes last, under its own."""
    order = [*(key for key in names if key in counts), *sorted(counts.keys() - names.keys())]
    return [(names.get(key, key), counts[key]) for key in order]


def mistakes_table(w: Words, mistakes: Iterable[Mistake], library: Library | None) -> Table:
    """The choices that were wrong most often, in the words that people saw."""
    rows = [
        (*_said(w, each, library), each.score, share(each.share), each.share.of)
        for each in mistakes
    ]
    columns = [
        Column(w("wrong.script")),
        Column(w("wrong.step"), "long"),
        Column(w("wrong.choice")),
        Column(w("wrong.score"), "number"),
        Column(w("wrong.share")),
        Column(w("wrong.people"), "number"),
    ]
    return Table("wrong", columns, rows, empty=w("wrong.empty"), caption=w("wrong.title"))


def _said(w: Words, each: Mistake, library: Library | None) -> tuple[str, str, str]:
    """Title, step and choice; of a wording that is not in force any more only their names, since places may differ."""
    script = library.scripts.get(each.script) if library is not None else None
    step = script.steps.get(each.step) if script is not None else None
    if library is None or script is None or step is None or script.hash != each.hash:
        place = w("wrong.earlier", step=each.step, n=each.choice + 1)
        return script.title if script is not None else each.script, place, ""
    filled = library.player.filled
    label = step.choices[each.choice].label if each.choice < len(step.choices) else ""
    return script.title, filled(step.says[-1].text), filled(label)


def _means(w: Words, people: int, before: float, after: float) -> str:
    if not people:
        return "–"
    return w("list.points", before=f"{before:.0f}", after=f"{after:.0f}", n=people)


def _curve(w: Words, reach: Reach) -> Any:
    """Scores before, after, and a month later."""
    found = []
    if reach.learnt is not None:
        found += [
            Bar(w("one.before"), round(reach.learnt.before), "series2"),
            Bar(w("one.after"), round(reach.learnt.after)),
        ]
    if reach.boosted is not None:
        found.append(Bar(w("one.later"), round(reach.boosted.after), "series3"))
    return bars(found, title=w("one.curve")) if found else None


def _variants(w: Words, reach: Reach) -> str:
    found = reach.variants
    if found is None:
        return w("one.variants_none")
    name = "one.variants_chance" if found.by_chance else "one.variants_differ"
    value, low, high = (f"{100 * each:+.1f}" for each in (found.value, found.low, found.high))
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
